"""The receiving station: a scan says "this bin arrived full"."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import duplicate, refused
from gateway.kanban.case import Case
from gateway.kanban.container import card_after
from gateway.kanban.emptying import emptied_unseen
from gateway.kanban.filling import filled, wanted
from gateway.kanban.inspection import into_inspection, is_inspected
from gateway.kanban.lock import could_have_been_used_up, is_within_lock
from gateway.kanban.transition import FILLED, OPEN_NEED
from gateway.model import Action, Decision, Event, Rejection, Scan, State, Status, Verdict
from gateway.quantity import format_quantity
from gateway.stations.amount import asks_if_too_much
from gateway.text.sentence import say


def fill(case: Case, scan: Scan) -> Decision:
    """Decide on "full" for this card, said by a plain scan or by a button."""
    card = case.card
    if scan.quantity is not None and scan.quantity <= 0:
        text = say("NOTHING_ARRIVES", amount=format_quantity(scan.quantity))
        return refused(Rejection("QUANTITY_NOT_POSITIVE", text, format_quantity(scan.quantity)), card=card.card)
    if card.state in OPEN_NEED:
        if scan.action is Action.SCAN and is_within_lock(case):
            return refused(_too_soon(case), card=card.card)
        return asks_if_too_much(case, scan) or _fill_now(case, scan, [])
    if card.state == State.RECEIVED_QC:
        return duplicate(card, case.view, "ALREADY_ARRIVED", say("ALREADY_ARRIVED", card=card.card))
    if card.state not in FILLED:
        text = say("CARD_BLOCKED", card=card.card, state=card.state)
        return refused(Rejection("CARD_BLOCKED", text, card.state, "an open need"), card=card.card)
    if is_within_lock(case) or not could_have_been_used_up(case):
        return duplicate(card, case.view, "ALREADY_FULL", say("ALREADY_FULL", card=card.card))
    return _second_filling(case, scan)


def _fill_now(case: Case, scan: Scan, before: list[Event]) -> Decision:
    card = case.card
    event = filled(case, arrived=scan.quantity, station=scan.read.station, is_timed=not before, nth=len(before))
    inspected = is_inspected(case.loop, case.view)
    if inspected:
        event = into_inspection(event, case)
    received = wanted(case) if scan.quantity is None else scan.quantity
    text = say("CARD_FILLED", card=card.card, amount=case.amount(received))
    if inspected:
        text = say("CARD_IN_INSPECTION", card=card.card, amount=case.amount(received))
    if "task" in event.body:
        text = say("DIFFERENCE_LISTED", said=text, asked=format_quantity(wanted(case)))
    return Decision((*before, event), Verdict(Status.OK, "CARD_FILLED", text, card.card))


def _second_filling(case: Case, scan: Scan) -> Decision:
    """FULL before its EMPTY: the bin came round, the emptying was scanned late, elsewhere or not at all.

    The emptying is entered without a signal, since the goods are here; when it arrives under its
    own key the ERP has it already and no second order comes of it.
    """
    empty = emptied_unseen(case)
    case = replace(case, card=card_after(case.card, empty.body["after"][0]))
    decision = _fill_now(case, scan, [empty])
    text = say("EMPTYING_ENTERED", said=decision.verdict.text)
    return replace(decision, verdict=replace(decision.verdict, text=text))


def _too_soon(case: Case) -> Rejection:
    seconds = max(1, case.loop.lock_window_ms // 1000)
    text = say("TOO_SOON_FULL", card=case.card.card, seconds=seconds)
    return Rejection("TOO_SOON", text)
