"""The quality station: a scan accepts what was received for inspection, after the command card REJECT it rejects."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import duplicate, refused
from gateway.kanban.case import Case
from gateway.kanban.flow import Flow, ask
from gateway.kanban.inspection import accepted, rejected
from gateway.kanban.transition import FILLED
from gateway.master_person import QUALITY, SUPERVISOR
from gateway.model import Action, Decision, Rejection, Scan, State, Status, Verdict
from gateway.stations import station as role
from gateway.stations.station import Station
from gateway.text.sentence import say
from gateway.view import View

REJECTION = "rejection"


def inspect(case: Case, scan: Scan) -> Decision:
    """Accept or reject the bin of this card."""
    card = case.card
    if not {QUALITY, SUPERVISOR} & scan.roles:
        text = say("QUALITY_ONLY")
        allowed = f"{QUALITY} or {SUPERVISOR}"
        return refused(Rejection("QUALITY_ONLY", text, scan.read.operator, allowed), card=card.card)
    if card.state != State.RECEIVED_QC:
        if scan.action is not Action.REJECT and card.state in FILLED:
            return duplicate(card, case.view, "ALREADY_ACCEPTED", say("ALREADY_ACCEPTED", card=card.card))
        text = say("NOT_IN_INSPECTION", card=card.card, state=say(f"STATE_{card.state}"))
        return refused(Rejection("NOT_IN_INSPECTION", text, card.state, State.RECEIVED_QC), card=card.card)
    if scan.action is Action.REJECT:
        text = say("CARD_REJECTED", card=card.card, amount=case.amount(card.quantity))
        return Decision((rejected(case, scan.read.station),), Verdict(Status.OK, "CARD_REJECTED", text, card.card))
    text = say("CARD_ACCEPTED", card=card.card, amount=case.amount(card.quantity))
    return Decision((accepted(case),), Verdict(Status.OK, "CARD_ACCEPTED", text, card.card))


def begin_rejection(scan: Scan, station: Station) -> Decision:
    """The command card REJECT: which card?"""
    if station.role != role.QUALITY:
        text = say("REJECT_ELSEWHERE", station=station.id)
        return refused(Rejection("WRONG_STATION", text, station.role, role.QUALITY))
    return ask(scan, REJECTION, "card", say("ASK_REJECTED_CARD"))


def rejected_card(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """The card to reject."""
    if scan.action is not Action.SCAN or not (scan.card or scan.code):
        return None
    return replace(scan, action=Action.REJECT)
