"""Test parts: an outbox in memory, and the receiving side of one stream, both written from the contract."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import blake2b

from gateway.model import Acknowledgement
from gateway.store.outbox import StreamState, Window

ZERO = bytes(16)
STREAMS = ("sig", "mov", "res", "sys")
EPOCH = "01K9ZQ5B7M8N9P0Q1R2S3T4V5W"


def link(previous: bytes, seq: int, event: dict[str, object]) -> bytes:
    """The contract's chain hash, computed without any of the gateway's code."""
    body = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return blake2b(previous + seq.to_bytes(8, "big") + body, digest_size=16).digest()


class MemoryOutbox:
    """Events in memory, with the shapes of gateway.store.outbox.OutboxReader."""

    def __init__(self, epoch: str = EPOCH) -> None:
        self.epoch = epoch
        self.events: dict[str, list[dict[str, object]]] = {stream: [] for stream in STREAMS}
        self.hashes: dict[str, list[bytes]] = {stream: [ZERO] for stream in STREAMS}
        self.settled: dict[str, int] = dict.fromkeys(STREAMS, 0)
        self.dn: dict[str, int] = dict.fromkeys(STREAMS, 0)
        self.reads = 0

    def append(self, stream: str, count: int = 1) -> None:
        for _ in range(count):
            seq = len(self.events[stream]) + 1
            event: dict[str, object] = {"id": f"{self.epoch}-{stream}-{seq}", "t": "card_emptied"}
            self.events[stream].append(event)
            self.hashes[stream].append(link(self.hashes[stream][-1], seq, event))

    def facts(self, kind: str) -> dict[str, dict[str, object]]:
        """Nothing is known of anything."""
        return {}

    def streams(self) -> dict[str, StreamState]:
        return {name: self._state(name) for name in STREAMS}

    def _state(self, name: str) -> StreamState:
        head, cum, hashes = len(self.events[name]), self.settled[name], self.hashes[name]
        return StreamState(name, self.epoch, head, hashes[head], cum, hashes[cum], self.dn[name])

    def window(self, stream: str, after: int, max_events: int, max_bytes: int) -> Window | None:
        self.reads += 1
        if after < self.settled[stream] or after >= len(self.events[stream]):
            return None
        chosen: list[bytes] = []
        size = 0
        for seq, event in enumerate(self.events[stream][after : after + max_events], after + 1):
            body = json.dumps({"s": seq, **event}).encode()
            size += len(body)
            if chosen and size > max_bytes:
                break
            chosen.append(body)
        last = after + len(chosen)
        return Window(after + 1, last, chosen, self.hashes[stream][last], is_cut=last < len(self.events[stream]))

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Receiver:
    """The ERP's cursor of one stream: takes what follows, asks again for what is missing."""

    stream: str
    epoch: str
    cum: int = 0
    hash: bytes = ZERO
    applied: list[str] = field(default_factory=list)
    has_gap: bool = False

    def take(self, payload: bytes) -> None:
        batch = json.loads(payload)
        assert batch["ep"] == self.epoch
        assert [event["s"] for event in batch["ev"]] == list(range(batch["s0"], batch["s0"] + len(batch["ev"])))
        self.has_gap = batch["s0"] > self.cum + 1
        if self.has_gap:
            return
        for event in batch["ev"]:
            seq = event.pop("s")
            if seq <= self.cum:
                continue
            self.hash = link(self.hash, seq, event)
            self.cum = seq
            self.applied.append(event["id"])
        if self.cum == batch["s0"] + len(batch["ev"]) - 1:
            assert self.hash.hex() == batch["h"]

    def acknowledge(self) -> Acknowledgement:
        return Acknowledgement(self.epoch, self.stream, self.cum, self.hash)
