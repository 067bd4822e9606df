"""A booking of goods above a limit waits for a supervisor, whatever the operation."""

from __future__ import annotations

from gateway.goods.act import Case
from gateway.goods.form import Form
from gateway.goods.problem import Question, ask_for
from gateway.model import Event
from gateway.quantity import format_quantity, parse_quantity


def above_limit(event: Event, form: Form, case: Case) -> Question | None:
    """The question for a supervisor when more of an item moves than the item or the station lets a person book.

    A change of status is none: it moves nothing.
    """
    if form.approved_by or event.kind == "quality_decided":
        return None
    totals: dict[str, int] = {}
    for move in event.body.get("mv", ()):
        totals[move["item"]] = totals.get(move["item"], 0) + parse_quantity(move["base"])
    for name, total in totals.items():
        item = case.view.master("items", name)
        limits = [one for one in (case.station.approve_above, item.approve_above if item else None) if one is not None]
        if limits and total > min(limits):
            return ask_for("approval", "ASK_ABOVE_LIMIT", what=event.body["what"], limit=format_quantity(min(limits)))
    return None
