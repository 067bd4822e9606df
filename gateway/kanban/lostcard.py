"""Lost cards (2.6): reported, found again, and suspected when they stand still while their siblings turn.

A lost card keeps its container and its open order: the bin will arrive. It signals nothing until it is found.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing, task
from gateway.kanban.asked import AskedWronglyError, text
from gateway.kanban.cardset import active_cards
from gateway.kanban.container import same_row
from gateway.kanban.life import REPLACED_FACT
from gateway.master import Loop
from gateway.model import Card, Decision, Event, Instruction, Life, Status, Verdict
from gateway.view import View

_MAY_BE_LOST = frozenset({Life.ACTIVE, Life.HOLD, Life.SURPLUS})


def lost(instruction: Instruction, view: View) -> Decision:
    """Carry out `card.lost`."""
    try:
        card = named_card(instruction, "card", view)
        if card.life == Life.LOST:
            return nothing("LOST_ALREADY", f"Card {card.card} was reported lost already.", Status.ALREADY)
        if card.life not in _MAY_BE_LOST:
            raise AskedWronglyError("CARD_RETIRED", f"Card {card.card} is {card.life}: only a card in use can be lost.")
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    event = lost_event(card, text(instruction, "reason", needed=False), view)
    told = f"Card {card.card} is lost: nothing is ordered with it until it is found, or replace it with a new one."
    return Decision((event,), Verdict(Status.OK, "CARD_LOST", told, card.card))


def lost_event(card: Card, why: str, view: View) -> Event:
    """The card as lost; tasks that asked whether it is are done."""
    body = life_body(card, Life.LOST, card.revision, view)
    if why:
        body["why"] = why
    return Event("card_lost", "sig", "", body | done(view, f"suspect/{card.card}", f"lost/{card.card}"))


def found(instruction: Instruction, view: View) -> Decision:
    """Carry out `card.found`: it circulates again, or is surplus when the loop is complete without it."""
    try:
        card = named_card(instruction, "card", view)
        if new := view.fact(REPLACED_FACT, card.card):
            raise AskedWronglyError(
                "CARD_REPLACED", f"Card {card.card} was replaced by {new['by']}: put it into the collect box."
            )
        if card.life != Life.LOST:
            return nothing("NOT_LOST", f"Card {card.card} is {card.life}, it is not lost.", Status.ALREADY)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    loop: Loop | None = view.master("loops", card.loop)
    is_surplus = loop is not None and active_cards(loop.id, view) >= loop.cards
    life = Life.SURPLUS if is_surplus else Life.ACTIVE
    body = life_body(card, life, card.revision, view) | done(view, f"found/{card.card}")
    told = f"Card {card.card} is in use again: scan what is true of its bin now."
    if is_surplus:
        told = f"Card {card.card} is surplus: its loop has all its cards without it. Keep it aside for the planner."
        body["task"] = surplus_task(card.loop, [card.card])
    return Decision((Event("card_found", "sig", "", body),), Verdict(Status.OK, "CARD_FOUND", told, card.card))


def surplus_task(loop: str, cards: list[str]) -> dict[str, str]:
    """More cards than the loop allows: one task per loop."""
    told = f"Loop {loop}: more cards than it allows, kept as surplus: {', '.join(cards[:20])} ({len(cards)})."
    return task(f"surplus/{loop}", "masterdata", "SURPLUS_CARDS", told, card=cards[0])


def named_card(instruction: Instruction, member: str, view: View) -> Card:
    """The card an instruction speaks of."""
    name = text(instruction, member)
    card = view.card(name)
    if card is None:
        raise AskedWronglyError("UNKNOWN_CARD", f"Card {name[:60]!r} is not known here: check how it is written.")
    return card


def life_body(card: Card, life: str, revision: int, view: View) -> dict[str, Any]:
    """What every event about a card's life or print says; its container stays as it is."""
    return {
        "card": card.card,
        "loop": card.loop,
        "life": str(life),
        "rev": revision,
        "after": [same_row(card, view, life=str(life), rev=revision)],
    }


def done(view: View, *tasks: str) -> dict[str, Any]:
    """The member that ends those of the tasks that are open."""
    ended = [name for name in tasks if view.open_task(name) is not None]
    return {"done": ended} if ended else {}
