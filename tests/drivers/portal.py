"""The place of a portal: keeps what a reader tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.tag import InputEdge, ReadsLost, TagRead
from tests.drivers.rig import CONTEXT, DEADLINE_S


class Portal:
    """A TagSink; `told` has everything in order."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.told: list[tuple[str, TagRead | InputEdge | ReadsLost | int]] = []
        self.context = replace(CONTEXT, tag_sink=self)

    def tags(self, device: str, reads: Sequence[TagRead]) -> None:
        assert reads
        self._tell(device, *reads)

    def edge(self, device: str, edge: InputEdge) -> None:
        self._tell(device, edge)

    def lost(self, device: str, lost: ReadsLost) -> None:
        self._tell(device, lost)

    def restored(self, device: str, at_ms: int) -> None:
        self._tell(device, at_ms)

    @property
    def reads(self) -> list[TagRead]:
        return [one for _, one in self.told if isinstance(one, TagRead)]

    @property
    def edges(self) -> list[InputEdge]:
        return [one for _, one in self.told if isinstance(one, InputEdge)]

    @property
    def losses(self) -> list[str]:
        return [one.why for _, one in self.told if isinstance(one, ReadsLost)]

    @property
    def restorations(self) -> int:
        return sum(type(one) is int for _, one in self.told)

    def wait(self, is_so: Callable[[Portal], bool], what: str) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: is_so(self), DEADLINE_S)
        assert came, f"waited {DEADLINE_S} s for: {what}; told so far: {self.told[-20:]}"

    def _tell(self, device: str, *told: TagRead | InputEdge | ReadsLost | int) -> None:
        with self._changed:
            self.told += [(device, one) for one in told]
            self._changed.notify_all()
