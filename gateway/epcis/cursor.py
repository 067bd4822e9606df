"""How far the journal has been captured by the EPCIS repository: a fact that moves only forward, by one hand at a time.

Whoever captured events says from where to where. A daemon and a command that do it at once do no harm, because event
ids make repeats harmless; but only the one that began where the cursor stands moves it.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import TEXT_LIMIT, nothing, task
from gateway.model import Decision, Event, Instruction, Status, Verdict
from gateway.text.sentence import say
from gateway.view import View

CAPTURED = "epcis.captured"  # name of the instruction
CURSOR_FACT = "epcis"
CURSOR_KEY = "cursor"
REFUSED_LIMIT = 100  # events of one round that the repository would not have; more are only counted


def captured(instruction: Instruction, view: View) -> Decision:
    """`after`, `seq`: journal rows in between are captured; `refused`: `[{"seq","id","code","text"}]` of those that
    the repository would not take, which a person must look at."""
    after, seq = instruction.body.get("after"), instruction.body.get("seq")
    refused = instruction.body.get("refused", [])
    if not isinstance(after, int) or not isinstance(seq, int) or not 0 <= after < seq or not _are_rows(refused):
        text = f"after is {after!r} and seq is {seq!r}, expected two rows of the journal, the second one later"
        return nothing("BAD_INSTRUCTION", text[:TEXT_LIMIT], Status.REFUSED)
    stands = int((view.fact(CURSOR_FACT, CURSOR_KEY) or {}).get("seq", 0))
    if stands != after:
        text = f"another one has captured up to row {stands} meanwhile, this began at row {after}"
        return nothing("CAPTURED_MEANWHILE", text, Status.ALREADY)
    body: dict[str, Any] = {"from_row": after, "to_row": seq, "events": int(instruction.body.get("events", 0))}
    body["facts"] = [[CURSOR_FACT, CURSOR_KEY, {"seq": seq}]]
    told = [Event("events_captured", "", "", body), *(_refusal(one) for one in refused[:REFUSED_LIMIT])]
    return Decision(tuple(told), Verdict(Status.OK, "EVENTS_CAPTURED", f"captured up to row {seq}"))


def _are_rows(refused: Any) -> bool:
    return isinstance(refused, list) and all(
        isinstance(one, dict) and isinstance(one.get("seq"), int)
        and all(isinstance(one.get(name), str) for name in ("id", "code", "text"))
        for one in refused
    )  # fmt: skip


def _refusal(one: dict[str, Any]) -> Event:
    """The repository would not have an event: kept, and told to a person."""
    code, text = one["code"][:TEXT_LIMIT], one["text"][:TEXT_LIMIT]
    message = say("CAPTURE_REFUSED", row=str(one["seq"]), event=one["id"][:TEXT_LIMIT], reason=text)
    body = {"row": one["seq"], "epcis": one["id"][:TEXT_LIMIT], "code": code, "text": text}
    return Event("capture_refused", "", "", {**body, "task": task(f"epcis/{code}", "epcis", code, message)})


def cursor_of(facts: dict[str, dict[str, Any]]) -> int:
    """The cursor among the facts of its kind, 0 when nothing was captured yet."""
    return int(facts.get(CURSOR_KEY, {}).get("seq", 0))
