"""From a JSON reader's messages to its outlet, on whatever way they come. Not locked: one thread at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from drivers.base import Sink
from drivers.rfid_clock import ReaderClock
from drivers.rfid_json import InputTold, PayloadError, TagSeen, Told, read_impinj, read_zebra
from drivers.rfid_outlet import TagOutlet
from drivers.rfid_settings import JsonReaderKeys
from gateway.clock import Clock
from gateway.tag import SKIPPED, InputEdge, TagRead

_MAKES: dict[str, Callable[[bytes], list[Told]]] = {"impinj": read_impinj, "zebra": read_zebra}


class JsonIntake:
    """Messages of one reader."""

    def __init__(self, keys: JsonReaderKeys, clock: Clock, outlet: TagOutlet, counters: Counter[str]) -> None:
        self._read = _MAKES[keys.make]
        self._antennas = keys.antennas
        self._clock = clock
        self._outlet = outlet
        self._counters = counters
        self._reader_clock = ReaderClock()
        self._number: int | None = None  # of the reader's last event
        self._mistake = ""

    def take(self, sink: Sink, body: bytes) -> str:
        """One message; a bad one is counted and told, and costs the others nothing. "" or what was wrong."""
        try:
            told = self._read(body)
        except PayloadError as error:
            self._counters["bad_messages"] += 1
            self._mistake = str(error)
            return self._mistake
        now_ms, reads = self._clock.mono_ms(), list[TagRead]()
        for one in told:
            self._note_number(one.number)
            self._reader_clock.learn(one.at_us, now_ms)
            at_ms = self._reader_clock.to_ms(one.at_us, now_ms)
            if isinstance(one, InputTold):
                self._hand_on(sink, reads)
                self._outlet.edge(InputEdge(one.port, one.is_on, at_ms))
            elif not self._antennas or one.antenna in self._antennas:
                reads.append(_read(one, at_ms))
        self._hand_on(sink, reads)
        return ""

    def alarms(self) -> dict[str, str]:
        """What a person should look after, the outlet's included."""
        alarms = self._outlet.alarms()
        if self._mistake:
            alarms["messages"] = f"not understood: {self._mistake}; check `make` and what the reader is told to send"
        return alarms

    def _hand_on(self, sink: Sink, reads: list[TagRead]) -> None:
        if reads:
            self._outlet.take(sink, tuple(reads))
            reads.clear()

    def _note_number(self, number: int | None) -> None:
        if number is None:
            return
        if self._number is not None and number > self._number + 1:
            self._outlet.lost(SKIPPED, number - self._number - 1)
        self._number = number  # a smaller one: the reader was started again


def _read(tag: TagSeen, at_ms: int) -> TagRead:
    """A reader of this kind tells one time; the frequency stands for the channel."""
    return TagRead(tag.epc, tag.antenna, tag.rssi_cdbm, tag.reads, at_ms, at_ms, tag.channel_khz, tag.phase)
