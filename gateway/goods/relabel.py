"""Handling units change (K19): goods get a label, a unit is split, two become one, a part is packed over.

label: loose goods -> [quantity] -> a new unit            split: unit -> quantity -> a new unit with that much
merge: unit -> other unit -> [quantity] -> all of it, or that much, stands in the other
No stock moves: only in what it stands. New units take their number from this gateway's own range.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.goods.act import Body, Case, booked
from gateway.goods.form import Form
from gateway.goods.pick import Goods, goods_of
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.goods.sscc import Numbers, take_numbers
from gateway.goods.unit import GONE, HERE, HandlingUnit, less, more, taken_out, unit_at
from gateway.goods.work_order import new_key, new_number
from gateway.kanban.answer import task
from gateway.model import Event
from gateway.text.sentence import Sentence, say

TAKES_LABEL = ("thing", "quantity", "from", "yes")
TAKES_SPLIT = ("thing", "quantity")
TAKES_MERGE = ("thing", "other", "quantity")


def settle_label(form: Form, case: Case) -> Event | Question | Refusal:
    """Loose goods, or the rest of something, get a number of their own."""
    if form.claim is not None and form.claim.sscc:
        return refuse("LABELLED_ALREADY", got=form.claim.sscc, sscc=form.claim.sscc)
    goods = goods_of(form, case, ask="label")
    if not isinstance(goods, Goods):
        return goods
    if goods.lacks:
        return refuse("BOOK_HAS_LESS", place=goods.place, what=goods.text)
    return _new_unit(goods, "label", [], case)


def settle_split(form: Form, case: Case) -> Event | Question | Refusal:
    """A part of a unit becomes another one at the same place."""
    goods = goods_of(form, case, ask="split", status="")
    if not isinstance(goods, Goods):
        return goods
    if goods.unit is None:
        return refuse("NOT_A_UNIT", what=goods.text)
    if form.quantity is None:
        return ask_for("quantity", "ASK_SPLIT", what=goods.text)
    if goods.is_whole:
        return refuse("SPLIT_ALL", what=goods.text)
    row, amount = goods.rows[0]
    return _new_unit(goods, "split", [less(goods.unit, row, amount.base)], case)


def settle_merge(form: Form, case: Case) -> Event | Question | Refusal:
    """All of a unit, or a part, into another one at the same place."""
    goods = goods_of(form, case, ask="merge", status="")
    if not isinstance(goods, Goods):
        return goods
    if goods.unit is None:
        return refuse("NOT_A_UNIT", what=goods.text)
    if goods.unit.inside:
        return refuse("MIXED_PART", got=goods.sscc, sscc=goods.sscc)
    if form.other is None:
        return ask_for("other", "ASK_OTHER", what=goods.text)
    other = unit_at(form.other.sscc, case.view) if form.other.sscc else None
    if other is None or other.state != HERE or other.sscc == goods.sscc:
        return refuse("UNIT_NOT_HERE", got=form.other.sscc, sscc=form.other.sscc or "-")
    if other.location != goods.place:
        return refuse("OTHER_PLACE", got=other.location, expected=goods.place, sscc=other.sscc, place=other.location)
    added = more(other, [replace(row, quantity=amount.base) for row, amount in goods.rows])
    if goods.is_whole:
        alone, *parents = taken_out(goods.unit, case.view)
        left = [replace(alone, rows=(), state=GONE), *(one for one in parents if one.sscc != other.sscc)]
        if parents and parents[0].sscc == other.sscc:  # a box that is emptied onto its own pallet
            added = replace(added, inside=parents[0].inside)
    else:
        left = [less(goods.unit, goods.rows[0][0], goods.rows[0][1].base)]
    members: Body = {"what": goods.text, "sscc": goods.sscc, "into": other.sscc, "lines": goods.lines()}
    body = booked(case, "merge", moves=[], units=[*left, added], members=members, text=goods.text)
    return Event("units_merged", "mov", "", body)


def new_unit_text(event: Event) -> Sentence:
    return say("UNIT_LABELLED", what=event.body["what"], sscc=event.body["sscc"])


def merged_text(event: Event) -> Sentence:
    return say("UNITS_MERGED", what=event.body["what"], sscc=event.body["into"])


def _new_unit(goods: Goods, name: str, left: list[HandlingUnit], case: Case) -> Event | Refusal:
    numbers = take_numbers(case, 1)
    if isinstance(numbers, Refusal):
        return numbers
    rows = tuple(replace(row, quantity=amount.base) for row, amount in goods.rows)
    unit = HandlingUnit(numbers.numbers[0], goods.place, rows=rows)
    members: Body = {"what": goods.text, **new_number(numbers), "lines": goods.lines()}
    if goods.sscc:
        members["out_of"] = goods.sscc
    body = booked(case, name, moves=[], units=[*left, unit], facts=numbers.facts, members=members, text=goods.text)
    return Event("unit_labelled", "mov", new_key(case, numbers), few_left(body, numbers, case))


def few_left(body: Body, numbers: Numbers, case: Case) -> Body:
    """The body with a task once the range comes to its end."""
    if numbers.is_low:
        text = say("SSCC_RANGE_LOW", left=numbers.left)
        body["task"] = task("goods/sscc", "goods", "SSCC_RANGE_LOW", text, station=case.station.id)
    return body
