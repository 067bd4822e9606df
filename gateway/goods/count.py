"""Blind counts: what was counted is compared with the book at that moment, and nobody is shown the book before.

count: [place] -> goods -> quantity -> booked within the tolerance; else a second count by the same way, and when both
found the same difference it is booked. Goods may move between the two: what is
compared are differences, not quantities.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.goods.act import Body, Case, booked, loose, moved
from gateway.goods.amount import Amount, pieces
from gateway.goods.count_due import counted_now
from gateway.goods.form import Form
from gateway.goods.pick import Goods, document_line, goods_of
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.goods.unit import HandlingUnit, Row, unit_at
from gateway.master import Item
from gateway.model import Event
from gateway.quantity import format_quantity, parse_quantity
from gateway.text.sentence import Sentence, say

TAKES = ("from", "place", "thing", "quantity")
COUNT_FACT = "count"  # a first count that was too far off, by place, item, lot and unit


def settle(form: Form, case: Case) -> Event | Question | Refusal:
    """One count."""
    found = _counted(form, case)
    if not isinstance(found, Goods):
        return found
    row, amount = found.rows[0]
    item: Item = case.view.master("items", row.item)
    book = _book(found, case)
    difference = amount.base - book
    key = "\n".join((found.place, row.item, row.lot, found.sscc))
    first = case.view.fact(COUNT_FACT, key)
    is_confirmed = first is not None and parse_quantity(first["difference"]) == difference
    if abs(difference) * 100 > item.count_pct * max(0, book) and not is_confirmed:
        return _to_be_repeated(found, difference, key, case)
    facts: list[list[Any]] = [[COUNT_FACT, key, None]] if first is not None else []
    if not case.rules.counts.is_on:
        return _booked(found, difference, facts, case)
    fact, done = counted_now(row.item, found.place, case.view, case.rules.zone)
    event = _booked(found, difference, [*facts, fact], case)
    return replace(event, body={**event.body, "done": done}) if done else event


def counted_text(event: Event) -> Sentence:
    body = event.body
    if body["is_open"]:
        return say("COUNT_AGAIN", what=body["what"], place=body["place"])
    return say("COUNTED", what=body["what"], place=body["place"])


def _counted(form: Form, case: Case) -> Goods | Question | Refusal:
    """What was counted, where; a quantity on the label is what should be there, not what is."""
    claim = form.claim
    if claim is None:
        return ask_for("thing", "ASK_COUNT")
    if form.quantity is None:
        return ask_for("quantity", "ASK_COUNTED")
    place = form.text("place") or form.text("from")
    if not claim.sscc:
        return goods_of(form, case, ask="count", place=place)
    unit = unit_at(claim.sscc, case.view)
    if unit is None or len(unit.rows) != 1 or unit.inside:
        return refuse("UNIT_NOT_COUNTABLE", got=claim.sscc, sscc=claim.sscc)
    row = unit.rows[0]
    item: Item = case.view.master("items", row.item)
    amount = pieces(form.quantity, item)
    return Goods(((row, amount),), unit.location, unit, is_whole=True)


def _book(goods: Goods, case: Case) -> int:
    row = goods.rows[0][0]
    if goods.unit is not None:
        return row.quantity
    return loose(row, goods.place, case.view)


def _to_be_repeated(goods: Goods, difference: int, key: str, case: Case) -> Event:
    """The first count is kept; nothing moves."""
    facts: list[list[Any]] = [[COUNT_FACT, key, {"difference": format_quantity(difference)}]]
    body = booked(case, "count", moves=[], facts=facts, members=_members(goods, is_open=True), text=goods.text)
    return Event("stock_counted", "mov", "", body)


def _booked(goods: Goods, difference: int, facts: list[list[Any]], case: Case) -> Event:
    row, _ = goods.rows[0]
    item: Item = case.view.master("items", row.item)
    moves: list[Body] = []
    if difference:
        ends = (None, goods.place) if difference > 0 else (goods.place, None)
        moves = [moved(row, pieces(abs(difference), item), *ends)]
    units = [_with(goods.unit, row, goods.rows[0][1])] if goods.unit is not None and difference else []
    members = _members(goods, is_open=False) | {"difference": format_quantity(difference)}
    body = booked(case, "count", moves=moves, units=units, facts=facts, members=members, text=goods.text)
    return Event("stock_counted", "mov", "", body)


def _members(goods: Goods, *, is_open: bool) -> Body:
    row, amount = goods.rows[0]
    members: Body = {
        "what": goods.text, "place": goods.place, "is_open": is_open,
        "lines": [document_line(row, amount, sscc=goods.sscc)],
    }  # fmt: skip
    return members | ({"sscc": goods.sscc} if goods.sscc else {})


def _with(unit: HandlingUnit, row: Row, amount: Amount) -> HandlingUnit:
    """The unit with what was counted in it."""
    rows = (Row(row.item, row.lot, row.status, amount.base, row.expiry),) if amount.base else ()
    return HandlingUnit(unit.sscc, unit.location, unit.state, rows, unit.parent, unit.inside, unit.turn)
