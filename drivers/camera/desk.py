"""From what was seen to reads that are offered: the only place of a camera that meets the sink."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.base import Sink, read_now
from drivers.camera.code import Sighting
from gateway.clock import Clock
from gateway.ids import natural_id
from gateway.model import Read, Rejection, Status, Verdict

NOT_TAKEN = Verdict(Status.FAILED, "NOT_STORED", "The code could not be stored; show it again")

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the reads of one camera begin."""

    device: str
    station: str
    clock: Clock
    sink: Sink
    counters: Counter[str]

    def read(self, one: Sighting, key: str = "") -> Read:
        """`key`: identity of the picture it stands in, so that the same picture is never taken twice."""
        return self._read(one.data, one.aim, f"{key} {one.symbology} {one.key}" if key else "", None)

    def fault(self, rejection: Rejection, key: str, data: bytes) -> Read:
        """A picture that gave nothing, as evidence; `data` is its name."""
        return self._read(data, "", f"{key} {rejection.code}", rejection)

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        """Hand on; whatever goes wrong is a verdict."""
        self.counters["faults" if read.fault else "codes"] += 1
        try:
            self.sink.offer(read, feedback)
        except Exception:  # noqa: BLE001  the next picture must be read
            _LOG.exception("%s: a code could not be handed on", self.device)
            feedback(NOT_TAKEN)

    def _read(self, data: bytes, aim: str, key: str, fault: Rejection | None) -> Read:
        read_id = natural_id(self.device, key) if key else ""
        return read_now(self.clock, self.device, self.station, data, aim=aim, read_id=read_id, fault=fault)


class Answers:
    """Waits for the verdicts of all reads of one picture."""

    def __init__(self, desk: Desk, reads: Sequence[Read]) -> None:
        self._count = len(reads)
        self._changed = threading.Condition()
        self._verdicts: list[Verdict] = []
        for read in reads:
            desk.offer(read, self._take)

    def wait(self, limit_s: float) -> list[Verdict] | None:
        """All of them, or None when some are missing after `limit_s`."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self._verdicts) >= self._count, limit_s)
            return list(self._verdicts) if came else None

    def _take(self, verdict: Verdict) -> None:
        with self._changed:
            self._verdicts.append(verdict)
            self._changed.notify_all()
