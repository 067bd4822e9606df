"""Lock windows and the time a refill takes (K2): telling a second scan from a second emptying."""

from __future__ import annotations

from gateway.kanban.case import Case
from gateway.kanban.container import last_act
from gateway.kanban.moment import elapsed_ms, is_trusted, since_of
from gateway.master import Loop
from gateway.view import View


def is_within_lock(case: Case) -> bool:
    """Whether the container was emptied (or filled) less than the loop's lock window ago."""
    passed = _passed_ms(case)
    return passed is not None and passed < case.loop.lock_window_ms


def is_just_filled(case: Case) -> bool:
    """Whether a person at a station made it FULL within the lock window.

    An activation, an undo, a correction or the ERP's word is no scan that this one could repeat.
    """
    if not is_within_lock(case):
        return False
    last = case.view.event(case.card.last_seq)
    return last is not None and last["kind"] == "card_filled" and "sta" in last


def could_have_come_round(case: Case) -> bool:
    """Whether enough time passed for a refill nobody scanned: the fastest recent fill of the loop,
    or half the replenishment time as long as none was seen."""
    passed = _passed_ms(case)
    return passed is not None and passed >= fastest_fill_ms(case.loop, case.view)


def could_have_been_used_up(case: Case) -> bool:
    """Whether a full bin had the time to be emptied and refilled unseen: never less than half the
    replenishment time, because a false second receipt costs more than a second scan."""
    passed = _passed_ms(case)
    return passed is not None and passed >= max(fastest_fill_ms(case.loop, case.view), case.loop.replenishment_ms // 2)


def _passed_ms(case: Case) -> int | None:
    """Milliseconds since the container became what it is; None when nobody knows.

    Across a reboot only the wall clock can say, and only if it was synchronised before and after. If not,
    a second emptying is neither taken for the first one nor for a new one: the person is asked (K2).
    """
    since = since_of(case.card)
    if since[2] != case.at.boot and not (is_trusted(case.at.quality) and is_trusted(_quality_then(case))):
        return None
    return elapsed_ms(since, case.at)


def _quality_then(case: Case) -> str:
    event = last_act(case.card, case.view)
    return event.get("q", "") if event is not None else ""


def fastest_fill_ms(loop: Loop, view: View) -> int:
    """The fastest recent fill of the loop; half its replenishment time as long as none was seen."""
    fills = view.fills(loop.id)
    return min(fills) if fills else loop.replenishment_ms // 2
