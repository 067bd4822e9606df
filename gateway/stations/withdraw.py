"""Quantity signals: withdrawals reduce what is in the bins of a loop, and empty them by themselves."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import duplicate, refused, task
from gateway.kanban.batch import completed_batch
from gateway.kanban.case import Case
from gateway.kanban.container import row, was
from gateway.kanban.emptying import emptied
from gateway.kanban.moment import since_of
from gateway.kanban.movement import emptying_moves
from gateway.kanban.transition import FILLED, Change, target
from gateway.model import Card, Decision, Event, Life, Rejection, Scan, State, Status, Verdict
from gateway.quantity import format_quantity
from gateway.text.sentence import say


def withdraw(case: Case, scan: Scan) -> Decision:
    """Take `scan.quantity` from the loop: from the bins in use first, then from the oldest full one.

    Without a quantity the card's bin is opened. What no bin holds is still consumed: the stock goes
    negative and a task says so; nothing is clamped.
    """
    card, quantity = case.card, scan.quantity
    if quantity is None:
        return _open(case)
    if quantity <= 0:
        text = say("NOTHING_WITHDRAWN", amount=format_quantity(quantity))
        return refused(Rejection("QUANTITY_NOT_POSITIVE", text, format_quantity(quantity)), card=card.card)
    events: list[Event] = []
    left = quantity
    for bin_card in _bins(case):
        taken = min(left, bin_card.quantity)
        events.append(_take(replace(case, card=bin_card), taken, len(events)))
        left -= taken
        if not left:
            break
    if left:
        events.append(_excess(case, left, scan.read.station, len(events)))
    events += completed_batch(case, events, len(events))
    told = _text(case, quantity, left, events)
    return Decision(tuple(events), Verdict(Status.OK, "QUANTITY_WITHDRAWN", told, card.card))


def _open(case: Case) -> Decision:
    card = case.card
    if card.state == State.IN_USE:
        return duplicate(card, case.view, "ALREADY_OPEN", say("ALREADY_OPEN", card=card.card))
    if target(Change.OPEN, card.state) is None:
        text = say("NOT_FULL", card=card.card, state=say(f"STATE_{card.state}"))
        return refused(Rejection("NOT_FULL", text, card.state, State.FULL), card=card.card)
    text = say("CARD_OPENED", card=card.card, amount=case.amount(card.quantity))
    return Decision((_taken(case, 0, 0),), Verdict(Status.OK, "CARD_OPENED", text, card.card))


def _bins(case: Case) -> list[Card]:
    """Bins that hold something: in use before full, older before newer."""
    cards = [
        card
        for card in case.view.cards_of(case.loop.id)
        if card.state in FILLED and card.life == Life.ACTIVE and card.quantity > 0
    ]
    return sorted(cards, key=lambda card: (card.state != State.IN_USE, card.last_seq))


def _take(case: Case, taken: int, nth: int) -> Event:
    if taken < case.card.quantity:
        return _taken(case, taken, nth)
    return emptied(case, used=taken, nth=nth, extra={"taken": format_quantity(taken)})


def _taken(case: Case, taken: int, nth: int) -> Event:
    """The bin is in use with less in it; withdrawals have no key, because each is a need of its own."""
    card = case.card
    since = since_of(card)
    left = card.quantity - taken
    after = row(card, State.IN_USE, cycle=card.cycle, quantity=left, undone=card.undone, signal=card.signal)
    after["since"] = list(since)
    body = {
        "card": card.card,
        "loop": case.loop.id,
        "cycle": card.cycle,
        "taken": format_quantity(taken),
        "was": was(card, since),
        "after": [after],
    }
    if moves := emptying_moves(case.loop, taken):
        body["mv"] = moves
    if nth:
        body["nth"] = nth
    return Event("card_opened" if card.state == State.FULL else "quantity_withdrawn", "sig", "", body)


def _excess(case: Case, left: int, station: str, nth: int) -> Event:
    card = case.card
    text = f"{case.amount(left)} withdrawn at {case.loop.consumer} beyond what its bins held; count the bins."
    name = f"negative/{case.loop.id}"
    body = {
        "card": card.card,
        "loop": case.loop.id,
        "cycle": card.cycle,
        "taken": format_quantity(left),
        "excess": 1,
        "task": task(name, "negative_stock", "NEGATIVE_STOCK", text, station=station, card=card.card),
    }
    if moves := emptying_moves(case.loop, left):
        body["mv"] = moves
    if nth:
        body["nth"] = nth
    return Event("quantity_withdrawn", "sig", "", body)


def _text(case: Case, quantity: int, left: int, events: list[Event]) -> str:
    emptied_cards = [event.body["card"] for event in events if event.kind == "card_emptied"]
    text = say("QUANTITY_WITHDRAWN", amount=case.amount(quantity))
    if emptied_cards:
        text = say("WITHDRAWN_EMPTY", said=text, cards=", ".join(emptied_cards))
    if left:
        text = say("WITHDRAWN_EXCESS", said=text, amount=format_quantity(left))
    return text
