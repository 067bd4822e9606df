"""Lines whose edges the kernel reports: from edge events to what each contact did. Pure.

The kernel numbers the events of each line, so a gap says how many were lost in its buffer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Protocol

from drivers.button_contact import Act, Contact, HoldRule, Kind

OFFSET_LIMIT_MS = 10_000  # an event can hardly have waited longer to be read: the machine slept


class EdgeSignal(Protocol):
    """An edge event as gpiod has it; rising means that the line became active."""

    @property
    def event_type(self) -> Enum: ...
    @property
    def timestamp_ns(self) -> int: ...
    @property
    def line_offset(self) -> int: ...
    @property
    def line_seqno(self) -> int: ...


class EdgeDebounce:
    """A level counts when no edge followed for `period_ms`; 0: the kernel has done this already."""

    def __init__(self, period_ms: int, is_closed: bool) -> None:
        self._period_ms = period_ms
        self._waiting_ms: int | None = None  # when the level turned, while that is not certain
        self.is_closed = is_closed

    @property
    def due_ms(self) -> int | None:
        """When the waiting edge becomes certain."""
        return None if self._waiting_ms is None else self._waiting_ms + self._period_ms

    def see(self, is_closed: bool, at_ms: int) -> int | None:
        """When the contact turned, if it is certain now; call `look` before. None otherwise."""
        self._waiting_ms = at_ms if is_closed != self.is_closed else None
        return self.look(at_ms)

    def look(self, at_ms: int) -> int | None:
        """When the contact turned, if that became certain meanwhile."""
        if self._waiting_ms is None or at_ms - self._waiting_ms < self._period_ms:
            return None
        turned_ms, self._waiting_ms = self._waiting_ms, None
        self.is_closed = not self.is_closed
        return turned_ms


class EventTime:
    """The kernel's time stamps on the gateway's clock: the shortest way an event ever took is taken as none."""

    def __init__(self) -> None:
        self._offset_ms: int | None = None

    def note(self, timestamp_ns: int, now_ms: int) -> None:
        """The newest of some events was read now."""
        offset_ms = now_ms - timestamp_ns // 1_000_000
        if self._offset_ms is None or not 0 <= offset_ms - self._offset_ms <= OFFSET_LIMIT_MS:
            self._offset_ms = offset_ms

    def ms(self, timestamp_ns: int) -> int:
        """When that was."""
        return timestamp_ns // 1_000_000 + (self._offset_ms or 0)


class Lines:
    """The watched lines of one request; a line that is active at the start is no press."""

    def __init__(self, rule: HoldRule, debounce_ms: int, levels: Mapping[int, bool], now_ms: int) -> None:
        self._debounce_ms = debounce_ms
        self._time = EventTime()
        self._contacts = {line: Contact(rule) for line in levels}
        self._debounces: dict[int, EdgeDebounce] = {}
        self._seqnos = dict.fromkeys(levels, 0)
        for line, is_closed in levels.items():
            self._restart(line, is_closed, now_ms)

    def take(self, signals: Sequence[EdgeSignal], now_ms: int) -> list[tuple[int, Act]]:
        """What the lines did, given the events that came."""
        acts: list[tuple[int, Act | None]] = []
        if signals:
            self._time.note(max(signal.timestamp_ns for signal in signals), now_ms)
        for signal in signals:
            line, at_ms = signal.line_offset, self._time.ms(signal.timestamp_ns)
            is_closed = signal.event_type.name == "RISING_EDGE"
            lost = signal.line_seqno - self._seqnos[line] - 1
            self._seqnos[line] = signal.line_seqno
            if lost > 0:  # what was under way cannot be told any more; this edge itself is certain
                self._restart(line, not is_closed, at_ms)
                acts.append((line, Act(Kind.LOST, count=lost)))
            acts.append((line, self._settle(line, self._debounces[line].look(at_ms))))
            acts.append((line, self._settle(line, self._debounces[line].see(is_closed, at_ms))))
        return [(line, act) for line, act in acts if act is not None]

    def look(self, now_ms: int) -> list[tuple[int, Act]]:
        """Time has passed."""
        acts = []
        for line, contact in self._contacts.items():
            settled = self._settle(line, self._debounces[line].look(now_ms))
            acts += [(line, act) for act in (settled, contact.look(now_ms)) if act is not None]
        return acts

    def end(self, now_ms: int) -> list[tuple[int, Act]]:
        """The request ended."""
        acts = self.look(now_ms)
        ended = [(line, contact.end(now_ms)) for line, contact in self._contacts.items()]
        return acts + [(line, act) for line, act in ended if act is not None]

    def due_ms(self) -> int | None:
        """When `look` is to be called at the latest, None when only events matter."""
        return min((due for one in self._debounces.values() if (due := one.due_ms) is not None), default=None)

    def stuck(self) -> list[int]:
        """Lines that have been active for too long."""
        return [line for line, contact in self._contacts.items() if contact.is_stuck]

    def _restart(self, line: int, is_closed: bool, at_ms: int) -> None:
        self._contacts[line].begin(is_closed, at_ms)
        self._debounces[line] = EdgeDebounce(self._debounce_ms, is_closed)

    def _settle(self, line: int, turned_ms: int | None) -> Act | None:
        return None if turned_ms is None else self._contacts[line].turn(self._debounces[line].is_closed, turned_ms)
