"""Supervisor approval: a posting above a limit is not booked before another person, a supervisor, scanned a badge."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import refused
from gateway.kanban.case import Case
from gateway.kanban.flow import Flow, ask, no_answer
from gateway.kanban.limit import approval_limit, largest_posting
from gateway.kanban.session import SessionRules, operator
from gateway.master_person import SUPERVISOR
from gateway.model import Action, Decision, Rejection, Scan
from gateway.quantity import format_quantity, parse_quantity
from gateway.stations.badge import holder_of
from gateway.stations.pending import completed, kept
from gateway.stations.station import Station
from gateway.text.sentence import say
from gateway.view import View

APPROVAL = "approval"
TIMEOUT_MS = 300_000  # a supervisor has to come first


def approved_only(decision: Decision, case: Case, scan: Scan, station: Station) -> Decision:
    """The decision as it is, or the question for a supervisor in its place."""
    limit = approval_limit(case.loop, station.approve_above, case.view)
    amount = largest_posting(decision.events)
    if limit is None or amount <= max(limit, scan.approved):
        return _signed(decision, scan.approved_by) if scan.approved_by else decision
    card = case.card.card
    if scan.is_press:
        text = say("APPROVAL_NEEDS_SCANNER", amount=case.amount(amount), limit=format_quantity(limit))
        return refused(Rejection("APPROVAL_NEEDED", text, format_quantity(amount), format_quantity(limit)), card=card)
    prompt = say("ASK_APPROVAL", amount=case.amount(amount), limit=format_quantity(limit))
    data = kept(scan, amount=format_quantity(amount), person=scan.read.operator)
    return ask(scan, APPROVAL, "badge", prompt, data=data, timeout_ms=TIMEOUT_MS, card=card)


def approve(flow: Flow, scan: Scan, station: Station, view: View, *, rules: SessionRules) -> Decision | Scan | None:
    """The next scan after the question: the badge of a supervisor, or no answer."""
    if scan.action is not Action.BADGE:
        return no_answer(flow, scan)
    by = approver(scan, flow.data["person"], view, rules)
    if isinstance(by, Rejection):
        return refused(by)
    return completed(scan, flow.data, approved_by=by, approved=parse_quantity(flow.data["amount"]))


def approver(scan: Scan, person: str, view: View, rules: SessionRules) -> str | Rejection:
    """Who approves by the badge that was scanned what `person` (an `op`, "" for nobody known) had scanned."""
    holder = holder_of(scan, view, rules)
    if isinstance(holder, Rejection):
        return holder
    if SUPERVISOR not in holder.roles:
        return Rejection("NO_SUPERVISOR", say("NO_SUPERVISOR", name=holder.name or holder.id), holder.id)
    if operator(holder.id) == person:
        return Rejection("APPROVED_BY_ONESELF", say("APPROVED_BY_ONESELF"), holder.id)
    return operator(holder.id)


def _signed(decision: Decision, by: str) -> Decision:
    events = (replace(event, body={**event.body, "approved_by": by}) for event in decision.events)
    return replace(decision, events=tuple(events))
