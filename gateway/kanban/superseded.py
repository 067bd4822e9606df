"""Superseded events (K3): another gateway had the same need first. Demand is never lost to a key.

What our event moved here is taken back, because the winner's event moved it. If a FULL lies between the
winner's emptying and now, ours was the next circulation under an old number: it is issued again as that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.batch import completed_batch
from gateway.kanban.case import Case
from gateway.kanban.container import Body, card_after, last_act, moment_of, row
from gateway.kanban.emptying import emptied
from gateway.kanban.filling import filled
from gateway.kanban.movement import reversed_moves
from gateway.kanban.signal import closed_by
from gateway.kanban.transition import FILLED, OPEN_NEED, is_ahead
from gateway.master import Loop
from gateway.model import Card, Disposition, Event, State, View
from gateway.quantity import parse_quantity

FindCard = Callable[[str], Card | None]

_STATES = frozenset(State)


def compensated(
    original: Body, disposition: Disposition, find: FindCard, view: View, body: dict[str, Any]
) -> list[Event]:
    """`card_superseded` and, if the need is still ours, the same act under its right number.

    `find` gives a card as it is now, `body` the members that every event about a disposition has.
    """
    card = find(original.get("card", ""))
    if "mv" in original:
        body["mv"] = reversed_moves(original["mv"])
    if "tr" in original:
        body["closes"] = [original["key"]]
    if disposition.by:
        body["by"] = disposition.by[:100]
    if card is None or disposition.now_state not in _STATES:
        return [_superseded(original, find, body)]
    if original["kind"] == "card_emptied" and disposition.now_state in FILLED and card.cycle == original["cycle"]:
        loop: Loop | None = view.master("loops", card.loop)
        acts = _acts_to_repeat(card, original, view)
        if acts and loop is not None:
            return _issued_again(original, disposition, Case(view, view.now, card, loop), acts, body)
        if acts:
            text = f"Card {card.card}: its need had an old number at the ERP and its loop is unknown; order by hand."
            name = f"reissue/{original['id']}"
            body["task"] = task(name, "card", "REISSUE", text, card=card.card, ref=original["id"])
    if is_ahead(disposition.now_cycle, disposition.now_state, card.cycle, card.state):
        after = _as_at_the_erp(card, disposition, original, view)
        body["after"] = [after]
        if after["sig"] != card.signal:
            _close(body, closed_by(card, view))
        return [Event("card_superseded", "", "", body)]
    return [_superseded(original, find, body)]


def _superseded(original: Body, find: FindCard, body: dict[str, Any]) -> Event:
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


def _close(body: dict[str, Any], keys: list[str]) -> None:
    if closes := list(dict.fromkeys([*body.get("closes", ()), *keys])):
        body["closes"] = closes


def _acts_to_repeat(card: Card, original: Body, view: View) -> tuple[str, ...]:
    """What happened to the bin here since: it is still empty, or was filled under the same old number."""
    if card.state in OPEN_NEED:
        return ("card_emptied",)
    latest = last_act(card, view)
    was_undone = card.undone > 0 and (latest is None or latest["kind"] != "card_filled")
    return ("card_emptied", "card_filled") if card.state in FILLED and not was_undone else ()


def _issued_again(
    original: Body, disposition: Disposition, case: Case, acts: tuple[str, ...], body: dict[str, Any]
) -> list[Event]:
    was = original.get("was", {})
    card = case.card
    cycle = max(disposition.now_cycle, card.cycle)
    full = row(card, State.FULL, cycle=cycle, quantity=parse_quantity(was.get("qty", "0")), undone=0, signal="")
    body["after"] = [full]
    _close(body, closed_by(card, case.view))
    events = [Event("card_superseded", "", "", body)]
    rest = next((parse_quantity(one["qty"]) for one in original["after"] if one["card"] == card.card), 0)
    extra: dict[str, Any] = {"ref": original["id"]}
    for name in ("mv", "sta"):
        if name in original:
            extra[name] = original[name]
    again = emptied(replace(case, card=card_after(card, full)), used=0, rest=rest, extra=extra)
    after = again.body["after"][0]
    after["since"] = list(moment_of(original))
    events.append(again)
    if "card_filled" not in acts:
        return [*events, *completed_batch(case, [again], 1)]
    arrived = max(0, card.quantity - rest)
    full_again = filled(replace(case, card=card_after(card, after)), arrived=arrived, extra={"ref": original["id"]})
    return [*events, full_again]


def _as_at_the_erp(card: Card, disposition: Disposition, original: Body, view: View) -> dict[str, Any]:
    state, cycle, quantity = disposition.now_state, disposition.now_cycle, card.quantity
    is_same_need = cycle == card.cycle and state in OPEN_NEED
    if state in FILLED:
        loop: Loop | None = view.master("loops", card.loop)
        quantity = loop.quantity if loop else quantity
    signal = card.signal if is_same_need and card.signal != original.get("key") else ""
    undone = card.undone if cycle == card.cycle else 0
    return row(card, state, cycle=cycle, quantity=quantity, undone=undone, signal=signal)
