"""A14: red for short, yellow for warned, green for safe, of an item at a location. Loops have their own (K11)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.cover import cover_of
from gateway.reorder.finding import Comparison, Finding, Number, Operator, Unit, compare
from gateway.reorder.parameter import Sort, given
from gateway.reorder.proposal import Judged, flagged, rested
from gateway.reorder.situation import Situation
from gateway.reorder.told import short
from gateway.text.sentence import say

KIND = "item_colour"
_FORMULA = "red: on_hand <= 0 or cover <= red_days; yellow: on_hand < threshold; else green"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemColour:
    threshold: int = given(Sort.QUANTITY, "yellow when there is less than this", default=0)
    red_days: int = given(Sort.RATIO, "red when it lasts so many working days or less", default=3 * MICRO)
    window_days: int = given(Sort.COUNT, "closed days that say what a day needs", default=28, low=1, high=60)


def find(rule: ItemColour, situation: Situation, named: str) -> Finding:
    """The colour is the level; it fires when it is not green. Without use or without history only the stock counts."""
    cover = cover_of(situation, rule.window_days)
    held = cover.on_hand
    none = compare(held, Operator.AT_MOST, Number("nothing", 0, Unit.MICRO, "formula"))
    few = compare(cover.up, Operator.AT_MOST, Number("red_days", rule.red_days, Unit.DAYS, named))
    low = compare(held, Operator.BELOW, Number("threshold", rule.threshold, Unit.MICRO, named))
    here, stocked = situation.item, format_quantity(held.value)
    if none.is_true:
        return flagged(_judged(cover.numbers, none), say("COLOUR_RED_EMPTY", item=here, stock=stocked), level="red")
    if few.is_true and cover.is_used:
        told = say("COLOUR_RED", item=here, stock=stocked, days=short(cover.down.value))
        return flagged(_judged((*cover.numbers, cover.up), few), told, level="red")
    if low.is_true:
        told = say("COLOUR_YELLOW", item=here, stock=stocked, limit=format_quantity(rule.threshold))
        return flagged(_judged(cover.numbers, low), told, level="yellow")
    green = _judged((*cover.numbers, cover.up), none, few, low)
    return rested(green, say("COLOUR_GREEN", item=here, stock=stocked), level="green")


def _judged(numbers: tuple[Number, ...], *comparisons: Comparison) -> Judged:
    return Judged(KIND, _FORMULA, comparisons, numbers)
