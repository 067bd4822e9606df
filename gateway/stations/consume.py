"""The consuming station: a scan says "this bin is empty"."""

from __future__ import annotations

from dataclasses import replace

from gateway.kanban.answer import duplicate, refused, task
from gateway.kanban.batch import completed_batch, decides
from gateway.kanban.case import Case
from gateway.kanban.container import card_after
from gateway.kanban.emptying import emptied
from gateway.kanban.filling import filled
from gateway.kanban.lock import could_have_come_round, is_just_filled, is_within_lock
from gateway.kanban.transition import FILLED, OPEN_NEED
from gateway.model import Action, Decision, Event, Rejection, Scan, State, Status, Verdict
from gateway.quantity import format_quantity
from gateway.text.sentence import say


def empty(case: Case, scan: Scan) -> Decision:
    """Decide on "empty" for this card, said by a plain scan or by a button."""
    card = case.card
    if scan.remainder is not None and not 0 <= scan.remainder < case.loop.quantity:
        return refused(_remainder_too_large(case, scan.remainder), card=card.card)
    if card.state in FILLED:
        if scan.action is Action.SCAN and is_just_filled(case):
            return refused(_too_soon(case), card=card.card)
        return _empty_now(case, scan, [])
    if card.state == State.RECEIVED_QC:
        text = say("STILL_IN_INSPECTION", card=card.card)
        return refused(Rejection("STILL_IN_INSPECTION", text, card.state, "FULL or IN_USE"), card=card.card)
    if card.state not in OPEN_NEED:
        return refused(_blocked(case), card=card.card)
    if is_within_lock(case) or scan.was_there:  # a bin that lies in the chute after a restart was not emptied again
        return duplicate(card, case.view, "ALREADY_EMPTY", say("ALREADY_EMPTY", card=card.card))
    return _second_emptying(case, scan)


def _empty_now(case: Case, scan: Scan, before: list[Event]) -> Decision:
    card = case.card
    rest = scan.remainder or 0
    used = card.quantity - rest
    extra = None
    if used < 0:
        extra = {"task": _counted_more(case, rest, scan.read.station)}
    empty_event = emptied(case, used=used, rest=rest, nth=len(before), extra=extra)
    events = (*before, empty_event)
    if "tr" not in empty_event.body:
        events += tuple(completed_batch(case, [empty_event], len(events)))
    what = case.amount(case.loop.quantity - rest)
    if "tr" in events[-1].body:
        batch = events[-1].body["tr"]
        amount = f"{batch['qty']} {batch['uom']} {batch['item']}"
        text = say("CARD_EMPTIED", card=card.card, amount=amount)
    else:
        text = say("CARD_EMPTIED_WAITS", card=card.card, amount=what)
    return Decision(events, Verdict(Status.OK, "CARD_EMPTIED", text, card.card))


def _second_emptying(case: Case, scan: Scan) -> Decision:
    """K2: past the lock window it is never silently a duplicate; somebody may have forgotten the FULL."""
    card = case.card
    is_held_here = card.state == State.WAIT and not case.loop.independent_source and decides(case.loop, case.view)
    if is_held_here or not could_have_come_round(case):
        return _ask(case, scan.read.station, is_held_here=is_held_here)
    full = filled(case, is_inferred=True)
    case = replace(case, card=card_after(card, full.body["after"][0]))
    decision = _empty_now(case, scan, [full])
    text = say("REFILL_ENTERED", said=decision.verdict.text)
    return replace(decision, verdict=replace(decision.verdict, text=text))


def _ask(case: Case, station: str, *, is_held_here: bool) -> Decision:
    card = case.card
    if is_held_here:
        text = say("REFILL_NOT_SEEN_WAITS", card=card.card)
    else:
        text = say("REFILL_NOT_SEEN", card=card.card)
    row = task(
        f"refill/{card.card}/{card.cycle}", "refill", "REFILL_NOT_SEEN", text, station=station, card=card.card,
        ref=card.signal,
    )  # fmt: skip
    return refused(Rejection("REFILL_NOT_SEEN", text, card.state, "FULL"), card=card.card, status=Status.ASK, task=row)


def _too_soon(case: Case) -> Rejection:
    seconds = max(1, case.loop.lock_window_ms // 1000)
    text = say("TOO_SOON_EMPTY", card=case.card.card, seconds=seconds)
    return Rejection("TOO_SOON", text)


def _remainder_too_large(case: Case, rest: int) -> Rejection:
    least, full = format_quantity(rest), case.amount(case.loop.quantity)
    text = say("REMAINDER_TOO_LARGE", rest=least, card=case.card.card, amount=full)
    return Rejection("REMAINDER_TOO_LARGE", text, least, f"0 or more, less than {full}")


def _counted_more(case: Case, rest: int, station: str) -> dict[str, str]:
    card = case.card
    text = f"Card {card.card}: {case.amount(rest)} counted, the book had {format_quantity(card.quantity)}; count again."
    name = f"remainder/{card.card}/{card.cycle + 1}"
    return task(name, "count", "REMAINDER_ABOVE_BOOK", text, station=station, card=card.card)


def _blocked(case: Case) -> Rejection:
    text = say("CARD_BLOCKED", card=case.card.card, state=case.card.state)
    return Rejection("CARD_BLOCKED", text, case.card.state, "FULL or IN_USE")
