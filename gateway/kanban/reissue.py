"""Issuing an act again under its right number, after the ERP said that another gateway had the old one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.batch import completed_batch
from gateway.kanban.case import Case
from gateway.kanban.container import Body, card_after, last_act, moment_of, row
from gateway.kanban.emptying import emptied, emptied_unseen
from gateway.kanban.filling import filled
from gateway.kanban.inspection import into_inspection, is_inspected
from gateway.kanban.moment import iso_utc
from gateway.kanban.movement import Move, filling_moves
from gateway.kanban.signal import closed_by
from gateway.kanban.standing import Standing, happened, moment_members
from gateway.kanban.transition import ARRIVED
from gateway.master import Loop
from gateway.model import Card, Disposition, Event, State
from gateway.quantity import parse_quantity
from gateway.view import View

FindCard = Callable[[str], Card | None]


def issue_again(
    original: Body, now: Standing, card: Card, loop: Loop | None, view: View, body: dict[str, Any]
) -> list[Event]:
    """The act once more; only its movements where the card has gone on here under numbers that stand."""
    if loop is None:
        text = f"Card {card.card}: its need had an old number at the ERP and its loop is unknown; order by hand."
        name = f"reissue/{original['id']}"
        body["task"] = task(name, "card", "REISSUE", text, card=card.card, ref=original["id"])
        return []
    if _is_beyond(card, now):
        is_unseen_full = original["kind"] == "card_emptied" and now.is_open
        held = parse_quantity(original.get("was", {}).get("qty", "0"))
        return _moved_again(original, body, filling_moves(loop, held) if is_unseen_full else [])
    case = Case(view, view.now, card, loop)
    flow = _filled_again if original["kind"] == "card_filled" else _emptied_again
    return flow(original, now, case, body)


def _is_beyond(card: Card, now: Standing) -> bool:
    """Whether the card went further here than at the ERP; how it got there was not superseded."""
    return card.cycle > now.cycle or (card.cycle == now.cycle and card.state in ARRIVED and now.is_open)


def _moved_again(original: Body, body: dict[str, Any], before: Sequence[Move] = ()) -> list[Event]:
    """The movements alone; `before` are those of a filling that nobody saw."""
    events = [Event("card_superseded", "", "", body)]
    if "mv" in original:
        members: Body = {name: original[name] for name in ("card", "loop", "sta") if name in original}
        members["mv"] = [*before, *original["mv"]]
        again = {**members, "ref": original["id"], **moment_members(original)}
        events.append(Event("movement_reissued", "mov", "", again))
    return events


def _emptied_again(original: Body, now: Standing, case: Case, body: dict[str, Any]) -> list[Event]:
    was = original.get("was", {})
    card = case.card
    held = parse_quantity(was.get("qty", "0"))
    unseen: list[Event] = []
    if now.is_open:
        opened = row(card, now.state, cycle=now.cycle, quantity=0, undone=0, signal="")
        body["after"] = [opened]
        extra = {"ref": original["id"], **moment_members(original)}
        unseen = [filled(replace(case, card=card_after(card, opened)), arrived=held, is_inferred=True, extra=extra)]
    full = row(card, State.FULL, cycle=now.cycle, quantity=held, undone=0, signal="")
    if not unseen:
        body["after"] = [full]
    close(body, closed_by(card, case.view))
    rest = next((parse_quantity(one["qty"]) for one in original["after"] if one["card"] == card.card), 0)
    extra = {"ref": original["id"], **moment_members(original)}
    for name in ("mv", "sta"):
        if name in original:
            extra[name] = original[name]
    again = emptied(replace(case, card=card_after(card, full)), used=0, rest=rest, extra=extra)
    after = again.body["after"][0]
    after["since"] = list(moment_of(original))
    events = [Event("card_superseded", "", "", body), *unseen, again]
    if not _is_filled_unheard(card, original, now):
        return [*events, *completed_batch(case, [again], 1)]
    arrived = max(0, card.quantity - rest)
    emptied_case = replace(case, card=card_after(card, after))
    full_again = filled(emptied_case, arrived=arrived, extra={"ref": original["id"]})
    if card.state == State.RECEIVED_QC:
        full_again = into_inspection(full_again, emptied_case)
    return [*events, full_again]


def _filled_again(original: Body, now: Standing, case: Case, body: dict[str, Any]) -> list[Event]:
    card = case.card
    arrived = next(parse_quantity(one["qty"]) for one in original["after"] if one["card"] == card.card)
    arrived -= parse_quantity(original.get("was", {}).get("qty", "0"))
    unseen: list[Event] = []
    if now.is_full:
        full = row(card, State.FULL, cycle=now.cycle, quantity=arrived, undone=0, signal="")
        body["after"] = [full]
        unseen = [emptied_unseen(replace(case, card=card_after(card, full)))]
        unseen[0].body.update(moment_members(original))
        empty = unseen[0].body["after"][0]
    else:
        empty = row(card, now.state, cycle=now.cycle, quantity=0, undone=0, signal="")
        body["after"] = [empty]
    close(body, closed_by(card, case.view))
    extra: dict[str, Any] = {"ref": original["id"], **moment_members(original)}
    if "sta" in original:
        extra["sta"] = original["sta"]
    open_case = replace(case, card=card_after(card, empty))
    again = filled(open_case, arrived=arrived, is_timed=False, extra=extra)
    if any(one["card"] == card.card and one["state"] == State.RECEIVED_QC for one in original["after"]):
        again = into_inspection(again, open_case)
    again.body["after"][0]["since"] = list(moment_of(original))
    return [Event("card_superseded", "", "", body), *unseen, again]


def issue_winner_again(original: Body, disposition: Disposition, case: Case, body: dict[str, Any]) -> list[Event]:
    """The winner's act under the number that it should have had; ours stands under the winner's."""
    at = {"at": {"w": iso_utc(disposition.by_wall_ms), "q": disposition.by_quality}, "ref": original["id"]}
    kept = superseded(original, lambda name: case.card, body)
    if original["kind"] == "card_emptied":
        again = emptied(case, used=case.card.quantity, extra=at)
    else:
        again = filled(case, is_timed=False, extra=at)
        if is_inspected(case.loop, case.view):
            again = into_inspection(again, case)
    return [kept, again]


def move_round_again(original: Body, card: Card, view: View, body: dict[str, Any]) -> list[Event]:
    """What our emptying and the filling after it moved; that filling is superseded as well and takes its own back."""
    events = _moved_again(original, body)
    filling = last_act(card, view)
    return events if filling is None else [*events, *_moved_again(filling, {})[1:]]


def _is_filled_unheard(card: Card, original: Body, now: Standing) -> bool:
    """Without clocks the filling that followed here is not told apart later: both are issued at once."""
    return card.state in ARRIVED and now.is_before(original) is None


def standing_after(events: list[Event], now: Standing, original: Body) -> Standing:
    if [event.kind for event in events[1:]] == ["card_emptied", "card_filled"]:
        return Standing(now.cycle + 1, State.FULL, 0, "")  # how long ago the filling was is not known
    is_filling = original["kind"] == "card_filled"
    wall_ms, quality = happened(original)
    if [event.kind for event in events[1:]] in (["movement_reissued"], []):
        return Standing(now.cycle, State.FULL if is_filling else State.EMPTY, wall_ms, quality)
    if is_filling and now.is_full:
        return Standing(now.cycle + 1, State.FULL, wall_ms, quality)
    cycle = now.cycle if is_filling else now.cycle + 1
    return Standing(cycle, State.FULL if is_filling else State.EMPTY, wall_ms, quality)


def close(body: dict[str, Any], keys: list[str]) -> None:
    if closes := list(dict.fromkeys([*body.get("closes", ()), *keys])):
        body["closes"] = closes


def superseded(original: Body, find: FindCard, body: dict[str, Any]) -> Event:
    """The cards stay as they are here; only their part in the closed signal ends."""
    rows = []
    for after in original.get("after", ()) if "tr" in original else ():
        card = find(after["card"])
        if card is not None and card.signal == original["key"]:
            kept = row(card, card.state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal="")
            kept["since"] = after.get("since") or list(moment_of(original))
            rows.append(kept)
    if rows:
        body["after"] = rows
    return Event("card_superseded", "", "", body)
