"""Who gets the next scan of a scanner at which something was asked: one line for each kind of dialogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from gateway.kanban.answer import nothing, refused
from gateway.kanban.flow import Flow, ask_again, ended, flow_at, is_second_beep, why_over
from gateway.model import Action, Decision, Event, Rejection, Scan, Status, Verdict
from gateway.stations.amount import AMOUNT_OF_CARD, CARD_OF_AMOUNT, TOO_MUCH, amount_of_card, card_of_amount, too_much
from gateway.stations.command import FOUND_CARD, found_card
from gateway.stations.inspect import REJECTION, rejected_card
from gateway.stations.station import Station
from gateway.text.sentence import say
from gateway.view import View

# What a step makes of the next scan: a decision (another question, a booking); a scan that is complete now and is
# decided as usual in place of this one; or None when the scan is no answer, which ends the dialogue.
Step = Callable[[Flow, Scan, Station, View], Decision | Scan | None]

DIALOGUES: Mapping[str, Step] = {
    AMOUNT_OF_CARD: amount_of_card,
    CARD_OF_AMOUNT: card_of_amount,
    FOUND_CARD: found_card,
    REJECTION: rejected_card,
    TOO_MUCH: too_much,
}


def go_on(
    scan: Scan,
    station: Station,
    view: View,
    decide: Callable[[Scan], Decision],
    dialogues: Mapping[str, Step],
) -> Decision:
    """What the scan says to the dialogue at its device; `decide` is for a scan that is no answer, or completes one."""
    flow = flow_at(scan.read.device, view)
    if scan.is_press or flow is None:
        return nothing_open(scan) or decide(scan)
    if why := why_over(flow, scan):
        return _behind(nothing_open(scan) or decide(scan), ended(flow, why))
    if is_second_beep(flow, scan.read):
        return ask_again(flow)
    if scan.action in (Action.CANCEL, Action.UNDO):  # what is half done is what a person wants to take back
        said = Verdict(Status.OK, "FLOW_CANCELLED", say("FLOW_CANCELLED"))
        return Decision((ended(flow, "cancelled"),), said)
    step = dialogues.get(flow.kind)  # a kind of an older version is over
    answer = step(flow, scan, station, view) if step else None
    if answer is None:
        return _behind(decide(scan), ended(flow, "other_person" if scan.action is Action.BADGE else "other_scan"))
    if isinstance(answer, Scan):
        return _behind(decide(answer), ended(flow, "done"))
    return _closed(answer, flow)


def nothing_open(scan: Scan) -> Decision | None:
    """The answer to a scan that only makes sense in a dialogue; None for any other."""
    if scan.action is Action.CANCEL:
        return nothing("NOTHING_TO_CANCEL", say("NOTHING_TO_CANCEL"), Status.ALREADY)
    if scan.action in (Action.CONFIRM, Action.APPROVE):
        return refused(Rejection("NO_QUESTION_OPEN", say("NO_QUESTION_OPEN"), scan.code))
    return None


def _closed(decision: Decision, flow: Flow) -> Decision:
    """A step that asked again or refused leaves the dialogue open; one that booked has ended it."""
    if any(event.kind in ("flow_asked", "flow_ended", "scan_refused") for event in decision.events):
        return decision
    return _behind(decision, ended(flow, "done")) if decision.events else decision


def _behind(decision: Decision, end: Event) -> Decision:
    """The end of the dialogue after what the scan did, or nothing of it where a new question took its place."""
    if any(event.kind == "flow_asked" for event in decision.events):
        return decision
    return replace(decision, events=(*decision.events, end))
