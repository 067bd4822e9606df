"""The one posting of a passage, by the operations of goods stations: nobody is there to answer a question."""

from __future__ import annotations

from gateway.goods.act import Case
from gateway.goods.claim import Claim
from gateway.goods.form import Form
from gateway.goods.limit import above_limit
from gateway.goods.operation import OPERATIONS
from gateway.goods.problem import Question, Refusal, already, refuse
from gateway.goods.unit import HERE, SHIPPED, contents, family, unit_at
from gateway.master import Shipment
from gateway.master_order import item_word
from gateway.master_work import unit_word
from gateway.model import Event
from gateway.portal.doorway import MOVE, RECEIVE, Doorway
from gateway.text.sentence import Sentence
from gateway.view import View

TRIED_LIMIT = 200  # open shipments that one pallet is tried against


def settle(sscc: str, direction: str, doorway: Doorway, case: Case) -> tuple[Event, Sentence] | Refusal:
    """The booking of a whole pallet with what is told, or why there is none."""
    action = doorway.action(direction)
    form = Form(action).put("thing", Claim(sscc=sscc))
    if action == RECEIVE:
        return _settled(form.put("yes", "portal"), case)
    if action == MOVE:
        return _settled(form.put("place", doorway.place(direction)), case)
    return _shipped(form, sscc, case)


def _settled(form: Form, case: Case) -> tuple[Event, Sentence] | Refusal:
    operation = OPERATIONS[form.operation]
    found = operation.settle(form, case)
    if isinstance(found, Event):
        found = above_limit(found, form, case) or found
    if isinstance(found, Question):
        return refuse("PORTAL_ASKS", got=found.prompt.key, question=found.prompt)
    return found if isinstance(found, Refusal) else (found, operation.told(found))


def _shipped(form: Form, sscc: str, case: Case) -> tuple[Event, Sentence] | Refusal:
    """Against the shipment that the pallet is meant for, or else the only one that it fits."""
    unit = unit_at(sscc, case.view)
    if unit is not None and unit.state == SHIPPED:
        return already("PORTAL_SHIPPED", sscc=sscc)
    if unit is None or unit.state != HERE:
        return refuse("UNIT_NOT_HERE", got=sscc, sscc=sscc)
    names = [one for one in case.view.find("shipments", unit_word(sscc)) if _is_open(one, case.view)]
    names = names or _with_all([row.item for row in contents(family(unit, case.view))], case.view)
    tried = [_settled(form.put("shipment", name), case) for name in names[:TRIED_LIMIT]]
    if len(names) == 1:
        return tried[0]
    fitting = [one for one in tried if isinstance(one, tuple)]
    if not fitting:
        return refuse("PORTAL_NO_SHIPMENT", got=sscc, expected="an open shipment with its goods", sscc=sscc)
    if len(fitting) > 1 or len(names) > TRIED_LIMIT:
        return refuse("PORTAL_SHIPMENTS", got=sscc, expected="one shipment", sscc=sscc, shipments=", ".join(names[:5]))
    return fitting[0]


def _with_all(items: list[str], view: View) -> list[str]:
    """Open shipments with a line for each of the items."""
    found: list[str] | None = None
    for item in items:
        names = view.find("shipments", item_word(item))
        found = [one for one in (names if found is None else found) if one in names]
    return found or []


def _is_open(name: str, view: View) -> bool:
    shipment: Shipment | None = view.master("shipments", name)
    return shipment is not None and shipment.is_open
