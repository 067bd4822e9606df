"""A bin becomes empty: one event with the consumption and, unless the loop collects cards, the signal."""

from __future__ import annotations

from typing import Any

from gateway.kanban.batch import collects
from gateway.kanban.case import Case
from gateway.kanban.container import row, was
from gateway.kanban.key import EMPTY, need_key
from gateway.kanban.moment import since_of
from gateway.kanban.movement import emptying_moves
from gateway.kanban.signal import trigger
from gateway.kanban.transition import Change, target
from gateway.model import Event, State


def emptied(case: Case, *, used: int, rest: int = 0, nth: int = 0, extra: dict[str, Any] | None = None) -> Event:
    """The event that empties the container: `used` micro-units consumed since the last one, `rest` left in it.

    A bin that was counted fuller than the book had it moves the difference back (nothing is clamped).
    In a collecting loop the card waits; see batch.py for what releases it. `nth` is the place of the
    event in its decision.
    """
    card, loop, view = case.card, case.loop, case.view
    waits = collects(loop)
    state = target(Change.WAIT if waits else Change.EMPTY, card.state)
    if state is None:
        raise ValueError(f"card {card.card} is {card.state}, expected a filled container to empty")
    cycle = card.cycle + 1
    key = need_key(view.site, card.card, cycle, EMPTY)
    after = row(card, state, cycle=cycle, quantity=rest, undone=0, signal="" if waits else key)
    body: dict[str, Any] = {
        "card": card.card,
        "loop": loop.id,
        "cycle": cycle,
        "was": was(card, since_of(card)),
        "after": [after],
    }
    moves = emptying_moves(loop, used)
    if moves:
        body["mv"] = moves
    if not waits:
        body["tr"] = trigger(loop, view, case.at, [(card.card, rest)])
    if nth:
        body["nth"] = nth
    if extra:
        body.update(extra)
    return Event("card_emptied", "sig", key, body)


def emptied_unseen(case: Case) -> Event:
    """The emptying of a bin that has come back full: consumption without a signal, never collected in a batch."""
    card = case.card
    cycle = card.cycle + 1
    body: dict[str, Any] = {
        "card": card.card,
        "loop": case.loop.id,
        "cycle": cycle,
        "inferred": 1,
        "was": was(card, since_of(card)),
        "after": [row(card, State.EMPTY, cycle=cycle, quantity=0, undone=0, signal="")],
    }
    moves = emptying_moves(case.loop, card.quantity)
    if moves:
        body["mv"] = moves
    return Event("card_emptied", "sig", need_key(case.view.site, card.card, cycle, EMPTY), body)
