"""The decider: an intake and a view of the store become events and an answer. Pure and deterministic.

It may read and refuse; what it returns is folded mechanically. It dispatches only: what a scan means
stands in stations/, what it does to a card and what the ERP's words mean in kanban/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from gateway.goods import parts
from gateway.goods.act import Case as GoodsCase
from gateway.goods.act import Rules
from gateway.goods.count_due import counts_due
from gateway.goods.desk import DIALOGUE, begin, proceed
from gateway.goods.forget import forgotten
from gateway.goods.parts import begin_label, go_on_label
from gateway.instruct import carry_out
from gateway.kanban.answer import nothing, refused
from gateway.kanban.batch import due
from gateway.kanban.case import Case
from gateway.kanban.command import execute
from gateway.kanban.delivery import bury, turn_page
from gateway.kanban.fence import fenced
from gateway.kanban.flow import Flow, timed_out
from gateway.kanban.identity import stand_aside
from gateway.kanban.life import barred
from gateway.kanban.masterdata import take_over
from gateway.kanban.redelivery import answer_again
from gateway.kanban.resync import adopt_cards, adopt_stock
from gateway.kanban.session import SessionRules, all_over, kept_up, signed
from gateway.kanban.settlement import settle
from gateway.kanban.suspect import suspected
from gateway.kanban.undo import undo
from gateway.kanban.unwanted import unwanted
from gateway.kanban.walk import overdue, see, walk_here
from gateway.master import Loop
from gateway.model import (
    Acknowledgement,
    Action,
    Card,
    CardStates,
    Command,
    Decision,
    Event,
    FeedPage,
    Instruction,
    Intake,
    MasterData,
    Rejection,
    Rival,
    Scan,
    Status,
    StockSnapshot,
    Tick,
    Undeliverable,
)
from gateway.passage import Opened, Passage
from gateway.portal.booking import passage_closed, passage_opened
from gateway.portal.doorway import Doorway
from gateway.reorder.owner import with_owners
from gateway.stations.amount import asks_amount, enter
from gateway.stations.andon import answer_call
from gateway.stations.approval import APPROVAL, approve, approved_only, approver
from gateway.stations.badge import OF_A_SESSION, barred_without_badge, sign
from gateway.stations.command import ORDERS, order
from gateway.stations.consume import empty
from gateway.stations.dialogue import DIALOGUES, Step, go_on
from gateway.stations.inspect import begin_rejection, inspect
from gateway.stations.receive import fill
from gateway.stations.source import advance, release
from gateway.stations.station import CONSUME, GOODS, QUALITY, RECEIVE, SOURCE, Station
from gateway.stations.withdraw import withdraw
from gateway.text.sentence import say
from gateway.view import View

# Where each action belongs: the roles of its station, and the end of the loop it stands at.
_AT_CONSUMER = frozenset({Action.EMPTY, Action.FULL, Action.WITHDRAW})
_AT_QUALITY = frozenset({Action.ACCEPT, Action.REJECT})
_FLOWS: dict[Action, Callable[[Case, Scan], Decision]] = {
    Action.EMPTY: empty,
    Action.FULL: fill,
    Action.WITHDRAW: withdraw,
    Action.START: lambda case, scan: advance(case, Action.START),
    Action.SHIP: lambda case, scan: advance(case, Action.SHIP),
    Action.RELEASE: release,
    Action.ACCEPT: inspect,
    Action.REJECT: inspect,
}
_PLAIN_SCAN = {CONSUME: Action.EMPTY, RECEIVE: Action.FULL, QUALITY: Action.ACCEPT}


class Decider:
    """Callable for the writer; holds only what is configured."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        *,
        undo_window_ms: int = 600_000,
        andon_window_ms: int = 600_000,
        dialogues: Mapping[str, Step] = DIALOGUES,
        sessions: SessionRules | None = None,
        goods: Rules | None = None,
        portals: Mapping[str, Doorway] | None = None,
    ) -> None:
        self._stations = dict(stations)
        self._sessions = sessions or SessionRules()
        self._goods = goods or Rules()
        self._portals = dict(portals or {})
        approval = partial(approve, rules=self._sessions)
        self._dialogues: dict[str, Step] = {**dialogues, APPROVAL: approval, DIALOGUE: self._proceed}
        self._dialogues[parts.DIALOGUE] = self._more_parts
        self._undo_window_ms = undo_window_ms
        self._andon_window_ms = andon_window_ms

    def __call__(self, intake: Intake, view: View) -> Decision:
        let_out = fenced(self._decide(intake, view), view, intake.read if isinstance(intake, Scan) else None)
        return with_owners(let_out, view)

    def _decide(self, intake: Intake, view: View) -> Decision:
        if isinstance(intake, Scan):
            return self._scanned(intake, view)
        if isinstance(intake, Tick):
            return _time_passed(intake, view, self._sessions, self._goods)
        return _OTHERS[type(intake)](intake, view)

    def _scanned(self, scan: Scan, view: View) -> Decision:
        """What a scan does, by whoever is signed in at its scanner."""
        by = signed(scan, view, self._sessions)
        decision = self._scan(by, view)
        if by.session:
            decision = _by(decision, by.read.operator)
        is_session_told = any(event.kind.startswith("session_") for event in decision.events)
        if not (scan.is_press or is_session_told) and (kept := kept_up(scan.read, view, self._sessions)):
            decision = replace(decision, events=(*decision.events, *kept))
        return _with_dropped(decision, scan.dropped) if scan.dropped else decision

    def _scan(self, scan: Scan, view: View) -> Decision:
        if decision := _settled_already(scan, view):
            return decision
        station = self._stations.get(scan.read.station)
        if station is None:
            text = say("UNKNOWN_STATION", station=scan.read.station)
            return refused(Rejection("UNKNOWN_STATION", text, scan.read.station), card=scan.card)
        if scan.passage is not None:
            return self._pass_through(scan, scan.passage, station, view)
        if scan.call:
            return answer_call(scan, station, view, window_ms=self._andon_window_ms)
        if decision := barred_without_badge(scan, station):
            return decision
        if scan.action not in OF_A_SESSION and (walked := walk_here(station.id, view)):
            return see(scan, _find(scan, view), walked, at_consumer=station.role == CONSUME, view=view)
        return go_on(scan, station, view, lambda one: self._act(one, station, view), self._dialogues)

    def _act(self, scan: Scan, station: Station, view: View) -> Decision:
        """What a scan says that answers no question."""
        if decision := self._without_card(scan, station, view):
            return decision
        card = _find(scan, view)
        if card is None:
            return refused(_unknown(scan, view), card=scan.card)
        if scan.action is Action.UNDO:
            return undo(scan, card, view, window_ms=self._undo_window_ms)
        return self._turn(scan, card, station, view)

    def _without_card(self, scan: Scan, station: Station, view: View) -> Decision | None:
        """What people say without a kanban card: badges, quantities, command cards, and labels of goods."""
        if scan.action in OF_A_SESSION:
            return sign(scan, view, self._sessions)
        if scan.action in ORDERS:
            return order(scan, station, view)
        if station.role == GOODS:
            return self._begin_goods(scan, GoodsCase(view, scan.read, station, self._goods))
        if scan.action is Action.OPERATION:
            return refused(_not_here(scan, station))
        if scan.action is Action.QUANTITY:
            return enter(scan, station)
        if scan.action is Action.REJECT and not (scan.card or scan.code):
            return begin_rejection(scan, station)
        if scan.action is Action.UNDO and not (scan.card or scan.code):
            return undo(scan, None, view, window_ms=self._undo_window_ms)
        return None

    def _pass_through(self, scan: Scan, passed: Opened | Passage, station: Station, view: View) -> Decision:
        """What a portal saw; nobody stands there, so no badge, dialogue or walk is asked."""
        if isinstance(passed, Opened):
            return passage_opened(scan, passed)
        doorway = self._portals.get(passed.portal) or Doorway(passed.portal, station.id)
        return passage_closed(passed, doorway, GoodsCase(view, scan.read, station, self._goods))

    def _begin_goods(self, scan: Scan, case: GoodsCase) -> Decision:
        found = begin_label(scan, case)
        return found if isinstance(found, Decision) else begin(found or scan, case)

    def _more_parts(self, flow: Flow, scan: Scan, station: Station, view: View) -> Decision | Scan | None:
        """The next symbol of a label that has several."""
        return go_on_label(flow, scan, GoodsCase(view, scan.read, station, self._goods))

    def _proceed(self, flow: Flow, scan: Scan, station: Station, view: View) -> Decision | None:
        """The next scan of a dialogue about goods; a supervisor's badge approves as the card APPROVE does."""
        if scan.action is Action.BADGE:
            if flow.step != "approval":
                return None
            by = approver(scan, scan.read.operator, view, self._sessions)
            if isinstance(by, Rejection):
                return refused(by)
            scan = replace(scan, action=Action.APPROVE, read=replace(scan.read, operator=by))
        return proceed(flow, scan, GoodsCase(view, scan.read, station, self._goods))

    def _turn(self, scan: Scan, card: Card, station: Station, view: View) -> Decision:
        """What the scan does to its card."""
        action = _meaning(scan.action, station)
        if decision := barred(card, scan, action):
            return decision
        loop: Loop | None = view.master("loops", card.loop)
        if loop is None:
            return refused(_no_loop(card), card=card.card)
        if rejection := self._misplaced(action, station, card, loop):
            return refused(rejection, card=card.card)
        case = Case(view, scan.read, card, loop, self._goods.zone)
        if action is Action.FULL and (question := asks_amount(case, scan, station)):
            return question
        return approved_only(_FLOWS[action](case, scan), case, scan, station)

    def _misplaced(self, action: Action, station: Station, card: Card, loop: Loop) -> Rejection | None:
        """Wrong role or wrong place: stock is never moved silently, the right station is named."""
        if action in _AT_QUALITY and station.role == QUALITY:  # inspected wherever quality has its table
            return None
        at_consumer = action in _AT_CONSUMER
        location = loop.consumer if at_consumer else loop.source
        is_right_role = station.role in ((CONSUME, RECEIVE) if at_consumer else (SOURCE,))
        if is_right_role and station.location == location:
            return None
        roles = (_PLAIN_ROLE[action],) if at_consumer else (SOURCE,)
        names = [one.id for one in self._stations.values() if one.role in roles and one.location == location]
        where = f"{location} (station {', '.join(names)})" if names else location
        text = say("WRONG_STATION", card=card.card, item=loop.item, where=where)
        return Rejection("WRONG_STATION", text, f"{station.id} at {station.location}", where)


_PLAIN_ROLE = {Action.EMPTY: CONSUME, Action.WITHDRAW: CONSUME, Action.FULL: RECEIVE}


def _by(decision: Decision, operator: str) -> Decision:
    """Every event says whose act it was."""
    events = (replace(event, body={"op": operator, **event.body}) for event in decision.events)
    return replace(decision, events=tuple(events))


def _with_dropped(decision: Decision, count: int) -> Decision:
    """What was only counted is told to everybody (promise R3)."""
    return replace(decision, events=(*decision.events, Event("reads_dropped", "sys", "", {"count": count})))


def _settled_already(scan: Scan, view: View) -> Decision | None:
    """The answer to what is a fault, or was stored before, however it comes a second time."""
    if _is_redelivered(scan, view):
        return nothing("REDELIVERED", say("REDELIVERED"), Status.ALREADY)
    known = answer_again(scan, view)
    if known is None and scan.fault is not None:
        return refused(scan.fault, card=scan.card)
    return known


def _is_redelivered(scan: Scan, view: View) -> bool:
    """An MQTT press that the broker sends again after it was stored."""
    press = scan.read.press
    return (
        press is not None
        and press.redelivered
        and view.press_seen(scan.read.device, press.packet, press.digest) is not None
    )


def _meaning(action: Action, station: Station) -> Action:
    """A plain scan says what its station's role does; a source's action is configured, shipping if not."""
    if action is not Action.SCAN:
        return action
    return _PLAIN_SCAN.get(station.role) or Action(station.action or Action.SHIP)


def _find(scan: Scan, view: View) -> Card | None:
    """By our own card id, or by a customer's code, which must match exactly."""
    card = view.card(scan.card) if scan.card else None
    if card is None and scan.code:
        known = view.card_for_code(scan.code)
        card = view.card(known) if known else None
    return card


def _unknown(scan: Scan, view: View) -> Rejection:
    known = scan.card if scan.card and view.master("cards", scan.card) else view.card_for_code(scan.code)
    if known:
        text = say("LOOP_NOT_YET", card=known)
        return Rejection("UNKNOWN_LOOP", text, known)
    if scan.card:
        text = say("UNKNOWN_CARD", card=scan.card[:60])
        return Rejection("UNKNOWN_CARD", text, scan.card)
    if scan.label is not None and (rejection := unwanted(scan.label)):
        return rejection
    code = scan.code or (scan.label.text if scan.label else "")
    return Rejection("UNKNOWN_CODE", say("UNKNOWN_CODE", code=repr(code[:60])), code)


def _not_here(scan: Scan, station: Station) -> Rejection:
    text = f"Station {station.id} handles kanban cards, not goods: go to a station for goods."
    return Rejection("WRONG_STATION", text, scan.code, "a station with role goods")


def _no_loop(card: Card) -> Rejection:
    text = say("UNKNOWN_LOOP", loop=card.loop, card=card.card)
    return Rejection("UNKNOWN_LOOP", text, card.loop)


def _time_passed(tick: Tick, view: View, sessions: SessionRules, goods: Rules) -> Decision:
    """Release batches that are due, end what nobody answered and who is gone; a loop whose master data vanished
    keeps its cards waiting."""
    events = [Event("clock_jumped", "sys", "", {"jump_ms": tick.jump_ms})] if tick.jump_ms else []
    if tick.is_synchronised:  # its own time members say what the time was at which moment of this boot
        events.append(Event("clock_corrected", "sys", "", {"jump_ms": tick.jump_ms}))
    events += due(view, goods.zone)
    if tick.minute:
        events += [*overdue(view), *suspected(tick.minute, view), *forgotten(tick.minute, view)]
        events += counts_due(tick.minute, view, goods.counts, goods.zone)
    late, notices = timed_out(view)
    return Decision((*events, *late, *all_over(view, sessions)), nothing("TIME_PASSED").verdict, tuple(notices))


_OTHERS: dict[type, Callable[[Any, View], Decision]] = {
    Acknowledgement: settle,
    CardStates: adopt_cards,
    Command: execute,
    Instruction: carry_out,
    MasterData: take_over,
    StockSnapshot: adopt_stock,
    Undeliverable: bury,
    FeedPage: turn_page,
    Rival: stand_aside,
}
