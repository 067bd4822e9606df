"""Quality inspection: a bin that arrived stands in RECEIVED_QC until somebody accepts or rejects it.

It is neither filled nor an open need: nobody can use it, and nothing is on order for it. Its stock has the status
`qc`; accepted it becomes available, rejected it is `blocked` and never available, and the need is signalled again,
urgently, as the card's next circulation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.case import Case
from gateway.kanban.container import row, was
from gateway.kanban.key import ACCEPT, EMPTY, need_key
from gateway.kanban.moment import since_of
from gateway.kanban.movement import Move, filling_moves
from gateway.kanban.signal import trigger
from gateway.kanban.transition import Change, target
from gateway.master import Item, Loop
from gateway.model import Event, Life, State
from gateway.view import View

QC, BLOCKED = "qc", "blocked"  # stock status


def is_inspected(loop: Loop, view: View) -> bool:
    """Whether what arrives for the loop is inspected first: it says so, or its item does and it comes from outside."""
    if loop.inspected is not None:
        return loop.inspected
    item: Item | None = view.master("items", loop.item)
    return loop.on_full == "receipt" and item is not None and item.is_inspected


def into_inspection(filled: Event, case: Case) -> Event:
    """The filling of this case, received for inspection: the card waits, and its stock cannot be used."""
    state = target(Change.INSPECT, case.card.state)
    if state is None:
        raise ValueError(f"card {case.card.card} is {case.card.state}, expected an open need")
    body = {**filled.body, "after": [{**after, "state": state.value} for after in filled.body["after"]]}
    if "mv" in body:
        body["mv"] = [part for one in body["mv"] for part in _arriving(one)]
    return replace(filled, body=body)


def _arriving(move: Move) -> list[Move]:
    if move["from"] is None:
        return [{**move, "status": QC}]
    return [{**move, "to": None}, {**move, "from": None, "status": QC}]  # it leaves its source as available stock


def accepted(case: Case, *, stream: str = "sig") -> Event:
    """The bin may be used."""
    card, view = case.card, case.view
    state = target(Change.ACCEPT, card.state)
    if state is None:
        raise ValueError(f"card {card.card} is {card.state}, expected {State.RECEIVED_QC} to accept")
    body = {
        "card": card.card,
        "loop": case.loop.id,
        "cycle": card.cycle,
        "was": was(card, since_of(card)),
        "after": [row(card, state, cycle=card.cycle, quantity=card.quantity, undone=card.undone, signal="")],
    }
    if moves := _restated(case, ""):
        body["mv"] = moves
    return Event("card_accepted", stream, need_key(view.site, card.card, card.cycle, ACCEPT, card.undone), body)


def rejected(case: Case, station: str) -> Event:
    """The bin must not be used; what it was for is needed more urgently than before."""
    card, view = case.card, case.view
    if target(Change.REJECT, card.state) is None:
        raise ValueError(f"card {card.card} is {card.state}, expected {State.RECEIVED_QC} to reject")
    is_signalled = card.life == Life.ACTIVE
    cycle = card.cycle + 1
    key = need_key(view.site, card.card, cycle, EMPTY)
    text = f"Card {card.card}: {case.amount(card.quantity)} rejected at inspection; clear it with the source."
    body: dict[str, Any] = {
        "card": card.card,
        "loop": case.loop.id,
        "cycle": cycle,
        "was": was(card, since_of(card)),
        "after": [row(card, State.EMPTY, cycle=cycle, quantity=0, undone=0, signal=key if is_signalled else "")],
        "task": task(
            f"rejected/{card.card}/{card.cycle}", "quality", "REJECTED", text, station=station, card=card.card
        ),
    }
    if moves := _restated(case, BLOCKED):
        body["mv"] = moves
    if is_signalled:
        body["tr"] = {**trigger(case.loop, view, case.at, [(card.card, 0)]), "urgent": 1}
    return Event("card_rejected", "sig", key, body)


def _restated(case: Case, status: str) -> list[Move]:
    """What was received for inspection, under another status at the same place."""
    moves = []
    for one in filling_moves(case.loop, case.card.quantity):
        moves.append({**one, "from": one["to"], "to": None, "status": QC})
        moves.append({**one, "from": None, **({"status": status} if status else {})})
    return moves
