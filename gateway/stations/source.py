"""The source: work on a need was started, shipped, or a waiting need released."""

from __future__ import annotations

from gateway.kanban.answer import duplicate, refused
from gateway.kanban.batch import released, waiting_cards
from gateway.kanban.case import Case
from gateway.kanban.container import row, was
from gateway.kanban.key import SHIP, START, need_key
from gateway.kanban.moment import since_of
from gateway.kanban.transition import FILLED, OPEN_NEED, Change, is_ahead, target
from gateway.model import Action, Decision, Event, Rejection, Scan, State, Status, Verdict
from gateway.text.sentence import say

_CHANGES = {
    Action.START: (Change.START, "card_started", START, State.IN_PROCESS),
    Action.SHIP: (Change.SHIP, "card_shipped", SHIP, State.IN_TRANSIT),
}


def advance(case: Case, action: Action) -> Decision:
    """Start or ship what is on order."""
    change, kind, transition, reached = _CHANGES[action]
    card = case.card
    state = target(change, card.state)
    if state is None:
        if card.state in OPEN_NEED and not is_ahead(0, reached, 0, card.state):
            text = say("CARD_THERE_ALREADY", card=card.card, state=say(f"STATE_{card.state}"))
            return duplicate(card, case.view, f"ALREADY_{reached}", text)
        return refused(_nothing_to_do(case), card=card.card)
    since = since_of(card)
    after = row(card, state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=card.signal)
    after["since"] = list(since)
    body = {"card": card.card, "loop": case.loop.id, "cycle": card.cycle, "was": was(card, since), "after": [after]}
    key = need_key(case.view.site, card.card, card.cycle, transition, card.undone)
    amount = case.amount(case.loop.quantity - card.quantity)
    text = say("SOURCE_MOVED", card=card.card, amount=amount, state=say(f"STATE_{state}"))
    return Decision((Event(kind, "sig", key, body),), Verdict(Status.OK, kind.upper(), text, card.card))


def release(case: Case, scan: Scan) -> Decision:
    """The source takes a waiting need on: the whole batch of a collecting loop, else this card alone."""
    card = case.card
    if card.state != State.WAIT:
        if card.state in OPEN_NEED:
            text = say("CARD_THERE_ALREADY", card=card.card, state=say(f"STATE_{card.state}"))
            return duplicate(card, case.view, "ALREADY_RELEASED", text)
        return refused(_nothing_to_do(case), card=card.card)
    batch = waiting_cards(card.loop, case.view) if case.loop.trigger_point > 1 else [card]
    event = released(case.loop, case.view, case.at, batch, "source")
    trigger = event.body["tr"]
    text = say("BATCH_RELEASED", amount=f"{trigger['qty']} {trigger['uom']} {trigger['item']}", count=len(batch))
    return Decision((event,), Verdict(Status.OK, "BATCH_RELEASED", text, card.card))


def _nothing_to_do(case: Case) -> Rejection:
    card = case.card
    expected = "a card that was scanned empty"
    if card.state in FILLED:
        text = say("NOTHING_ON_ORDER", card=card.card, state=say(f"STATE_{card.state}"))
    elif card.state == State.RECEIVED_QC:
        text = say("STILL_IN_INSPECTION", card=card.card)
    elif card.state == State.WAIT:
        text = say("NOT_RELEASED", card=card.card)
        expected = "a released card"
    else:
        text = say("CARD_BLOCKED", card=card.card, state=card.state)
    return Rejection("NOT_ON_ORDER", text, card.state, expected)
