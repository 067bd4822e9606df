"""A18: vendor-managed inventory: the supplier keeps the stock between two agreed levels, and we pay what we use.

Source:「由供应商根据双方协定的库存水位(最高/最低库存)主动进行补货,企业则在物料实际消耗后进行结算」.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.model import Rejection
from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula, in_transit, open_signals
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, Limited, proposed, rested, unable
from gateway.reorder.situation import AVAILABLE, Situation
from gateway.text.sentence import say

KIND = "vmi"
Row = Mapping[str, Any]
_FORMULA = "on_hand of owner + in_transit + open_signals < minimum -> maximum - position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vmi(Limited):
    owner: str = given(Sort.TEXT, "the supplier whose stock it is until it is used")
    minimum: int = given(Sort.QUANTITY, "agreed minimum; the supplier fills up when there is less")
    maximum: int = given(Sort.QUANTITY, "agreed maximum, above minimum")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was used of one owner's goods: micro-units, negative when it was put back."""

    owner: str
    item: str
    quantity: int


class Owners:
    """Whose goods are used: the lot's owner, else that of the item at the place; "" is our own."""

    def __init__(self, lots: Iterable[Row] = (), points: Iterable[Row] = (), locations: Iterable[Row] = ()) -> None:
        """Raw rows of these datasets."""
        self._lots = {(row["item"], row["lot"]): row["owner"] for row in lots if row.get("owner")}
        self._points = {(row["item"], row["location"]): row["owner"] for row in points if row.get("owner")}
        self._areas = {row["id"]: row["area"] for row in locations if row.get("area")}

    def of(self, item: str, lot: str, place: str) -> str:
        area = self._areas.get(place, place)
        return str(self._lots.get((item, lot)) or self._points.get((item, area), ""))


def find(rule: Vmi, situation: Situation, named: str) -> Finding:
    """`position < minimum` (strict) -> maximum - position; only what the supplier owns counts."""
    low = Number("minimum", rule.minimum, Unit.MICRO, named)
    high = Number("maximum", rule.maximum, Unit.MICRO, named)
    least, most = format_quantity(low.value), format_quantity(high.value)
    if rule.maximum < rule.minimum:
        text = say("REORDER_MIN_ABOVE_MAX", minimum=least, maximum=most)
        return unable(KIND, _FORMULA, Rejection("MIN_ABOVE_MAX", text, most), (low, high))
    rows = [row for row in situation.stock() if row.status == AVAILABLE and row.owner == rule.owner]
    held = Number("on_hand", sum(row.quantity for row in rows), Unit.MICRO, situation.origin("stock"))
    coming, asked = in_transit(situation), open_signals(situation)
    position = formula("position", held.value + coming.value + asked.value)
    below = compare(position, rule.below(Operator.BELOW), low)
    judged = Judged(KIND, _FORMULA, (below,), (held, coming, asked, position, low, high), high.value - position.value)
    here, owner, stocked = situation.item, rule.owner, format_quantity(position.value)
    if not judged.is_true:
        return rested(judged, say("REORDER_VMI_FILLED", item=here, owner=owner, stock=stocked, minimum=least))
    return proposed(
        judged, rule, situation,
        say("REORDER_VMI", item=here, owner=owner, stock=stocked, minimum=least, maximum=most),
    )  # fmt: skip


def settled(withdrawals: Iterable[Withdrawal]) -> dict[tuple[str, str], int]:
    """The billing basis: micro-units used by (owner, item), without our own goods and without what was put back."""
    sums: dict[tuple[str, str], int] = {}
    for one in withdrawals:
        if one.owner:
            sums[one.owner, one.item] = sums.get((one.owner, one.item), 0) + one.quantity
    return {key: sums[key] for key in sorted(sums) if sums[key]}
