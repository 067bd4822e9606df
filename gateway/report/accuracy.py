"""How well book and shelf agree (A43), and how much of what scans say was only concluded.

Accuracy is the share of counts that found what the book had; a count that had to be made again is not counted twice.
"""

from __future__ import annotations

from typing import Any

from gateway.quantity import format_quantity, parse_quantity
from gateway.report.answer import Answer, Cell, percent
from gateway.timeline import Timeline

Body = dict[str, Any]

COUNT_WORDS = ('"t":"stock_counted"', '"t":"movement_undone"')
INFERRED_WORDS = ('"t":"card_emptied"', '"t":"card_filled"', '"t":"card_undone"')
COUNTS = ("item", "place", "counts", "right", "accuracy %", "booked", "off by")
STATIONS = ("station", "scans", "inferred", "inferred %")


class Counts:
    """Takes events in the journal's order."""

    def __init__(self, *, from_ms: int = 0, to_ms: int = 2**63 - 1) -> None:
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()
        self._counts: dict[str, tuple[str, str, int, int]] = {}  # by event: item, place, counted, difference

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        at_ms = self._time.at(event)
        if at_ms > self._to_ms:
            return False
        if event["t"] == "movement_undone":
            self._counts.pop(event["ref"], None)
        elif at_ms >= self._from_ms and not event["is_open"]:
            line = event["lines"][0]
            difference = parse_quantity(event["difference"])
            self._counts[event["id"]] = (line["item"], event["place"], parse_quantity(line["base"]), difference)
        return True

    def answer(self) -> Answer:
        """By item and place; `booked` is what the book had, `off by` how far it was off, either way."""
        rows: list[tuple[Cell, ...]] = []
        for item, place in sorted({(item, place) for item, place, _, _ in self._counts.values()}):
            here = [(counted, by) for one, at, counted, by in self._counts.values() if (one, at) == (item, place)]
            right = sum(by == 0 for _, by in here)
            book, off = sum(counted - by for counted, by in here), sum(abs(by) for _, by in here)
            cells = (len(here), right, percent(right, len(here)), format_quantity(book), format_quantity(off))
            rows.append((item, place, *cells))
        right = sum(by == 0 for _, _, _, by in self._counts.values())
        total: dict[str, Cell] = {"counts": len(self._counts), "accuracy %": percent(right, len(self._counts))}
        return Answer("count accuracy", COUNTS, rows, total=total)


class Inferred:
    """How many emptyings and fillings nobody scanned: they were concluded from a later scan at the station."""

    def __init__(self, *, from_ms: int = 0, to_ms: int = 2**63 - 1) -> None:
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()
        self._acts: dict[str, tuple[str, bool]] = {}  # by event: station, inferred

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        at_ms = self._time.at(event)
        if at_ms > self._to_ms:
            return False
        if event["t"] == "card_undone":
            self._acts.pop(event.get("ref", ""), None)
        elif at_ms >= self._from_ms and "sta" in event and "origin" not in event:
            self._acts[event["id"]] = (event["sta"], bool(event.get("inferred")))
        return True

    def answer(self) -> Answer:
        rows: list[tuple[Cell, ...]] = []
        for station in sorted({one for one, _ in self._acts.values()}):
            here = [is_inferred for one, is_inferred in self._acts.values() if one == station]
            rows.append((station, len(here), sum(here), percent(sum(here), len(here))))
        inferred = sum(is_inferred for _, is_inferred in self._acts.values())
        total: dict[str, Cell] = {"scans": len(self._acts), "inferred %": percent(inferred, len(self._acts))}
        return Answer("inferred scans, by station", STATIONS, rows, total=total)
