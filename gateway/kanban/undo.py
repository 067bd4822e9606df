"""Undo (K12): always a new event that refers to the one it undoes; the ERP decides what still can be stopped.

One person's act may have been several events (an inferred FULL and its EMPTY, an EMPTY and the release of
its batch): they are undone together, newest first. Allowed within a window, to the same person or, when
nobody is known by name, at the same station, as long as nothing was done with the cards since.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing, refused
from gateway.kanban.container import Body, card_after, last_act, moment_of, row
from gateway.kanban.key import UNDO, need_key
from gateway.kanban.moment import elapsed_ms
from gateway.kanban.movement import reversed_moves
from gateway.master_person import SUPERVISOR
from gateway.model import Card, Decision, Event, Rejection, Scan, State, Status, Verdict
from gateway.quantity import parse_quantity
from gateway.text.sentence import say
from gateway.view import View

UNDOABLE = frozenset({
    "card_emptied", "batch_released", "card_started", "card_shipped", "card_filled", "card_opened",
    "quantity_withdrawn", "card_accepted", "card_rejected",
})  # fmt: skip
SECOND_BEEP_MS = 60_000  # a repeated undo within it is a second beep, not a wish to undo the undo


def undo(scan: Scan, card: Card | None, view: View, *, window_ms: int) -> Decision:
    """Undo the last act on `card`, or without a card the last one at the scan's station."""
    last = _last(scan, card, view)
    if last is None:
        return refused(_no(scan, "UNDO_NOTHING", say("UNDO_NOTHING")))
    if last["kind"] == "card_undone":
        passed = elapsed_ms(moment_of(last), scan.read)
        if passed is not None and passed < SECOND_BEEP_MS:
            return nothing("ALREADY_UNDONE", say("ALREADY_UNDONE"), Status.ALREADY)
    if last["kind"] not in UNDOABLE:
        return refused(_no(scan, "UNDO_NOTHING", say("UNDO_IMPOSSIBLE")))
    if rejection := _not_allowed(scan, last, window_ms):
        return refused(rejection, card=scan.card)
    acts = _whole_act(last, view)
    cards: dict[str, Card] = {}
    for act in acts:
        if not _gather(act, acts, cards, view):
            text = say("UNDO_TOO_LATE_DONE")
            return refused(_no(scan, "UNDO_TOO_LATE", text), card=scan.card)
    return _undone(acts, cards, view)


def _last(scan: Scan, card: Card | None, view: View) -> Body | None:
    if card is None:
        seq = view.last_change_at(scan.read.station)
        event = view.event(seq) if seq is not None else None
        return None if event is None or seq is None else {**event, "seq": seq}
    return last_act(card, view)


def _not_allowed(scan: Scan, last: Body, window_ms: int) -> Rejection | None:
    passed = elapsed_ms(moment_of(last), scan.read)
    if passed is None or passed > window_ms:
        text = say("UNDO_TOO_LATE", minutes=window_ms // 60_000)
        return _no(scan, "UNDO_TOO_LATE", text)
    operator = last.get("op", "")
    if SUPERVISOR in scan.roles:
        return None
    is_same_person = bool(operator) and operator == scan.read.operator
    is_known = bool(scan.read.operator) or operator.startswith("badge:")  # a badge is not forgotten by signing out
    if operator and is_known and not is_same_person:
        return _no(scan, "UNDO_OTHER_PERSON", say("UNDO_OTHER_PERSON"))
    if not is_same_person and last.get("sta") != scan.read.station:
        where = last.get("sta") or "the ERP"
        return _no(scan, "UNDO_OTHER_STATION", say("UNDO_OTHER_STATION", where=where), where)
    return None


def _whole_act(last: Body, view: View) -> list[Body]:
    """All events of the decision, newest first; they stand next to each other in the journal."""
    acts = [last]
    for seq in range(last["seq"] - 1, last["seq"] - 1 - last.get("nth", 0), -1):
        event = view.event(seq)
        if event is not None:
            acts.append({**event, "seq": seq})
    return acts


def _gather(act: Body, acts: list[Body], cards: dict[str, Card], view: View) -> bool:
    """Collect the cards of one act; False when one of them has gone on since."""
    seqs = {one["seq"] for one in acts}
    for after in act.get("after", ()):
        card = view.card(after["card"])
        latest = last_act(card, view) if card else None
        if card is None or latest is None or latest["seq"] not in seqs or card.state == State.ERROR:
            return False
        cards[card.card] = card
    return True


def _undone(acts: list[Body], cards: dict[str, Card], view: View) -> Decision:
    events: list[Event] = []
    for act in acts:
        if act["kind"] not in UNDOABLE:
            continue
        rows = [row_before(cards[after["card"]], act) for after in act.get("after", ())]
        key = ""
        if rows:
            named = cards[act["card"]]
            key = need_key(view.site, named.card, named.cycle, UNDO, named.undone)
        events.append(Event("card_undone", "sig", key, _body(act, rows, len(events), view)))
        for after in rows:
            cards[after["card"]] = card_after(cards[after["card"]], after)
    first = acts[-1]
    card = cards.get(first["card"])
    text = say("UNDONE_CARD", card=card.card, state=say(f"STATE_{card.state}")) if card else say("UNDONE")
    return Decision(tuple(events), Verdict(Status.OK, "UNDONE", text, first["card"]))


def row_before(card: Card, act: Body) -> dict[str, Any]:
    """The card as before the act, but with its cycle number: no number is used twice."""
    before = act.get("was")
    if before is None:  # a batch: its cards waited, with what was in them
        before = {"state": State.WAIT, "qty": None}
    quantity = card.quantity if before["qty"] is None else parse_quantity(before["qty"])
    after = row(
        card,
        before["state"],
        cycle=card.cycle,
        quantity=quantity,
        undone=card.undone + 1,
        signal=before.get("sig", ""),
    )
    if "since" in before:
        after["since"] = before["since"]
    return after


def _body(act: Body, rows: list[dict[str, Any]], nth: int, view: View) -> dict[str, Any]:
    body: dict[str, Any] = {
        "card": act["card"],
        "loop": act["loop"],
        "cycle": act["cycle"],
        "ref": act["id"],
        "undoes": act["kind"],
    }
    if rows:
        body["after"] = rows
    if "mv" in act:
        body["mv"] = reversed_moves(act["mv"])
    if "tr" in act:
        body["closes"] = [act["key"]]
    if reopens := reopened(rows, view):
        body["reopens"] = reopens
    if nth:
        body["nth"] = nth
    return body


def reopened(rows: list[dict[str, Any]], view: View) -> list[dict[str, Any]]:
    """Signals that are open again once these cards are as they were."""
    keys = {row["sig"] for row in rows if row["sig"]}
    closed = [view.closed_signal(key) for key in sorted(keys) if not view.signal_cards(key)]
    return [signal for signal in closed if signal is not None]


def _no(scan: Scan, code: str, text: str, expected: str = "") -> Rejection:
    return Rejection(code, text, scan.read.station, expected)
