"""The resolve list worked off by a person: send again, correct, take back, or declare done.

Each act is a new event. Nothing here waits for the ERP: its answer to what is sent again comes as any other.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.kanban.amend import amended
from gateway.kanban.answer import TEXT_LIMIT, nothing
from gateway.kanban.asked import AskedWronglyError, text
from gateway.kanban.redrive import Act, Refusal, is_untouched, sent_again, taken_back
from gateway.kanban.refused import PARKED, REFUSED, VOID
from gateway.model import Decision, Event, Instruction, Status, Verdict
from gateway.view import View

REDRIVE_LIMIT = 500  # postings of one act; what is beyond it takes another one
LISTED = 10  # names that an answer repeats


def redrive(instruction: Instruction, view: View) -> Decision:
    """Carry out `resolve.redrive`: `task`, or `class` for every posting refused with that code; `reason`."""
    return _carried_out(instruction, view, _redrive)


def edit(instruction: Instruction, view: View) -> Decision:
    """Carry out `resolve.edit`: `task`, `changes` by field, `reason`."""
    return _carried_out(instruction, view, _edit)


def void(instruction: Instruction, view: View) -> Decision:
    """Carry out `resolve.void`: `task`, `reason`."""
    return _carried_out(instruction, view, _void)


def close(instruction: Instruction, view: View) -> Decision:
    """Carry out `resolve.done`: `task`, `note`. Ends a task of any kind; nothing is sent and no stock moves."""
    return _carried_out(instruction, view, _close)


def resend(instruction: Instruction, view: View) -> Decision:
    """Carry out `resolve.resend`: everything from journal row `from_seq` on goes out again, in a new epoch.

    For an ERP that has lost what it acknowledged. Ids are unchanged, so what it still has is a duplicate there.
    """
    return _carried_out(instruction, view, _resend)


def _carried_out(instruction: Instruction, view: View, flow: Any) -> Decision:
    try:
        decision: Decision = flow(instruction, view)
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    return decision


def _redrive(instruction: Instruction, view: View) -> Decision:
    reason, code = text(instruction, "reason", needed=False), text(instruction, "class", needed=False)
    waiting = _of_class(code, view) if code else _of_task(text(instruction, "task"), view)
    if refused_voids := [one for one in waiting if one.fact["how"] == VOID]:
        waiting = [one for one in waiting if one not in refused_voids]
    if not waiting:
        raise AskedWronglyError(
            "NOTHING_TO_REDRIVE",
            f"no posting waits here with {code}" if code else
            "the ERP has booked what was to be taken back: correct it there by a count, then close this as done",
        )  # fmt: skip
    now = waiting[:REDRIVE_LIMIT]
    act = Act("redriven", reason, _tasks_of(now, waiting[REDRIVE_LIMIT:], view))
    events = [event for one in now for event in sent_again(one, act, view, one.moves, [])]
    left = f" {len(waiting) - len(now)} more wait: redrive them too." if len(waiting) > len(now) else ""
    told = f"{len(now)} sent again; the answer of the ERP comes as with any other.{left}"
    return Decision(tuple(events), Verdict(Status.OK, "REDRIVEN", told))


def _edit(instruction: Instruction, view: View) -> Decision:
    refusal = _only(text(instruction, "task"), view)
    if refusal.fact["how"] == VOID:
        raise AskedWronglyError("NOTHING_TO_EDIT", "this takes a posting back, there is nothing in it to edit")
    changes = instruction.body.get("changes")
    if not isinstance(changes, dict):
        raise AskedWronglyError("BAD_INSTRUCTION", f"changes is {repr(changes)[:60]}, expected an object of fields")
    moves, changed = amended(refusal.moves, changes, view)
    act = Act("edited", text(instruction, "reason", needed=False), _tasks_of([refusal], [], view))
    events = sent_again(refusal, act, view, moves, changed)
    told = ", ".join(f"{name} {old} -> {new}" for name, old, new in changed[:LISTED])
    return Decision(tuple(events), Verdict(Status.OK, "EDITED", f"Sent again with {told}."))


def _void(instruction: Instruction, view: View) -> Decision:
    reason = text(instruction, "reason")
    refusal = _only(text(instruction, "task"), view)
    if refusal.fact["how"] == VOID:
        raise AskedWronglyError("VOIDED_ALREADY", "this takes a posting back already: close it as done")
    is_turned_back = is_untouched(refusal, view)
    act = Act("voided", reason, _tasks_of([refusal], [], view))
    events = taken_back(refusal, act, view)
    told = f"Taken back. {_stock_words(refusal)} {_card_words(refusal, is_turned_back, view)}"
    return Decision(tuple(events), Verdict(Status.OK, "VOIDED", told.strip(), refusal.event.get("card", "")))


def _close(instruction: Instruction, view: View) -> Decision:
    name, note = text(instruction, "task"), text(instruction, "note")
    task = view.open_task(name)
    waiting = [one for one in _refusals(view) if name in (one.fact["task"], one.event["id"])]
    if task is None and not waiting:
        raise _unknown(name)
    body: dict[str, Any] = {"how": "done", "note": note}
    done = [name] if task is not None else _tasks_of(waiting, [], view)
    if done:
        body["done"] = done
    if task is not None and task["card"]:
        body["card"] = task["card"]
    if waiting:
        body["facts"] = [[REFUSED, one.event["id"], None] for one in waiting]
    told = "Closed. Nothing was sent and no stock was moved by it."
    return Decision((Event("task_closed", "", "", body),), Verdict(Status.OK, "CLOSED", told))


def _resend(instruction: Instruction, view: View) -> Decision:
    reason = text(instruction, "reason", needed=False)
    first = instruction.body.get("from_seq")
    if type(first) is not int or first < 1 or view.event(first) is None:
        text_ = f"from_seq is {repr(first)[:60]}, expected a row of the journal: `events` shows them"
        raise AskedWronglyError("BAD_ROW", text_)
    body: dict[str, Any] = {"anew": {"from": first, "why": "resent"}}
    if reason:
        body["note"] = reason
    told = f"Everything from row {first} on is sent again in a new epoch, under the same ids."
    return Decision((Event("resend_ordered", "", "", body),), Verdict(Status.OK, "RESENT", told))


# -- which postings ------------------------------------------------------------------------


def _refusals(view: View) -> list[Refusal]:
    found = []
    for event_id, fact in view.facts(REFUSED).items():
        event = view.event_by_id(event_id)
        if event is not None:
            found.append(Refusal(event, fact))
    return sorted(found, key=lambda one: int(one.event["seq"]))


def _of_class(code: str, view: View) -> list[Refusal]:
    return [one for one in _refusals(view) if one.fact["code"] == code and one.fact["how"] != PARKED]


def _of_task(name: str, view: View) -> list[Refusal]:
    """The postings of a task, all of its class if it is held, or the one posting whose event has this id."""
    waiting = _refusals(view)
    if one := next((one for one in waiting if one.event["id"] == name), None):
        return [one]
    task = view.open_task(name)
    if task is None:
        raise _unknown(name)
    if task["kind"] == "held_postings":
        found = [one for one in waiting if (one.fact["posting"], one.fact["code"]) == (task["posting"], task["code"])]
    else:
        found = [one for one in waiting if one.fact["task"] == name]
    if not found:
        text_ = f"task {name[:60]!r} ({task['code']}) waits for no posting: look after it, then close it as done"
        raise AskedWronglyError("NO_POSTING", text_)
    return found


def _only(name: str, view: View) -> Refusal:
    found = _of_task(name, view)
    if len(found) > 1:
        ids = ", ".join(one.event["id"] for one in found[:LISTED])
        raise AskedWronglyError("SEVERAL", f"{len(found)} postings wait under {name[:60]!r}: name one of them: {ids}")
    return found[0]


def _tasks_of(refusals: list[Refusal], still_waiting: list[Refusal], view: View) -> list[str]:
    """Open tasks under which nothing waits once these are gone."""
    gone = {one.event["id"] for one in refusals}
    others = {one.fact["task"] for one in (*_refusals(view), *still_waiting) if one.event["id"] not in gone}
    names = dict.fromkeys(one.fact["task"] for one in refusals)
    return [name for name in names if name and name not in others and view.open_task(name) is not None]


def _unknown(name: str) -> AskedWronglyError:
    try:
        what = f"no posting with the event {UUID(name)} waits here"
    except ValueError:
        what = f"there is no open task {name[:TEXT_LIMIT]!r}"
    return AskedWronglyError("UNKNOWN_TASK", f"{what}: `resolve list` shows what waits")


# -- what it means -------------------------------------------------------------------------


def _stock_words(refusal: Refusal) -> str:
    said = []
    for move in refusal.moves[:LISTED]:
        amount = f"{move['qty']} {move['uom']} {move['item']}"
        said += [f"{amount} are back at {move['from']}"] if move["from"] else []
        said += [f"{amount} are gone from {move['to']}"] if move["to"] else []
    if not said:
        return "It moved no stock."
    return f"Stock here: {', '.join(said)}; the ERP does not book it."


def _card_words(refusal: Refusal, is_turned_back: bool, view: View) -> str:
    name = refusal.event.get("card", "")
    card = view.card(name) if name else None
    if card is None:
        return ""
    if is_turned_back:
        return f"Card {name} is as it was before."
    return f"Card {name} stays {card.state} and its order stays as it is: scan or undo if that is not true."
