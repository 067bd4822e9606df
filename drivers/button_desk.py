"""From what a contact did to a read: presses, and the evidence of what may have been one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import orjson

from drivers.base import DeviceHealth, Sink, read_now
from drivers.button_contact import Act, Kind
from drivers.button_contact_settings import ContactSettings
from gateway.clock import Clock
from gateway.model import Read, Rejection, Status, Verdict

LOSS_SHOWN_MS = 600_000  # how long lost signals stay an alarm; the evidence stays for ever


class ContactDesk:
    """Hands acts of named contacts to the sink and remembers what a person should look at."""

    def __init__(self, settings: ContactSettings, clock: Clock, sink: Sink, counters: Counter[str]) -> None:
        self._settings = settings
        self._clock = clock
        self._sink = sink
        self._counters = counters
        self._is_unstored = False
        self._lost_ms: int | None = None

    def take(self, acts: Iterable[tuple[str, Act]]) -> None:
        """Offer each act as a read."""
        for name, act in acts:
            self._counters["presses" if act.kind in (Kind.SHORT, Kind.LONG) else act.kind.value] += 1
            if act.kind is Kind.LOST:
                self._counters["lost_signals"] += act.count
                self._lost_ms = self._clock.mono_ms()
            self._sink.offer(self._read(name, act), self._answer)

    def health(self, where: str, stuck: Iterable[str]) -> DeviceHealth:
        """A device that works, and what is wrong at its contacts."""
        alarms = dict.fromkeys(stuck, f"pressed for more than {self._settings.stuck_s} s: is it stuck?")
        if self._is_unstored:
            alarms["presses"] = "one could not be stored: press again"
        if self._lost_ms is not None and self._clock.mono_ms() - self._lost_ms < LOSS_SHOWN_MS:
            alarms["signals"] = f"{self._counters['lost_signals']} were lost: press again where nothing happened"
        return DeviceHealth(True, f"watching {where}", dict(self._counters), alarms)

    def _answer(self, verdict: Verdict) -> None:
        """Called in any thread, after the commit or its failure."""
        self._is_unstored = verdict.status is Status.FAILED

    def _read(self, name: str, act: Act) -> Read:
        told: dict[str, str | int] = {"contact": name, "press": act.kind.value, "held_ms": act.held_ms}
        if act.count:
            told["count"] = act.count
        return read_now(
            self._clock, self._settings.id, self._settings.station, orjson.dumps(told), fault=_fault(name, act)
        )


def _fault(name: str, act: Act) -> Rejection | None:
    """Why this is no press, though somebody may have pressed."""
    if act.kind is Kind.STUCK:
        text = f"The button at {name} stayed pressed; free it, then press again"
        return Rejection("BUTTON_STUCK", text, f"{act.held_ms} ms")
    if act.kind is Kind.CUT:
        text = f"The connection ended while the button at {name} was held; press again"
        return Rejection("PRESS_INTERRUPTED", text, f"{act.held_ms} ms")
    if act.kind is Kind.LOST:
        text = f"{act.count} signals of the button at {name} were lost; press again if nothing happened"
        return Rejection("SIGNALS_LOST", text, str(act.count))
    return None
