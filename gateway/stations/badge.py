"""A badge at a scanner: who works here from now on. Any badge ends the session before it, a refused one too."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import nothing, refused
from gateway.kanban.session import SESSION_FACT, SessionRules, operator, over, started, why_not
from gateway.master import Person
from gateway.model import Action, Decision, Read, Rejection, Scan, Status, Verdict
from gateway.stations.station import Station
from gateway.text.sentence import Sentence, say
from gateway.view import View

OF_A_SESSION = frozenset({Action.BADGE, Action.SIGN_OUT})
_WITHOUT_BADGE = frozenset({Action.BADGE, Action.CANCEL, Action.SIGN_OUT})


def barred_without_badge(scan: Scan, station: Station) -> Decision | None:
    """The refusal of a scan at a station that wants to know who works there."""
    if not station.badge_required or scan.session or scan.action in _WITHOUT_BADGE:
        return None
    text = say("BADGE_NEEDED", station=station.id)
    return refused(Rejection("BADGE_NEEDED", text, station.id, "a badge"), card=scan.card)


def sign(scan: Scan, view: View, rules: SessionRules) -> Decision:
    """A badge, or the command card SIGNOUT."""
    return sign_in(scan, view, rules) if scan.action is Action.BADGE else sign_out(scan, view)


def sign_in(scan: Scan, view: View, rules: SessionRules) -> Decision:
    """Begin a session, or say why this badge cannot."""
    holder = holder_of(scan, view, rules)
    if isinstance(holder, Rejection):
        return _instead(refused(holder), scan.read, view)
    known = view.fact(SESSION_FACT, scan.read.device)
    if known is not None and scan.read.operator == operator(holder.id):
        return nothing("SIGNED_IN_ALREADY", say("SIGNED_IN_ALREADY", name=_name(holder)), Status.ALREADY)
    text = say("SIGNED_IN", name=_name(holder))
    return _instead(Decision((started(scan, holder, rules),), Verdict(Status.OK, "SIGNED_IN", text)), scan.read, view)


def sign_out(scan: Scan, view: View) -> Decision:
    """End the session by the command card SIGNOUT."""
    known = view.fact(SESSION_FACT, scan.read.device)
    if known is None:
        return nothing("NOBODY_SIGNED_IN", say("NOBODY_SIGNED_IN"), Status.ALREADY)
    events = tuple(over(scan.read.device, known, "signed_out", view))
    return Decision(events, Verdict(Status.OK, "SIGNED_OUT", say("SIGNED_OUT")))


def holder_of(scan: Scan, view: View, rules: SessionRules) -> Person | Rejection:
    """Whose badge was scanned, or why it does not count."""
    names = view.find("people", scan.badge)
    person: Person | None = view.master("people", names[0]) if names else None
    if person is None:
        return Rejection("BADGE_UNKNOWN", say("BADGE_UNKNOWN"), scan.badge)
    why = why_not(person, scan.read, rules)
    if not why:
        return person
    text: Sentence = say("BADGE_EXPIRED", day=person.valid_until) if why == "expired" else say("BADGE_BLOCKED")
    return Rejection(f"BADGE_{why.upper()}", text, person.id)


def _instead(decision: Decision, read: Read, view: View) -> Decision:
    """The session before ends first, so that the fact of the new one stands."""
    known = view.fact(SESSION_FACT, read.device)
    if known is None:
        return decision
    return replace(decision, events=(*over(read.device, known, "next_badge", view), *decision.events))


def _name(person: Person) -> str:
    return person.name or person.id
