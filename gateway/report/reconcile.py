"""Where our stock and the ERP's differed, explained event by event (A86).

Each snapshot that was taken over says what the ERP had otherwise. What explains it is looked for in the journal: an act
that another gateway told first, a bin whose posting is the ERP's own business (K1), what happened in shadow. What is
left was booked at the ERP by somebody else. Events that the ERP refused or parked stand at the end: these are what it
does not have now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from gateway.kanban.movement import emptying_moves, filling_moves
from gateway.master import Loop
from gateway.quantity import format_quantity, parse_quantity
from gateway.report.answer import Answer, Cell
from gateway.timeline import Timeline

Body = dict[str, Any]
Row = tuple[str, str, str, str]  # item, location, status, lot

# What an event must hold to be of interest here, as it stands in canonical JSON.
WORDS = ('"mv":[', '"stock":[', '"t":"card_', '"t":"snapshot_ignored"')
COLUMNS = ("when", "item", "location", "status", "lot", "ours", "ERP", "difference", "why")
REASONS_LIMIT = 1000  # of one row; the oldest are forgotten
SHOWN = 4  # reasons that one line names


@dataclass(slots=True)
class _Reason:
    """A change that we expect at the ERP and did not book ourselves."""

    change: int
    text: str


@dataclass(slots=True)
class _Line:
    book: int = 0
    reasons: list[_Reason] = field(default_factory=list)


class Reconciliation:
    """Takes events in the journal's order, from its beginning."""

    def __init__(self, loops: Mapping[str, Loop], *, from_ms: int = 0, to_ms: int = 2**63 - 1) -> None:
        self._loops = loops
        self._from_ms, self._to_ms = from_ms, to_ms
        self._time = Timeline()
        self._lines: dict[Row, _Line] = {}
        self._rows: list[tuple[Cell, ...]] = []
        self._snapshots = self._explained = 0

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period."""
        at_ms = self._time.at(event)
        if at_ms > self._to_ms:
            return False
        if "origin" in event:
            return True
        for row, change in changes_of(event.get("mv", ())):
            line = self._line(row)
            line.book += change
            if event["t"] in ("card_superseded", "movement_superseded"):
                by = event.get("by") or "another gateway"
                self._expect(row, -change, f"{event.get('ref', '')} was told by {by} first")
        for row, change, text in self._left_to_the_erp(event):
            self._expect(row, change, text)
        if "stock" in event:
            self._adopt(event, at_ms)
        elif event["t"] == "snapshot_ignored":
            for *row, ours, theirs in event.get("differs", ()):
                difference = parse_quantity(theirs) - parse_quantity(ours)
                place = (str(row[0]), str(row[1]), str(row[2]), str(row[3]))
                self._tell(at_ms, place, parse_quantity(ours), difference, "only compared: the snapshot says no as_of")
        return True

    def answer(self, unbooked: list[tuple[Body, str]], now_ms: int) -> Answer:
        """`unbooked`: events that the ERP has not booked, each with why."""
        rows = list(self._rows)
        for event, reason in unbooked:
            for row, change in changes_of(event.get("mv", ())):
                ours = self._line(row).book
                why = f"{event['t']} {event['id']}: {reason}"
                rows.append(("now", *row, format_quantity(ours), format_quantity(ours - change),
                             format_quantity(-change), why))  # fmt: skip
        total: dict[str, Cell] = {
            "snapshots": self._snapshots, "differences": len(self._rows), "explained": self._explained,
            "not booked at the ERP": len(unbooked),
        }  # fmt: skip
        when = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        return Answer("reconciliation with the ERP", COLUMNS, rows, [f"as of {when} UTC"], total)

    def _line(self, row: Row) -> _Line:
        return self._lines.setdefault(row, _Line())

    def _expect(self, row: Row, change: int, text: str) -> None:
        reasons = self._line(row).reasons
        if change:
            reasons.append(_Reason(change, text))
            del reasons[:-REASONS_LIMIT]

    def _left_to_the_erp(self, event: Body) -> list[tuple[Row, int, str]]:
        """What the ERP posts by itself for an act of ours: in shadow all of it, else what the loop leaves to it."""
        if "would" in event and "aside" in event:
            moves, whose = event["would"].get("mv", ()), "in shadow"
        else:
            moves, whose = self._unposted(event), "posted by the ERP"
        text = f"{event['t']} {event.get('card', '')} {whose}"
        return [(row, change, text) for row, change in changes_of(moves)]

    def _unposted(self, event: Body) -> list[Body]:
        loop = self._loops.get(event.get("loop", ""))
        if loop is None or "mv" in event or "was" not in event or "after" not in event:
            return []
        amount = parse_quantity(event["after"][0]["qty"]) - parse_quantity(event["was"]["qty"])
        if event["t"] == "card_filled" and loop.on_full == "erp_status":
            return filling_moves(_posting(loop, on_full="receipt"), amount)
        if event["t"] == "card_emptied" and loop.on_empty == "none" and loop.backflush:
            return emptying_moves(_posting(loop, on_empty="issue"), -amount)
        return []

    def _adopt(self, event: Body, at_ms: int) -> None:
        self._snapshots += at_ms >= self._from_ms
        for item, location, status, lot, text in event["stock"]:
            row = (item, location, status, lot)
            line, theirs = self._line(row), parse_quantity(text)
            difference = theirs - line.book
            reasons, left = _consumed(line, difference)
            if at_ms >= self._from_ms and difference:
                self._explained += not left
                said = [one.text for one in reasons[:SHOWN]]
                if len(reasons) > SHOWN:
                    said.append(f"{len(reasons) - SHOWN} more")
                if left:
                    said.append(f"{format_quantity(left)} booked at the ERP, not by this gateway")
                self._tell(at_ms, row, line.book, difference, "; ".join(said))
            line.book = theirs

    def _tell(self, at_ms: int, row: Row, ours: int, difference: int, why: str) -> None:
        when = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        amounts = map(format_quantity, (ours, ours + difference, difference))
        self._rows.append((when, *row, *amounts, why))


def changes_of(moves: Any) -> list[tuple[Row, int]]:
    """(row, change in micro base units) of both ends of every movement."""
    found: list[tuple[Row, int]] = []
    for move in moves:
        base, rest = parse_quantity(move["base"]), (move.get("status", "available"), move.get("lot", ""))
        for location, change in ((move["from"], -base), (move["to"], base)):
            if location is not None:
                found.append(((move["item"], location, *rest), change))
    return found


def _consumed(line: _Line, difference: int) -> tuple[list[_Reason], int]:
    """The oldest reasons that together make up no more than the difference, and what they leave unexplained."""
    taken, left = [], difference
    for reason in list(line.reasons):
        if reason.change * left > 0 and abs(reason.change) <= abs(left):
            taken.append(reason)
            line.reasons.remove(reason)
            left -= reason.change
    return taken, left


def _posting(loop: Loop, **choice: str) -> Loop:
    """The loop as if this gateway posted it."""
    return replace(loop, on_empty=choice.get("on_empty", loop.on_empty), on_full=choice.get("on_full", loop.on_full))
