"""Switching a loop or a station between training, shadow and live (K13).

A switch touches no need: what arose in shadow stays aside until its bin is full again, unless the person who
goes live has the open ones signalled. Cards of a live batch that is still collecting are released when their
loop leaves live, because nothing may count on later cards to complete it.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing
from gateway.kanban.asked import AskedWronglyError, choice, flag, text
from gateway.kanban.batch import collects, released, waiting_cards
from gateway.kanban.container import row
from gateway.kanban.key import EMPTY, need_key
from gateway.kanban.mode import ASIDE_FACT, LIVE, MODE_FACT, MODES, SCOPES, SHADOW, is_aside, mode_of
from gateway.kanban.moment import iso_after, since_of
from gateway.kanban.signal import trigger
from gateway.kanban.transition import OPEN_NEED
from gateway.master import Loop
from gateway.model import Card, Decision, Event, Instruction, Life, State, Status, Verdict
from gateway.view import View

WALK_DUE_FACT = "walk_due"  # key loop; there since it went into shadow, until a walk of it is finished


def set_mode(instruction: Instruction, view: View) -> Decision:
    """Carry out `mode.set`: scope, name, mode, reason, and for going live `signal_open` and `force`."""
    try:
        return _switched(instruction, view)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)


def _switched(instruction: Instruction, view: View) -> Decision:
    scope, name = choice(instruction, "scope", SCOPES), text(instruction, "name")
    mode, reason = choice(instruction, "mode", MODES), text(instruction, "reason", needed=False)
    before = mode_of(scope, name, view)
    force, signal_open = flag(instruction, "force"), flag(instruction, "signal_open")
    _check(scope, name, (before, mode), (reason, force, signal_open), view)
    signals = _open_signals(name, view) if signal_open else []
    if mode == before and not signals:
        return nothing("MODE_KNOWN", f"{scope} {name} is in mode {mode} already.", Status.ALREADY)
    events = _last_batch(name, view) if scope == "loop" and before == LIVE != mode else []
    if mode != before:
        events.append(_changed(instruction, scope, name, (before, mode), view))
    told = f" {len(signals)} open needs are signalled." if signals else ""
    return Decision((*events, *signals), Verdict(Status.OK, "MODE_SET", f"{scope} {name} is now in mode {mode}.{told}"))


def _check(scope: str, name: str, modes: tuple[str, str], options: tuple[str, bool, bool], view: View) -> None:
    before, mode = modes
    reason, force, signal_open = options
    if signal_open and (scope != "loop" or mode != LIVE):
        raise AskedWronglyError("NOTHING_TO_SIGNAL", "open needs are signalled when a loop goes live, not otherwise")
    if signal_open and view.master("loops", name) is None:
        raise AskedWronglyError("UNKNOWN_LOOP", f"loop {name!r} is not known here: nothing of it can be signalled")
    if force and not reason:
        raise AskedWronglyError("NO_REASON", "forcing a mode needs a reason, which is kept")
    if scope == "loop" and view.master("loops", name) is None and not force:
        raise AskedWronglyError("UNKNOWN_LOOP", f"loop {name!r} is not known here; force it if it is yet to come")
    is_going_live = scope == "loop" and before != LIVE == mode
    if is_going_live and view.fact(WALK_DUE_FACT, name) is not None and not force:
        text = f"loop {name} was not walked since it is in shadow: finish a walk of it first, or force it with a reason"
        raise AskedWronglyError("NOT_WALKED", text)


def _changed(instruction: Instruction, scope: str, name: str, modes: tuple[str, str], view: View) -> Event:
    before, mode = modes
    reason = text(instruction, "reason", needed=False)
    since = iso_after(view.now, 0)
    known = {"mode": mode, "since": since, "by": instruction.operator, "reason": reason}
    facts: list[Any] = [[MODE_FACT, f"{scope}/{name}", known]]
    if scope == "loop" and mode == SHADOW:
        facts.append([WALK_DUE_FACT, name, {"since": since}])
    elif scope == "loop" and mode == LIVE:
        facts.append([WALK_DUE_FACT, name, None])
    body = {"scope": scope, "name": name, "from": before, "to": mode, "why": reason, "since": since, "facts": facts}
    return Event("mode_changed", "sys", "", body)


def _last_batch(name: str, view: View) -> list[Event]:
    loop: Loop | None = view.master("loops", name)
    if loop is None or not collects(loop) or loop.independent_source:
        return []
    waiting = [card for card in waiting_cards(name, view) if not is_aside(card.card, card.cycle, view)]
    return [released(loop, view, view.now, waiting, "mode")] if waiting else []


def _open_signals(name: str, view: View) -> list[Event]:
    """One signal for each open need that the ERP never heard of; from now on it is one that it did hear of."""
    loop: Loop | None = view.master("loops", name)
    cards = [card for card in view.cards_of(name) if _is_open_aside(card, view)] if loop else []
    return [signalled(loop, card, view) for card in cards if loop]


def _is_open_aside(card: Card, view: View) -> bool:
    is_in_use = card.life in (Life.ACTIVE, Life.HOLD)
    return is_in_use and card.state in OPEN_NEED and is_aside(card.card, card.cycle, view)


def signalled(loop: Loop, card: Card, view: View) -> Event:
    """The signal of a need that was recorded without one, under the key it always had."""
    key = need_key(view.site, card.card, card.cycle, EMPTY)
    state = State.EMPTY if card.state == State.WAIT else card.state
    after = row(card, state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal=key)
    body = {
        "card": card.card,
        "loop": loop.id,
        "cycle": card.cycle,
        "after": [{**after, "since": list(since_of(card))}],
        "tr": trigger(loop, view, view.now, [(card.card, card.quantity)]),
        "facts": [[ASIDE_FACT, card.card, None]],
    }
    return Event("need_signalled", "sig", key, body)
