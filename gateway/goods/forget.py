"""Units that left long ago are forgotten: a number may be used again after a year, and nothing grows for ever."""

from __future__ import annotations

from gateway.goods.unit import FORGET_MS, HERE, UNIT_FACT
from gateway.kanban.moment import is_trusted
from gateway.model import Event
from gateway.view import View

EVERY_MIN = 1440
AT_ONCE = 500  # more wait for the next day


def forgotten(minute: int, view: View) -> list[Event]:
    """Once a day; never by a clock that cannot be trusted."""
    if minute % EVERY_MIN or not is_trusted(view.now.quality):
        return []
    before = view.now.wall_ms - FORGET_MS
    old = [key for key, fact in view.facts(UNIT_FACT).items() if fact["state"] != HERE and fact["t"] < before]
    if not old:
        return []
    facts = [[UNIT_FACT, key, None] for key in old[:AT_ONCE]]
    return [Event("units_forgotten", "", "", {"count": len(facts), "facts": facts})]
