"""Somebody who presses buttons and watches what the ERP acknowledges.

Press n is event n of the stream `sig`: one lost or doubled would show at once.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

from tests.bench.figure import LossError
from tests.bench.plant import GATEWAY, SITE, TOPIC
from tests.bench.wire import PUBLISH, Wire, puback, publish

STALL_LIMIT_S = 20.0  # without any acknowledgement
CHUNK = 50  # presses handed to the broker at once when it cannot be fast enough
PACKETS = 60_000  # packet numbers in use
STREAMS = ("sig", "mov", "res", "sys")


@dataclass
class Run:
    """When each press was sent and when the ERP acknowledged it."""

    sent: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)

    @property
    def under_way(self) -> int:
        return len(self.sent) - len(self.acknowledged)

    def latencies(self) -> list[float]:
        """Seconds from press to acknowledgement."""
        return [end - begin for begin, end in zip(self.sent, self.acknowledged, strict=True)]

    def rate(self, skip_s: float) -> float:
        """Acknowledged presses per second, without the first seconds, until the last was sent."""
        begin, end = self.sent[0] + skip_s, self.sent[-1]
        return sum(begin <= moment < end for moment in self.acknowledged) / (end - begin)


class Presser:
    """Two connections to the broker: one presses, one watches."""

    def __init__(self, port: int, buttons: int) -> None:
        self._buttons = Wire(port, "buttons")
        self._watch = Wire(port, "watch")
        self._count = buttons
        self._pressed = 0
        self.heard = dict.fromkeys(STREAMS, 0)  # how far the ERP has acknowledged
        self._watch.subscribe(f"kgw/v1/{SITE}/{GATEWAY}/ack/+")

    def close(self) -> None:
        self._buttons.close()
        self._watch.close()

    def begin(self) -> None:
        """Press the first button until it is booked: before the gateway has subscribed nobody hears it.

        Pressing an empty bin's button again changes nothing, so it counts once.
        """
        first = self._render(0)
        self._pressed = 1
        end = time.monotonic() + STALL_LIMIT_S
        while not self.heard["sig"]:
            self._buttons.send(first)
            self.listen(0.5)
            self._buttons.receive(0.0)
            if time.monotonic() > end:
                raise LossError("the first press was never acknowledged")

    def press(self, seconds: float, *, rate: float = 0.0, window: int = 3000) -> Run:
        """Press for so long, `rate` times a second or as fast as `window` presses under way allow."""
        run = Run()
        begin = time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            due = int(passed * rate) - len(run.sent) if rate else min(CHUNK, window - run.under_way)
            if due > 0:
                self._press(run, due)
            self._listen(run, 0.0 if due > 0 else 0.0005)
        self._await(run)
        return run

    def press_once(self) -> float:
        """One press; seconds until the ERP has acknowledged it."""
        run = Run()
        self._press(run, 1)
        self._await(run)
        return run.latencies()[0]

    def listen(self, timeout_s: float) -> bool:
        """Hear what the ERP acknowledges; False when nothing came."""
        came = self._watch.receive(timeout_s)
        for packet in came:
            if packet.kind == PUBLISH:
                self._watch.send(puback(packet.packet) if packet.packet else b"")
                told = json.loads(packet.payload)
                self.heard[told["st"]] = int(told["cum"])
        return bool(came)

    def _press(self, run: Run, count: int) -> None:
        first = self._pressed
        self._pressed += count
        self._buttons.send(b"".join(self._render(number) for number in range(first, first + count)))
        run.sent += [time.perf_counter()] * count

    def _render(self, number: int) -> bytes:
        """All buttons in turn say empty, then all say full."""
        turn, button = divmod(number, self._count)
        payload = b'{"action":"full"}' if turn % 2 else b'{"action":"empty"}'
        return publish(f"{TOPIC}/{button}", payload, packet=number % PACKETS + 1)

    def _listen(self, run: Run, timeout_s: float) -> bool:
        self._buttons.receive(0.0)
        if not self.listen(timeout_s):
            return False
        now = time.perf_counter()
        before = self._pressed - run.under_way
        if self.heard["sig"] > self._pressed:
            raise LossError(f"{self.heard['sig']} events were booked for {self._pressed} presses")
        run.acknowledged += [now] * (self.heard["sig"] - before)
        return True

    def _await(self, run: Run) -> None:
        heard_at = time.perf_counter()
        while run.under_way:
            if self._listen(run, 0.05):
                heard_at = time.perf_counter()
            elif time.perf_counter() - heard_at > STALL_LIMIT_S:
                raise LossError(f"{run.under_way} of {len(run.sent)} presses were never acknowledged")
