"""Empties: boxes and pallets that go out with goods and come back, with a balance for each partner.

lend: partner -> item -> quantity -> booked out        collect: partner -> item -> quantity -> booked in
"""

from __future__ import annotations

from gateway.counter import EMPTIES, counted
from gateway.goods.act import Case, booked, moved
from gateway.goods.amount import pieces
from gateway.goods.form import Form
from gateway.goods.note import negative_task
from gateway.goods.pick import Goods, doubt_of, goods_of
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.model import Event
from gateway.text.sentence import Sentence, say

TAKES = ("partner", "thing", "quantity", "yes")


def settle_lend(form: Form, case: Case) -> Event | Question | Refusal:
    """To a partner."""
    return _settled(form, case, "lend", is_out=True)


def settle_collect(form: Form, case: Case) -> Event | Question | Refusal:
    """From a partner."""
    return _settled(form, case, "collect", is_out=False)


def empties_text(event: Event) -> Sentence:
    body = event.body
    return say("EMPTIES_BOOKED", what=body["what"], partner=body["partner"], balance=body["balance"])


def _settled(form: Form, case: Case, name: str, *, is_out: bool) -> Event | Question | Refusal:
    partner = form.text("partner")
    if not partner:
        return ask_for("partner", "ASK_PARTNER", operation=name)
    goods = goods_of(form, case, ask=name)
    if not isinstance(goods, Goods):
        return goods
    row, amount = goods.rows[0]
    item = case.view.master("items", row.item)
    if goods.unit is not None or not item.is_carrier:
        return refuse("NOT_AN_EMPTY", got=row.item, item=row.item)
    if is_out and (question := doubt_of(goods, form)):
        return question
    by = amount.base if is_out else -amount.base
    balance = counted(EMPTIES, partner, row.item, case.view) + by
    sign = "-" if balance < 0 else ""
    members = {
        "what": goods.text, "partner": partner, "lines": goods.lines(partner),
        "balance": sign + pieces(abs(balance), item).text,
    }  # fmt: skip
    ends = (goods.place, None) if is_out else (None, goods.place)
    body = booked(case, name, moves=[moved(row, amount, *ends)], counts=[(EMPTIES, partner, row.item, by)],
                  members=members, text=goods.text)  # fmt: skip
    return Event("empties_booked", "mov", "", negative_task(body, goods, case) if is_out else body)
