"""Days of cover: how long the stock lasts at the use of the last days."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Rejection
from gateway.quantity import MICRO
from gateway.reorder.exact import ceil
from gateway.reorder.finding import Number, Unit
from gateway.reorder.measure import formula, on_hand
from gateway.reorder.rate import window
from gateway.reorder.situation import Situation
from gateway.reorder.told import micro
from gateway.text.sentence import say

FOREVER = 10**6 * MICRO  # days: what nobody uses lasts for ever


@dataclass(frozen=True, slots=True)
class Cover:
    """On hand, daily use and cover. `up` is rounded up and `down` down, so that `<=` and `<` are both exact."""

    on_hand: Number
    daily_use: Number  # rounded up
    up: Number
    down: Number
    fault: Rejection | None = None

    @property
    def is_used(self) -> bool:
        return self.daily_use.value > 0

    @property
    def numbers(self) -> tuple[Number, ...]:
        return (self.on_hand, self.daily_use)


def cover_of(situation: Situation, days: int) -> Cover:
    """`cover = on_hand / ADU` in working days, ADU over so many closed days; FOREVER without use.

    A fault when the item was not watched for all of these days: a new item has no cover, not an endless one.
    """
    held = on_hand(situation)
    seen = window(situation.usage(), situation.calendar(), situation.now_ms, days)
    use = Number("daily_use", ceil(seen.per_day), Unit.MICRO_PER_DAY, situation.origin("usage"))
    fault = None if seen.is_known else no_history(situation, days)
    if seen.used == 0:
        endless = formula("cover", FOREVER, Unit.DAYS)
        return Cover(held, use, endless, endless, fault)
    lasts = held.value / seen.per_day
    up = formula("cover", min(FOREVER, ceil(lasts * MICRO)), Unit.DAYS)
    return Cover(held, use, up, formula("cover", min(FOREVER, micro(lasts)), Unit.DAYS), fault)


def no_history(situation: Situation, days: int) -> Rejection:
    """The item is not watched for so long."""
    return Rejection("NO_HISTORY", say("REORDER_SHORT_HISTORY", item=situation.item, days=days), "", f"{days} d")
