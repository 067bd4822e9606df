"""Rows of the list for what was booked but must be looked at."""

from __future__ import annotations

from gateway.goods.act import Body, Case
from gateway.goods.pick import Goods
from gateway.kanban.answer import task
from gateway.text.sentence import say


def negative_task(body: Body, goods: Goods, case: Case) -> Body:
    """The body with a task where more was taken than the book had: somebody must count."""
    if goods.lacks:
        item = goods.rows[0][0].item
        text = say("COUNT_NEGATIVE", place=goods.place, item=item)
        body["task"] = task(f"negative/{item}/{goods.place}", "negative_stock", "NEGATIVE_STOCK", text,
                            station=case.station.id)  # fmt: skip
    return body
