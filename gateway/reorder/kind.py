"""Every kind of trigger: its parameters with their limits, and its function. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.model import Rejection
from gateway.reorder import (
    below_safety,
    condition,
    days_of_cover,
    dead_lot,
    demand_surge,
    dynamic_safety,
    fixed_lot,
    item_colour,
    line_shortage,
    make_to_order,
    min_max,
    net_requirement,
    projection,
    reorder_point,
    triangle,
    unused_item,
    vmi,
    work_order_shortage,
)
from gateway.reorder.finding import Finding, Unit
from gateway.reorder.parameter import Mistake, read
from gateway.reorder.proposal import LIMIT, unable
from gateway.reorder.situation import Situation
from gateway.text.sentence import say


@dataclass(frozen=True, slots=True)
class Kind:
    """`parameters` is a frozen dataclass whose fields say their limits (`parameter.spec_of`).

    `find(parameters, situation, named)` never raises: `named` is the rule's name and version, such as
    "rule default-A@r7", and becomes the origin of its parameters. `facts` are the methods of Situation it asks: when
    one of them changes the rule must be judged again. `is_timed`: time alone can make it fire too.
    """

    name: str
    parameters: type[Any]
    find: Callable[[Any, Situation, str], Finding]
    about: str
    facts: frozenset[str]
    is_timed: bool = False


_LEVEL = frozenset({"stock", "allocated", "receipts", "open_signals", "sources"})
_USE = _LEVEL | {"usage", "calendar"}
_ORDERS = _LEVEL | {"work_orders", "bom", "on_hand_of"}

_ALL = (
    Kind(below_safety.KIND, below_safety.BelowSafety, below_safety.find, "stock below a safety stock (A01, A02)",
         _LEVEL),
    Kind(min_max.KIND, min_max.MinMax, min_max.find, "(s,S): at the minimum up to the maximum", _LEVEL),
    Kind(fixed_lot.KIND, fixed_lot.FixedLot, fixed_lot.find, "(R,Q): at the reorder point fixed lots", _LEVEL),
    Kind(reorder_point.FIXED, reorder_point.Fixed, reorder_point.find_fixed, "d*L + a fixed safety stock", _USE,
         is_timed=True),
    Kind(reorder_point.LARGEST_MONTH, reorder_point.LargestMonth, reorder_point.find_month,
         "d*L + the largest month x 1.2 (A08)", _USE, is_timed=True),
    Kind(reorder_point.DEVIATION, reorder_point.Deviation, reorder_point.find_deviation, "d*L + z*s*sqrt(L)", _USE,
         is_timed=True),
    Kind(reorder_point.LEAD_TIME, reorder_point.LeadTime, reorder_point.find_lead_time,
         "d*L + z*sqrt(L*s^2 + d^2*sL^2), for a lead time that varies", _USE, is_timed=True),
    Kind(reorder_point.TIME, reorder_point.Time, reorder_point.find_time, "d*L + hours or days of use (A20, A21)",
         _USE, is_timed=True),
    Kind(dynamic_safety.KIND, dynamic_safety.DynamicSafety, dynamic_safety.find,
         "below a safety stock that follows season and supply (A16)", _USE, is_timed=True),
    Kind(triangle.TRIANGLE, triangle.Triangle, triangle.find_triangle, "signal kanban: a lot at the triangle (A05)",
         _LEVEL),
    Kind(triangle.TWO_BIN, triangle.TwoBin, triangle.find_two_bin, "the second of two bins is opened (A05)", _LEVEL),
    Kind(vmi.KIND, vmi.Vmi, vmi.find, "a supplier's own stock below the agreed minimum (A18)", _LEVEL),
    Kind(net_requirement.KIND, net_requirement.NetRequirement, net_requirement.find,
         "demand - stock + safety stock (A07, A09)", _LEVEL | {"demands"}, is_timed=True),
    Kind(work_order_shortage.KIND, work_order_shortage.WorkOrderShortage, work_order_shortage.find,
         "what work orders lack, through all levels (A03)", _ORDERS | {"elsewhere"}),
    Kind(make_to_order.KIND, make_to_order.MakeToOrder, make_to_order.find, "all that sales orders need (A04)",
         _ORDERS),
    Kind(days_of_cover.KIND, days_of_cover.DaysOfCover, days_of_cover.find, "short within days, or too much (A13)",
         _USE, is_timed=True),
    Kind(item_colour.KIND, item_colour.ItemColour, item_colour.find, "red, yellow or green (A14)",
         frozenset({"stock", "usage", "calendar"}), is_timed=True),
    Kind(demand_surge.KIND, demand_surge.DemandSurge, demand_surge.find, "use has risen: a rush (A10)", _USE,
         is_timed=True),
    Kind(line_shortage.KIND, line_shortage.LineShortage, line_shortage.find, "the line runs dry soon (A27)", _USE,
         is_timed=True),
    Kind(projection.KIND, projection.Projection, projection.find, "short or too much within 30 days (A15)",
         _LEVEL | {"demands", "calendar"}, is_timed=True),
    Kind(dead_lot.KIND, dead_lot.DeadLot, dead_lot.find, "old lots that nobody uses (A11)",
         frozenset({"lots", "calendar"}), is_timed=True),
    Kind(unused_item.KIND, unused_item.UnusedItem, unused_item.find, "items not used for months (A12)",
         frozenset({"stock", "lots", "usage", "calendar", "is_custom"}), is_timed=True),
    Kind(condition.KIND, condition.Condition, condition.find, "a condition of your own in `when`", _USE, is_timed=True),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}


def parameters_of(kind: str, members: Mapping[str, Any]) -> tuple[Any | None, tuple[Mistake, ...]]:
    """The parameters of a rule of this kind, or every mistake in its members in one pass."""
    found = KINDS.get(kind)
    if found is None:
        return None, (Mistake("kind", repr(kind)[:80], f"one of {', '.join(KINDS)}"),)
    return read(found.parameters, members)


def judge(kind: str, parameters: Any, situation: Situation, named: str) -> Finding:
    """What the rule finds; `parameters` are what `parameters_of` gave for this kind.

    It does not fire, and says why, when a fact that it needs is at fault or a quantity is beyond 10^12 units.
    """
    chosen = KINDS[kind]
    found = chosen.find(parameters, situation, named)
    for fact in sorted(chosen.facts):  # afterwards: only whoever asked for a fact knows what is wrong with it
        fault = situation.fault(fact)
        if fault is not None:
            return unable(kind, found.formula, fault)
    beyond = next((one for one in found.numbers if one.unit is Unit.MICRO and abs(one.value) > LIMIT), None)
    if beyond is None:
        return found
    text = say("REORDER_BEYOND", item=situation.item, name=beyond.name)
    return unable(kind, found.formula, Rejection("QUANTITY_BOUNDS", text, str(beyond.value), "at most 10^12 units"))
