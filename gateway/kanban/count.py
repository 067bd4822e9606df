"""Cards as they were counted on the floor: opening states and corrections, without a movement nobody asked for."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.container import row
from gateway.kanban.key import EMPTY, need_key
from gateway.kanban.mode import LIVE, mode_of
from gateway.kanban.movement import emptying_moves, filling_moves
from gateway.kanban.signal import closed_by, trigger
from gateway.kanban.transition import FILLED
from gateway.master import Loop
from gateway.model import Card, Event, Life
from gateway.view import View


def activated(card: Card, state: str, life: Life, loop: Loop, view: View, *, signal: bool) -> Event:
    """A new card starts to circulate where it lies; `signal`: the need of an empty one is told."""
    is_full = state in FILLED
    cycle = card.cycle if is_full else card.cycle + 1
    after = row(card, state, cycle=cycle, quantity=loop.quantity if is_full else 0, undone=card.undone, signal="")
    after["life"] = life.value
    return _with_signal("card_activated", card, cycle, after, loop, view, signal=signal and not is_full)


def counted(card: Card, state: str, loop: Loop, view: View, *, signal: bool, adjust_stock: bool) -> list[Event]:
    """The correction of a stale card: filled or emptied without a scan.

    A bin that was found empty is a need nobody told; without `signal` a task says so. The movement that was
    never posted is an event of its own, made only with `adjust_stock`.
    """
    if state in FILLED:
        after = row(card, state, cycle=card.cycle, quantity=loop.quantity, undone=card.undone, signal="")
        event = _with_signal("card_counted", card, card.cycle, after, loop, view, signal=False)
        if closes := closed_by(card, view):
            event.body["closes"] = closes
        moves = filling_moves(loop, loop.quantity - card.quantity)
    else:
        after = row(card, state, cycle=card.cycle + 1, quantity=0, undone=0, signal="")
        event = _with_signal("card_counted", card, card.cycle + 1, after, loop, view, signal=signal)
        moves = emptying_moves(loop, card.quantity)
        if not signal and card.life == Life.ACTIVE and mode_of("loop", loop.id, view) == LIVE:
            text = f"Card {card.card} was counted empty and nothing is on order for it: order it by hand."
            name = f"unordered/{card.card}/{card.cycle + 1}"
            event.body["task"] = task(name, "card", "NOT_ORDERED", text, card=card.card)
    event.body["from"] = card.state
    if not (adjust_stock and moves):
        return [event]
    return [event, Event("stock_adjusted", "mov", "", {"card": card.card, "loop": loop.id, "why": "walk", "mv": moves})]


def _with_signal(
    kind: str, card: Card, cycle: int, after: dict[str, Any], loop: Loop, view: View, *, signal: bool
) -> Event:
    key = need_key(view.site, card.card, cycle, EMPTY) if signal else ""
    body: dict[str, Any] = {"card": card.card, "loop": loop.id, "cycle": cycle, "after": [{**after, "sig": key}]}
    if signal:
        body["tr"] = trigger(loop, view, view.now, [(card.card, 0)])
    return Event(kind, "sig", key, body)
