"""Quantity entry: a quantity code before or after the card. Before it: for the next card. After it: the answer."""

from __future__ import annotations

from dataclasses import replace

from gateway.codes.quantity import label_amount
from gateway.kanban.answer import refused
from gateway.kanban.case import Case
from gateway.kanban.filling import wanted
from gateway.kanban.flow import Flow, ask, no_answer
from gateway.kanban.limit import tolerances
from gateway.kanban.transition import OPEN_NEED
from gateway.model import Action, Decision, Rejection, Scan
from gateway.quantity import format_quantity, parse_quantity
from gateway.stations.pending import completed, is_same_card, kept
from gateway.stations.station import CONSUME, RECEIVE, Station
from gateway.text.sentence import say
from gateway.view import View

CARD_OF_AMOUNT, AMOUNT_OF_CARD, TOO_MUCH = "card_of_amount", "amount_of_card", "too_much"


def enter(scan: Scan, station: Station) -> Decision:
    """A quantity code with no question open: it is for the card that is scanned next."""
    if station.role not in (CONSUME, RECEIVE) or (scan.remainder is not None and station.role != CONSUME):
        text = say("NO_QUANTITY_HERE", station=station.id)
        return refused(Rejection("NO_QUANTITY_HERE", text, station.role, "consume or receive"))
    amount = scan.quantity if scan.quantity is not None else scan.remainder
    prompt = say("ASK_CARD", amount=format_quantity(amount or 0))
    return ask(scan, CARD_OF_AMOUNT, "card", prompt, data=kept(scan))


def card_of_amount(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """The card for the quantity that was scanned before."""
    if scan.action is Action.QUANTITY:
        return enter(scan, station)  # the last number counts
    if scan.action is not Action.SCAN or not (scan.card or scan.code):
        return None
    entered = completed(scan, flow.data)
    action = Action.SCAN if station.role == RECEIVE or entered.quantity is None else Action.WITHDRAW
    return replace(scan, action=action, quantity=entered.quantity, remainder=entered.remainder)


def asks_amount(case: Case, scan: Scan, station: Station) -> Decision | None:
    """The question how much arrived, at a station that always asks; None when there is nothing to ask."""
    is_asked = station.asks_quantity and scan.action is Action.SCAN and not scan.is_press
    if not is_asked or scan.quantity is not None or scan.confirmed or case.card.state not in OPEN_NEED:
        return None
    prompt = say("ASK_AMOUNT", card=case.card.card, amount=case.amount(wanted(case)))
    return ask(scan, AMOUNT_OF_CARD, "quantity", prompt, data=kept(scan), card=case.card.card)


def amount_of_card(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """The quantity for the card that was scanned before; the same card once more means: all of it."""
    if is_same_card(scan, flow.data):
        return completed(scan, flow.data, confirmed=True)
    amount = scan.quantity if scan.action is Action.QUANTITY else label_amount(scan.code)
    if amount is None:
        return no_answer(flow, scan)
    return completed(scan, flow.data, quantity=amount)


def asks_if_too_much(case: Case, scan: Scan) -> Decision | None:
    """The question whether so much really arrived; None when it is within tolerance, or was asked already."""
    if scan.quantity is None or scan.confirmed or scan.is_press or case.card.state not in OPEN_NEED:
        return None
    asked = wanted(case)
    _, most = tolerances(case.loop, asked, case.view)
    if scan.quantity <= most:
        return None
    prompt = say(
        "ASK_TOO_MUCH", card=case.card.card, amount=case.amount(scan.quantity), asked=format_quantity(asked),
        most=format_quantity(most),
    )  # fmt: skip
    data = kept(scan, asked=format_quantity(asked))
    return ask(scan, TOO_MUCH, "confirm", prompt, data=data, card=case.card.card)


def too_much(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """The same card or the same quantity once more: yes. Another quantity: that one instead."""
    if is_same_card(scan, flow.data):
        return completed(scan, flow.data, confirmed=True)
    if scan.action is Action.QUANTITY and scan.quantity is not None:
        is_yes = scan.quantity == parse_quantity(flow.data["quantity"])
        return completed(scan, flow.data, quantity=scan.quantity, confirmed=is_yes)
    return no_answer(flow, scan)
