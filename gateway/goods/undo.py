"""Undo of any booking of goods (K12): a new event that refers to the act, as long as nobody built upon it."""

from __future__ import annotations

from typing import Any

from gateway.counter import count_facts, counts_back, counts_json
from gateway.goods.act import ACT_FACT, Body, Case
from gateway.goods.due_label import LABEL_FACT
from gateway.goods.problem import Refusal, already, refuse
from gateway.goods.sscc import SSCC_FACT
from gateway.goods.unit import UNDONE, UNIT_FACT
from gateway.ids import derive_id
from gateway.kanban.moment import elapsed_ms
from gateway.kanban.movement import reversed_moves
from gateway.model import Event
from gateway.text.sentence import say
from gateway.view import View

# A number that was given away stays so, and a label that came out too.
NEVER_BACK = frozenset({SSCC_FACT, LABEL_FACT})


def undo_act(case: Case) -> Event | Refusal:
    """Take back the last act at this station; again, the one before."""
    known = case.view.fact(ACT_FACT, case.station.id)
    act = act_of(known["read"], case.view) if known else None
    if known is None or act is None:
        return already("GOODS_UNDO_NOTHING")
    since = known["since"]
    passed = elapsed_ms((since[0], since[1], since[2]), case.read)
    if passed is None or passed > case.rules.undo_ms:
        return refuse("GOODS_UNDO_TOO_LATE", got=act["kind"], minutes=case.rules.undo_ms // 60_000)
    operator = act.get("op", "")
    if operator and case.read.operator and operator != case.read.operator:
        return refuse("GOODS_UNDO_OTHER_PERSON", got=case.read.operator, expected=operator)
    return taken_back(act, known["text"], case)


def act_of(read_id: str, view: View) -> Body | None:
    """What was booked for a read."""
    return view.event_by_id(derive_id(read_id, 0))


def taken_back(act: Body, text: str, case: Case) -> Event | Refusal:
    """The event that takes back one booking; GOODS_UNDO_CHANGED once others built upon it."""
    if not _is_untouched(act, case):
        return refuse("GOODS_UNDO_CHANGED", got=act["kind"])
    return Event("movement_undone", "mov", f"undo/{case.view.site}/{act['id']}", _body(act, text, case))


def undone_text(event: Event) -> str:
    """What the person is told."""
    return say("GOODS_UNDONE", what=event.body["what"])


def _is_untouched(act: Body, case: Case) -> bool:
    """Whether every unit, lot and count is as the act left it; counters and numbers may have gone on."""
    return all(
        _bare(kind, case.view.fact(kind, key)) == _bare(kind, fact)
        for kind, key, fact in act["facts"]
        if kind not in NEVER_BACK and not _is_counter(kind, act) and kind != ACT_FACT
    )


def _bare(kind: str, fact: dict[str, Any] | None) -> dict[str, Any] | None:
    """A unit without its turn, which only says how often it was booked and taken back."""
    return {name: one for name, one in fact.items() if name != "turn"} if fact and kind == UNIT_FACT else fact


def _is_counter(kind: str, act: Body) -> bool:
    return any(kind == one for one, *_ in act.get("counted", ()))


def _body(act: Body, text: str, case: Case) -> dict[str, Any]:
    counts = counts_back(act)
    before = [
        _before(kind, key, fact, act, case)
        for kind, key, fact in act["was"]
        if kind not in NEVER_BACK and not _is_later_act(kind, key, act, case)
    ]
    body: dict[str, Any] = {
        "ref": act["id"], "undoes": act["kind"], "operation": act["operation"], "what": text,
        "facts": [*before, *count_facts(counts, case.view)],
    }  # fmt: skip
    body |= {name: act[name] for name in ("sscc", "purchase_order", "work_order", "shipment") if name in act}
    if "mv" in act:
        body["mv"] = reversed_moves(act["mv"])
    if counts:
        body["counted"] = counts_json(counts)
    return body


def _is_later_act(kind: str, key: str, act: Body, case: Case) -> bool:
    """Whether something else was booked at the station since: that stays its last act."""
    known = case.view.fact(kind, key) if kind == ACT_FACT else None
    return known is not None and derive_id(known["read"], 0) != act["id"]


def _before(kind: str, key: str, fact: dict[str, Any] | None, act: Body, case: Case) -> list[Any]:
    """A unit as it was. What is booked with it the next time is another need, also at the ERP (`turn`); one that did
    not exist before is remembered as undone."""
    if kind == UNIT_FACT:
        turn = (case.view.fact(kind, key) or {}).get("turn", 0) + 1
        if fact is None:
            fact = {"loc": "", "state": UNDONE, "rows": [], "t": case.read.wall_ms, "turn": turn}
        elif act["kind"] == "goods_shipped":
            fact = {**fact, "turn": turn}
    return [kind, key, fact]
