"""Receiving: one scan for a delivery as ordered, a question for what is not, red for what must not be booked.

label -> [quantity] -> [order] -> [again: the same label within a minute] -> [confirm] -> [approval] -> booked
"""

from __future__ import annotations

from typing import Any

from gateway.counter import RECEIVED, Count
from gateway.goods.act import Body, Case, booked, moved
from gateway.goods.arrival import Arrival, Delivered, Said, arrival_of
from gateway.goods.form import Form
from gateway.goods.problem import Question, Refusal, ask_for
from gateway.goods.unit import QC
from gateway.kanban.answer import task
from gateway.kanban.moment import elapsed_ms, since_of
from gateway.model import Event
from gateway.quantity import format_quantity
from gateway.text.sentence import Sentence, say

NAME = "receive"
TAKES = ("thing", "quantity", "order", "yes")
LAST_FACT = "goods_label"  # the last label without an SSCC that was booked at a station


def settle(form: Form, case: Case) -> Event | Question | Refusal:
    """Book it, or say what is missing."""
    claim = form.claim
    if claim is None:
        return ask_for("thing", "ASK_RECEIVE")
    found = arrival_of(claim, Said(form.quantity, form.order), case)
    if not isinstance(found, Arrival):
        return found
    if not claim.sscc and not form.has("again") and _is_same_label(claim.digest, case):
        return ask_for("again", "ASK_SAME_LABEL", what=_what(found.goods))
    if case.rules.is_confirmed and not form.has("yes") and form.quantity is None:
        return ask_for("yes", "ASK_CONFIRM", what=_what(found.goods))
    if found.excess and not form.approved_by:
        first = found.goods[0]
        over = first.amount.with_base(found.excess).text
        return ask_for("approval", "ASK_OVER", over=over, order=first.shares[-1].line.order, what=_what(found.goods))
    return _event(found, form, case)


def received_text(event: Event) -> Sentence:
    """What the person sees."""
    body = event.body
    return say(
        "GOODS_RECEIVED_QC" if body["status"] == QC else "GOODS_RECEIVED",
        what=body["what"], order=", ".join(body["orders"]) or "-", rest=body["open"],
    )  # fmt: skip


def receipt_key(site: str, sscc: str, turn: int) -> str:
    """The same on every gateway: a pallet that two docks scan is received once. An undone receipt was another need."""
    return f"hu/{site}/{sscc}/receipt" + (f"~{turn}" if turn else "")


def _is_same_label(digest: str, case: Case) -> bool:
    known = case.view.fact(LAST_FACT, case.station.id)
    if known is None or known["digest"] != digest or not digest:
        return False
    since = known["since"]
    passed = elapsed_ms((since[0], since[1], since[2]), case.read)
    return passed is None or passed < case.rules.again_ms


def _event(found: Arrival, form: Form, case: Case) -> Event:
    place = case.station.location
    moves = [moved(one.row, one.amount, None, place) for one in found.goods]
    counts: list[Count] = [
        (RECEIVED, share.line.order, share.line.line.line, share.quantity)
        for one in found.goods
        for share in one.shares
    ]
    facts: list[list[Any]] = []
    if not found.sscc and form.claim:
        last = {"digest": form.claim.digest, "since": list(since_of(case.read))}
        facts.append([LAST_FACT, case.station.id, last])
    members = _members(found, form)
    body = booked(case, NAME, moves=moves, units=found.units, counts=counts, facts=facts, members=members,
                  text=members["what"])  # fmt: skip
    if remark := _remark(found, case):
        body["task"] = remark
    turn = found.units[0].turn if found.units else 0
    key = receipt_key(case.view.site, found.sscc, turn) if found.sscc else ""
    return Event("goods_received", "mov", key, body)


def _members(found: Arrival, form: Form) -> Body:
    """What the ERP needs to post the receipt: a document line for each share."""
    lines = [_line(one, number) for one in found.goods for number in range(len(one.shares))]
    body: Body = {
        "what": _what(found.goods), "supplier": found.supplier, "lines": lines,
        "orders": list(dict.fromkeys(line["purchase_order"] for line in lines)),
        "status": found.goods[0].row.status, "open": _open_after(found),
    }  # fmt: skip
    if found.sscc:
        body["sscc"] = found.sscc
    if found.notice:
        body["ship_notice"] = found.notice
    if form.claim and form.claim.serial:
        body["serial"] = form.claim.serial
    return body


def _line(one: Delivered, number: int) -> Body:
    share = one.shares[number]
    amount = one.amount.with_base(share.quantity)
    line: Body = {
        "purchase_order": share.line.order, "line": share.line.line.line, "item": one.row.item,
        "qty": format_quantity(amount.quantity), "uom": amount.uom, "base": format_quantity(amount.base),
        "base_uom": amount.base_uom, "factor": format_quantity(amount.factor), "status": one.row.status,
    }  # fmt: skip
    for name, value in (("lot", one.row.lot), ("expiry", one.row.expiry), ("sscc", one.sscc)):
        if value:
            line[name] = value
    return line


def _open_after(found: Arrival) -> str:
    last = found.goods[-1]
    line = last.shares[-1].line
    left = max(0, line.ordered - line.received - last.shares[-1].quantity)
    return last.amount.with_base(left).text if left > line.under else "0"


def _remark(found: Arrival, case: Case) -> dict[str, str] | None:
    """A row of the list for what is booked but not as it should be."""
    first = found.goods[0]
    subject = found.sscc or first.shares[0].line.order
    if found.is_short:
        text = say("SHORT_OF_NOTICE", sscc=found.sscc, notice=found.notice, what=_what(found.goods))
        return task(f"goods/short/{subject}", "receiving", "SHORT_OF_NOTICE", text, station=case.station.id)
    if found.excess:
        over = first.amount.with_base(found.excess).text
        text = say("OVER_APPROVED", over=over, order=first.shares[-1].line.order)
        return task(f"goods/over/{subject}", "receiving", "OVER_APPROVED", text, station=case.station.id)
    return None


def _what(goods: tuple[Delivered, ...]) -> str:
    if len(goods) > 3:
        return f"{len(goods)} different goods"
    return ", ".join(
        f"{one.amount.text} {one.row.item}" + (f" lot {one.row.lot}" if one.row.lot else "") for one in goods
    )
