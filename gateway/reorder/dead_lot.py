"""A11: lots that are old and of which nothing was issued lately (呆滞料). They are told, never written off."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import format_quantity
from gateway.reorder.finding import Comparison, Finding, Number, Operator, Unit, compare
from gateway.reorder.measure import formula
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, flagged, rested
from gateway.reorder.rate import day_number
from gateway.reorder.situation import LotAge, Situation
from gateway.text.sentence import say

KIND = "dead_lot"
TOLD = 20  # lots that a finding names
_FORMULA = "age > older_days and days since the last issue > idle_days, for each lot"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLot:
    older_days: int = given(Sort.COUNT, "calendar days in stock; more is old", default=180, high=3660)
    idle_days: int = given(Sort.COUNT, "calendar days without an issue; more is idle", default=30, high=3660)


def find(rule: DeadLot, situation: Situation, named: str) -> Finding:
    """「库龄超过180天,且在过去30天内无任何领用记录」: both strict, by local dates; a lot never issued is idle.

    A lot of which nobody knows when it came is not judged. The comparisons are those of the oldest dead lot.
    """
    today = day_number(situation.calendar(), situation.now_ms)
    aged = sorted(
        ((_days(situation, today, lot.received_ms), lot) for lot in situation.lots() if _is_judged(lot)),
        key=lambda one: (-one[0], one[1].lot),
    )
    judged = [(lot, _compared(rule, situation, today, lot, age, named)) for age, lot in aged]
    dead = [(lot, pair) for lot, pair in judged if all(one.is_true for one in pair)]
    if not dead:
        shown = judged[0][1] if judged else ()
        rest = Judged(KIND, _FORMULA, shown, (formula("lots", len(judged), Unit.COUNT),))
        return rested(rest, say("REORDER_NO_DEAD_LOT", item=situation.item, count=len(judged)))
    total = sum(lot.quantity for lot, _ in dead)
    origin = situation.origin("lots")
    each = tuple(Number(f"lot {lot.lot}", lot.quantity, Unit.MICRO, origin) for lot, _ in dead[:TOLD])
    full = Judged(KIND, _FORMULA, dead[0][1], (formula("dead_quantity", total), *each))
    why = say("REORDER_DEAD_LOT", item=situation.item, count=len(dead), quantity=format_quantity(total))
    return flagged(full, why, level="dead")


def _is_judged(lot: LotAge) -> bool:
    return lot.received_ms is not None and lot.quantity > 0


def _compared(
    rule: DeadLot, situation: Situation, today: int, lot: LotAge, age: int, named: str
) -> tuple[Comparison, ...]:
    idle = age if lot.issued_ms is None else _days(situation, today, lot.issued_ms)
    origin = situation.origin("lots")
    old = compare(
        Number(f"age {lot.lot}", age, Unit.COUNT, origin), Operator.ABOVE,
        Number("older_days", rule.older_days, Unit.COUNT, named),
    )  # fmt: skip
    if lot.issued_ms is None:
        return (old,)  # never issued: there is no issue that could be recent
    unused = compare(
        Number(f"idle {lot.lot}", idle, Unit.COUNT, origin), Operator.ABOVE,
        Number("idle_days", rule.idle_days, Unit.COUNT, named),
    )  # fmt: skip
    return old, unused


def _days(situation: Situation, today: int, at_ms: int | None) -> int:
    return today - day_number(situation.calendar(), at_ms or 0)
