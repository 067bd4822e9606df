"""Transfers: in two scans from place to place, or over the road with goods in transit between pick and drop.

move: goods -> place -> booked; a place scanned first is where they come from, a quantity takes a part of a unit
pick: goods -> booked into transit          drop: goods -> place -> booked out of transit
"""

from __future__ import annotations

from gateway.goods.act import Case, booked
from gateway.goods.form import Form
from gateway.goods.note import negative_task
from gateway.goods.pick import Goods, doubt_of, goods_of
from gateway.goods.problem import Question, Refusal, already, ask_for, refuse
from gateway.master_place import kind_word
from gateway.model import Event
from gateway.text.sentence import Sentence, say

TAKES = ("thing", "quantity", "place", "from", "yes")


def settle_move(form: Form, case: Case) -> Event | Question | Refusal:
    """From where they are to a place."""
    return _moved(form, case, "move", "")


def settle_drop(form: Form, case: Case) -> Event | Question | Refusal:
    """From transit to a place."""
    place = transit_place(case)
    return place if isinstance(place, Refusal) else _moved(form, case, "drop", place)


def settle_pick(form: Form, case: Case) -> Event | Question | Refusal:
    """Onto the road."""
    place = transit_place(case)
    return place if isinstance(place, Refusal) else _moved(form.put("place", place), case, "pick", "")


def moved_text(event: Event) -> Sentence:
    return say("GOODS_MOVED", what=event.body["what"], start=event.body["from_place"], end=event.body["to_place"])


def transit_place(case: Case) -> str | Refusal:
    """The one location of kind transit."""
    found = case.view.find("locations", kind_word("transit"))
    if len(found) != 1:
        return refuse("NO_TRANSIT", got=", ".join(found), expected="one location of kind transit")
    return found[0]


def _moved(form: Form, case: Case, name: str, start: str) -> Event | Question | Refusal:
    goods = goods_of(form, case, ask=name, status="" if form.claim and form.claim.sscc else "available", place=start)
    if not isinstance(goods, Goods):
        return goods
    end = form.text("place")
    if not end:
        return ask_for("place", "ASK_PLACE", what=goods.text)
    if end == goods.place:
        return already("ALREADY_THERE", what=goods.text, place=end)
    if question := doubt_of(goods, form):
        return question
    members = {"what": goods.text, "from_place": goods.place, "to_place": end, "lines": goods.lines()}
    if goods.sscc:
        members["sscc"] = goods.sscc
    body = booked(case, name, moves=goods.moves(end), units=goods.units_after(case, end), members=members,
                  text=goods.text)  # fmt: skip
    return Event("goods_moved", "mov", "", negative_task(body, goods, case))
