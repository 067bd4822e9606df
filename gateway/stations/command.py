"""Command cards that give an order to the gateway itself: a lost card is found, a loop or station changes its mode."""

from __future__ import annotations

from gateway.kanban.answer import refused
from gateway.kanban.flow import Flow, ask
from gateway.kanban.lostcard import found
from gateway.kanban.mode import LIVE, SHADOW, TRAINING
from gateway.kanban.modeswitch import set_mode
from gateway.master_person import SUPERVISOR
from gateway.model import Action, Decision, Instruction, Rejection, Scan
from gateway.stations.station import Station
from gateway.text.sentence import say
from gateway.view import View

FOUND_CARD = "found"
_MODES = {Action.MODE_TRAINING: TRAINING, Action.MODE_SHADOW: SHADOW, Action.MODE_LIVE: LIVE}
ORDERS = frozenset({Action.FOUND, *_MODES})


def order(scan: Scan, station: Station, view: View) -> Decision:
    """Carry out an order of a supervisor."""
    if SUPERVISOR not in scan.roles:
        return refused(Rejection("SUPERVISOR_ONLY", say("SUPERVISOR_ONLY"), scan.read.operator, SUPERVISOR))
    if scan.action is Action.FOUND:
        return ask(scan, FOUND_CARD, "card", say("ASK_FOUND_CARD"))
    scope, name = ("loop", scan.code) if scan.code else ("station", station.id)
    body = {"scope": scope, "name": name, "mode": _MODES[scan.action]}
    return set_mode(Instruction(scan.read.id, "mode.set", body, scan.read.operator), view)


def found_card(flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
    """The card that was lost and lies here."""
    name = scan.card if scan.card and view.card(scan.card) else view.card_for_code(scan.code)
    if scan.action is not Action.SCAN or not name:
        return None
    return found(Instruction(scan.read.id, "card.found", {"card": name}, scan.read.operator), view)
