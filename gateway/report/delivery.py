"""From a signal to its goods (A69): how long it took, and whether it came when it was due.

A delivery is a need that ended with its goods: the bin was filled, or the receipt of a rule's order ended its
episode. An inferred filling has no time of its own, and what was undone never came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.kanban.moment import wall_ms_of
from gateway.reorder.need import RECEIVED
from gateway.report.answer import Answer, Cell, percent
from gateway.timeline import HOUR_MS, Timeline

Body = dict[str, Any]

# What an event must hold to be of interest here, as it stands in canonical JSON.
WORDS = ('"tr":{', '"t":"card_filled"', '"t":"card_undone"', '"t":"reorder_closed"')
LEAD_TIME = ("asked by", "source", "deliveries", "median h", "90 % within h", "longest h")
ON_TIME = ("source", "deliveries", "on time", "late", "on time %", "mean delay h")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One need and its goods; times in milliseconds since 1970."""

    event: str  # id of the event that ended it
    asked_by: str  # loop or rule
    source: str
    asked_ms: int
    due_ms: int | None
    came_ms: int


class Deliveries:
    """Takes events in the journal's order."""

    def __init__(self, sources: dict[str, str], *, from_ms: int = 0, to_ms: int = 2**63 - 1) -> None:
        """`sources`: of loops, where their signal does not name one."""
        self.found: list[Delivery] = []
        self._sources = sources
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()
        self._asked: dict[str, tuple[str, str, int, int | None]] = {}  # by key

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        at_ms = self._time.at(event)
        if at_ms > self._to_ms:
            return False
        if "origin" in event:
            return True
        kind = event["t"]
        if kind == "card_undone":
            self.found = [one for one in self.found if one.event != event.get("ref")]
        elif kind == "card_filled" and "inferred" not in event:
            self._come(event, event.get("closes", ()), at_ms)
        elif kind == "reorder_closed" and event["why"] == RECEIVED:
            self._come(event, (event["need"],), at_ms)
        if signal := event.get("tr"):
            due = wall_ms_of(signal["due"]) if signal.get("due") else None
            name = event.get("loop") or str(signal.get("rule", "")).partition("@")[0]
            source = str(signal.get("source") or self._sources.get(name, ""))
            self._asked[event["key"]] = (name, source, at_ms, due)
        return True

    def _come(self, event: Body, keys: Any, at_ms: int) -> None:
        for key in keys:
            asked = self._asked.pop(key, None)
            if asked is not None and at_ms >= self._from_ms:
                name, source, asked_ms, due_ms = asked
                self.found.append(Delivery(event["id"], name, source, asked_ms, due_ms, at_ms))


def lead_time(found: list[Delivery]) -> Answer:
    """Signal to goods, by loop or rule."""
    rows: list[tuple[Cell, ...]] = []
    groups = sorted({(one.asked_by, one.source) for one in found})
    for name, source in groups:
        taken = sorted(one.came_ms - one.asked_ms for one in found if (one.asked_by, one.source) == (name, source))
        rows.append((name, source, len(taken), _hours(_share(taken, 50)), _hours(_share(taken, 90)), _hours(taken[-1])))
    return Answer("lead time, signal to goods", LEAD_TIME, rows, total={"deliveries": len(found)})


def on_time(found: list[Delivery]) -> Answer:
    """Deliveries by their source: when they were due or before is on time."""
    due = [one for one in found if one.due_ms is not None]
    rows: list[tuple[Cell, ...]] = []
    for source in sorted({one.source for one in due}):
        delays = [one.came_ms - (one.due_ms or 0) for one in due if one.source == source]
        late = [delay for delay in delays if delay > 0]
        mean = _hours(sum(late) // len(late)) if late else 0.0
        kept = len(delays) - len(late)
        rows.append((source or "-", len(delays), kept, len(late), percent(kept, len(delays)), mean))
    late_ones = sum(one.came_ms > (one.due_ms or 0) for one in due)
    total: dict[str, Cell] = {"deliveries": len(due), "on time %": percent(len(due) - late_ones, len(due))}
    notes = [f"{len(found) - len(due)} deliveries had no due date"] if len(found) > len(due) else []
    return Answer("delivered on time, by source", ON_TIME, rows, notes, total)


def _share(ordered: list[int], part: int) -> int:
    """The value that `part` percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * part // 100) - 1)]


def _hours(ms: int) -> float:
    """Two decimals; of less than six minutes so many that something is left."""
    return round(ms / HOUR_MS, 2 if ms >= HOUR_MS // 10 else 4)
