"""Where what a reader sees goes: to the portal it belongs to, or to the desk that looks after bins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from drivers.base import DeviceContext, Sink, TagSink
from drivers.rfid_desk import TagDesk
from drivers.rfid_settings import TagReaderKeys
from gateway.clock import Clock
from gateway.model import Verdict
from gateway.tag import CUT_OFF, InputEdge, ReadsLost, TagRead


class TagOutlet(Protocol):
    """What the drivers of readers call, each in its own thread."""

    def look(self) -> None:
        """Reading begins, or begins again."""

    def cut(self) -> None:
        """Reading ended: the link is down."""

    def take(self, sink: Sink, reads: Sequence[TagRead]) -> None:
        """Tags were read."""

    def edge(self, edge: InputEdge) -> None:
        """An input of the reader changed."""

    def lost(self, why: str, count: int = 1) -> None:
        """Reads were lost, for one of the reasons of `gateway.tag`."""

    def tick(self) -> None:
        """Now and then, while it reads."""

    def alarms(self) -> dict[str, str]:
        """What a person should look after."""

    def state(self) -> str:
        """A few words for people."""


class PortalFeed:
    """Hands everything to a portal as it comes; what it means is not decided here."""

    def __init__(self, device: str, sink: TagSink, clock: Clock, counters: Counter[str]) -> None:
        self._device = device
        self._sink = sink
        self._clock = clock
        self._counters = counters

    def look(self) -> None:
        self._sink.restored(self._device, self._clock.mono_ms())

    def cut(self) -> None:
        self._sink.lost(self._device, ReadsLost(CUT_OFF, self._clock.mono_ms()))

    def take(self, sink: Sink, reads: Sequence[TagRead]) -> None:
        if reads:
            self._counters["tag_reads"] += sum(read.count for read in reads)
            self._sink.tags(self._device, reads)

    def edge(self, edge: InputEdge) -> None:
        self._counters["edges"] += 1
        self._sink.edge(self._device, edge)

    def lost(self, why: str, count: int = 1) -> None:
        self._counters["lost_reads"] += count
        self._sink.lost(self._device, ReadsLost(why, self._clock.mono_ms()))

    def tick(self) -> None:
        """Nothing is kept here."""

    def alarms(self) -> dict[str, str]:
        return {}  # an incomplete passage is the portal's to tell

    def state(self) -> str:
        return f"{self._counters['tag_reads']} reads for the portal"


def open_outlet(
    keys: TagReaderKeys, context: DeviceContext, counters: Counter[str], show: Callable[[Verdict], None]
) -> TagOutlet:
    """The portal's feed where the reader belongs to one; `show` is told the answers to what came at a chute."""
    if context.tag_sink is not None:
        return PortalFeed(keys.id, context.tag_sink, context.clock, counters)
    return TagDesk(keys, context.clock, counters, show)
