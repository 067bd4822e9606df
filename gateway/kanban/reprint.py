"""Damaged and replaced cards (K15): a new print keeps the id, a new card takes over from the old one.

A reprint raises the revision, and the older print is refused from then on. A replacement has an id of its own;
it takes over the bin and the open order, and the old card is refused wherever it turns up.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.kanban.answer import nothing
from gateway.kanban.asked import AskedWronglyError, text
from gateway.kanban.container import row
from gateway.kanban.life import REPLACED_FACT
from gateway.kanban.lostcard import done, life_body, named_card
from gateway.kanban.mode import ASIDE_FACT
from gateway.kanban.moment import since_of
from gateway.model import Card, Decision, Event, Instruction, Life, State, Status, Verdict
from gateway.view import View

MAX_REVISION = 9999  # as in a printed code
_PRINTABLE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?", re.ASCII)
_REPRINTABLE = frozenset({Life.NEW, Life.ACTIVE, Life.HOLD, Life.SURPLUS})
_REPLACEABLE = frozenset({Life.ACTIVE, Life.HOLD, Life.SURPLUS, Life.LOST})


def reprint(instruction: Instruction, view: View) -> Decision:
    """Carry out `card.reprint`."""
    try:
        card = named_card(instruction, "card", view)
        if card.life not in _REPRINTABLE:
            hint = "replace it with a new one" if card.life == Life.LOST else "it is no longer used"
            raise AskedWronglyError("NOT_REPRINTABLE", f"Card {card.card} is {card.life}: {hint}.")
        if card.revision >= MAX_REVISION:
            text_ = f"Card {card.card} has print {card.revision}, the last there can be: replace it with a new one."
            raise AskedWronglyError("LAST_REVISION", text_)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    revision = card.revision + 1
    event = Event("card_reprinted", "sig", "", life_body(card, card.life, revision, view))
    told = f"Card {card.card}: print {revision} is the valid one from now on, throw the older one away."
    return Decision((event,), Verdict(Status.OK, "CARD_REPRINTED", told, card.card))


def replace_card(instruction: Instruction, view: View) -> Decision:
    """Carry out `card.replace`: card and new."""
    try:
        card = named_card(instruction, "card", view)
        new = _new_name(instruction, card, view)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    event = Event("card_replaced", "sig", "", _replaced(card, new, view))
    told = f"Card {new} takes over from {card.card}, which goes into the collect box when it turns up."
    return Decision((event,), Verdict(Status.OK, "CARD_REPLACED", told, new))


def _new_name(instruction: Instruction, card: Card, view: View) -> str:
    if card.life not in _REPLACEABLE:
        raise AskedWronglyError("CARD_RETIRED", f"Card {card.card} is {card.life}: there is nothing to take over.")
    name = text(instruction, "new")
    if not _PRINTABLE.fullmatch(name):
        wanted = "1 to 40 upper-case letters, digits and inner '-'"
        raise AskedWronglyError("BAD_CARD_ID", f"{name[:60]!r} cannot be printed as a card, expected {wanted}.")
    known, defined = view.card(name), view.master("cards", name)
    if known is not None and (known.life != Life.NEW or known.loop != card.loop):
        text_ = f"Card {name} is {known.life} in loop {known.loop}: expected a new card of loop {card.loop}."
        raise AskedWronglyError("CARD_IN_USE", text_)
    if defined is not None and (defined.loop != card.loop or known is None):
        raise AskedWronglyError("CARD_IN_USE", f"Card {name} belongs to loop {defined.loop}: expected a new card.")
    return name


def _replaced(card: Card, new: str, view: View) -> dict[str, Any]:
    known = view.card(new)
    life = Life.ACTIVE if card.life == Life.LOST else card.life
    taken = row(card, card.state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=card.signal)
    taken |= {"card": new, "life": str(life), "rev": known.revision if known else 1, "since": list(since_of(card))}
    state = State.EMPTY if card.state == State.WAIT else card.state  # it waits for no batch any more
    left = row(card, state, cycle=card.cycle, quantity=0, undone=card.undone, signal="")
    left |= {"life": Life.OBSOLETE.value, "since": list(since_of(card))}
    body = {
        **life_body(card, Life.OBSOLETE, card.revision, view),
        "new": new,
        "new_life": taken["life"],
        "new_rev": taken["rev"],
        "after": [left, taken],
        "facts": [[REPLACED_FACT, card.card, {"by": new}]],
        **done(view, f"suspect/{card.card}", f"lost/{card.card}", f"found/{card.card}"),
    }
    if aside := view.fact(ASIDE_FACT, card.card):
        body["facts"] += [[ASIDE_FACT, card.card, None], [ASIDE_FACT, new, aside]]
    signal = view.closed_signal(card.signal) if card.signal else None
    if signal is not None:  # the same order, now of the new card
        members = [one if one != card.card else new for one in view.signal_cards(card.signal)]
        body["reopens"] = [{**signal, "cards": members}]
    return body
