"""An ERP that does nothing but write down where it stands: the fastest receiver there can be.

It answers births with master data and batches with an acknowledgement, without looking at events.

    python -m tests.bench.recorder <broker port> <site> <gateway> <plant.json>
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.plant import DATASETS, etag
from tests.bench.wire import PUBLISH, Packet, Wire, puback, publish

STREAMS = ("sig", "mov", "res", "sys")


class Recorder:
    """One gateway's counterpart at the central broker."""

    def __init__(self, port: int, site: str, gateway: str, plant: Path) -> None:
        self._base = f"kgw/v1/{site}/{gateway}"
        self._plant = json.loads(plant.read_text())
        self._wire = Wire(port, "recorder")
        self._cum: dict[str, int] = dict.fromkeys(STREAMS, 0)
        self._wire.subscribe(f"{self._base}/state")
        self._wire.subscribe(f"{self._base}/up/+")

    def run(self) -> None:
        """For ever; whoever started it kills it."""
        while True:
            answers = [self._take(packet) for packet in self._wire.receive(60.0) if packet.kind == PUBLISH]
            self._wire.send(b"".join(answers))

    def _take(self, message: Packet) -> bytes:
        answer = puback(message.packet) if message.packet else b""
        if message.topic.endswith("/state"):
            state = json.loads(message.payload)
            return answer + (self._greet(state["ep"]) if state["online"] else b"")
        return answer + self._note(message.topic.rpartition("/")[2], message.payload)

    def _greet(self, epoch: str) -> bytes:
        """A birth: all master data, and that we have nothing yet of each stream."""
        documents = [
            _compact(v=1, dataset=name, version=1, etag=etag(self._plant[name]), rows=self._plant[name])
            for name in DATASETS
        ]
        topics = [f"{self._base}/md/{name}" for name in DATASETS]
        acks = [self._ack(stream, epoch, 0, "0" * 32) for stream in STREAMS]
        return b"".join([*map(publish, topics, documents), *acks])

    def _note(self, stream: str, batch: bytes) -> bytes:
        """A batch says at its head which epoch it is of, and at its end its last sequence and hash."""
        head = json.loads(batch[: batch.index(b',"ev":[')] + b"}")
        last = batch.rindex(b'{"s":') + 5
        cum = int(batch[last : batch.index(b",", last)])
        if head["s0"] != self._cum[stream] + 1:
            return b""
        self._cum[stream] = cum
        return self._ack(stream, head["ep"], cum, batch[-34:-2].decode())

    def _ack(self, stream: str, epoch: str, cum: int, digest: str) -> bytes:
        document = _compact(v=1, ep=epoch, st=stream, cum=cum, h=digest, dsp=[], ts="")
        return publish(f"{self._base}/ack/{stream}", document)


def _compact(**members: object) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()


if __name__ == "__main__":
    Recorder(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])).run()
