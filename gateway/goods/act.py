"""The one form of all bookings of goods, so that one undo takes back any of them exactly.

An act carries its movements (`mv`), the facts it sets (`facts`), what those were before (`was`), and counters it
raised (`counted`: kind, document, line, by how much), which others may have raised since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from gateway.counter import IN_UNITS, Count, count_facts, counted, counts_json
from gateway.goods.amount import Amount
from gateway.goods.count_due import NO_COUNTS, CountPlan
from gateway.goods.unit import AVAILABLE, HERE, HandlingUnit, Row, unit_at
from gateway.kanban.moment import since_of
from gateway.model import Read
from gateway.quantity import format_quantity
from gateway.stations.station import Station
from gateway.view import View

ACT_FACT = "goods_act"  # the last act at a station, by station

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is configured for goods; times in milliseconds."""

    again_ms: int = 60_000  # the same label again within it is asked about
    ask_ms: int = 120_000  # how long a question waits
    undo_ms: int = 600_000
    sscc_prefix: str = ""  # extension digit and GS1 company prefix; "" when this gateway owns no range
    sscc_first: int = 0
    sscc_last: int = -1
    sscc_skip: int = 1000  # left out after a restored image, whose counter may be behind
    is_confirmed: bool = False  # every receipt is asked about, not only those that are not as ordered
    zone: tzinfo = UTC  # of the plant: goods expire at the end of its own day
    counts: CountPlan = NO_COUNTS  # of what is to be counted when
    label_parts: tuple[str, ...] = ()  # keys that make a label of one symbol for each value whole; none: not gathered


@dataclass(frozen=True, slots=True)
class Case:
    """Where and when something is decided."""

    view: View
    read: Read
    station: Station
    rules: Rules


def moved(row: Row, amount: Amount, start: str | None, end: str | None, *, status: str | None = None) -> Body:
    """One movement of the contract; `status` where it is another than the row's."""
    move: Body = {
        "item": row.item, "qty": format_quantity(amount.quantity), "uom": amount.uom,
        "base": format_quantity(amount.base), "from": start, "to": end,
    }  # fmt: skip
    if amount.uom != amount.base_uom:
        move |= {"base_uom": amount.base_uom, "factor": format_quantity(amount.factor)}
    if row.lot:
        move["lot"] = row.lot
    if (of := status or row.status) != AVAILABLE:
        move["status"] = of
    return move


def booked(
    case: Case,
    op: str,
    *,
    moves: Sequence[Body],
    units: Iterable[HandlingUnit] = (),
    counts: Sequence[Count] = (),
    facts: Iterable[list[Any]] = (),
    members: Body | None = None,
    text: str = "",
) -> Body:
    """The body of the event. `units` are as they are afterwards, `facts` whatever else is set by this act."""
    view, units = case.view, tuple(units)
    counts = (*counts, *_in_units(units, view))
    after: list[list[Any]] = [*(_dated(unit, case).to_fact() for unit in units), *facts]
    act = [ACT_FACT, case.station.id, {"read": case.read.id, "since": list(since_of(case.read)), "text": text}]
    was = [[kind, key, view.fact(kind, key)] for kind, key, _ in (*after, act)]
    body: Body = {"operation": op, **(members or {})}
    if moves:
        body["mv"] = list(moves)
    if counts:
        body["counted"] = counts_json(counts)
    if "sscc" in body and view.open_task(task_id := portal_task(body["sscc"])):
        body["done"] = [task_id]  # what a portal could not book, somebody has now
    body["facts"] = [*after, *count_facts(counts, view), act]
    body["was"] = was
    return body


def portal_task(sscc: str) -> str:
    """The row of the list that says why a pallet was not booked by itself."""
    return f"portal/{sscc}"


def loose(row: Row, place: str, view: View) -> int:
    """Micro base units of these goods at a place that stand in no unit."""
    inside = counted(IN_UNITS, place, _goods(row), view)
    return view.stock(row.item, place, row.status, row.lot) - inside


def _in_units(units: tuple[HandlingUnit, ...], view: View) -> list[Count]:
    """How much more or less stands in units, place by place."""
    found: dict[tuple[str, str], int] = {}
    for after in units:
        before = unit_at(after.sscc, view)
        for unit, sign in ((before, -1), (after, 1)):
            if unit is not None and unit.state == HERE:
                for row in unit.rows:
                    place = (unit.location, _goods(row))
                    found[place] = found.get(place, 0) + sign * row.quantity
    return [(IN_UNITS, place, goods, by) for (place, goods), by in found.items() if by]


def _goods(row: Row) -> str:
    return f"{row.item}\n{row.lot}\n{row.status}"


def _dated(unit: HandlingUnit, case: Case) -> HandlingUnit:
    return HandlingUnit(
        unit.sscc, unit.location, unit.state, unit.rows, unit.parent, unit.inside, unit.turn, case.read.wall_ms
    )
