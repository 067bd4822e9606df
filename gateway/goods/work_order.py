"""Work orders: issue and return of components with their reservations, confirmation with back-flush, finished goods.

issue: order -> goods -> [quantity] -> [yes, above the reservation] -> booked
return: order -> goods -> [quantity] -> booked, never more than was issued
report: order -> quantity -> [yes, above the order] -> booked, back-flushed components with it
finish: order -> quantity -> booked with a pallet number of its own where this gateway has a range
"""

from __future__ import annotations

from gateway.counter import ISSUED, MADE, Count, counted
from gateway.goods.act import Body, Case, booked, moved
from gateway.goods.amount import Amount, measured, pieces
from gateway.goods.form import Form
from gateway.goods.lot import fit_status
from gateway.goods.note import negative_task
from gateway.goods.pick import Goods, document_line, doubt_of, goods_of
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.goods.sscc import Numbers, take_numbers
from gateway.goods.unit import AVAILABLE, HandlingUnit, Row
from gateway.master import Item, WorkOrder
from gateway.master_work import Component
from gateway.model import Event
from gateway.quantity import MICRO
from gateway.text.sentence import Sentence, say

TAKES = ("work_order", "thing", "quantity", "from", "yes")
TAKES_AMOUNT = ("work_order", "quantity", "yes")
CONFIRMED, FINISHED = "confirmed", "finished"  # lines of the counter MADE


def settle_issue(form: Form, case: Case) -> Event | Question | Refusal:
    """Components to an order."""
    found = _component(form, case, "issue")
    if not isinstance(found, tuple):
        return found
    order, component, goods = found
    if len(goods.rows) != 1:
        return refuse("MIXED_PART", got=goods.sscc, sscc=goods.sscc)
    if question := doubt_of(goods, form):
        return question
    reserved, issued = _reserved(order, component, case)
    base = goods.rows[0][1].base
    if issued + base > reserved and not form.has("yes"):
        over = goods.rows[0][1].with_base(issued + base - reserved).text
        return ask_for("yes", "ASK_OVER_ISSUE", what=goods.text, over=over, order=order.id)
    body = booked(
        case, "issue", moves=goods.moves(None), units=goods.units_after(case, goods.place, "gone"),
        counts=[(ISSUED, order.id, component.line, base)],
        members={**_members(order, goods, component), "open": _left(reserved - issued - base, goods)}, text=goods.text,
    )  # fmt: skip
    return Event("goods_issued", "mov", "", negative_task(body, goods, case))


def settle_return(form: Form, case: Case) -> Event | Question | Refusal:
    """What was issued and not used comes back to the station's place."""
    if form.claim is not None and form.claim.sscc:
        return refuse("RETURN_LOOSE", got=form.claim.sscc, sscc=form.claim.sscc)
    found = _component(form, case, "return")
    if not isinstance(found, tuple):
        return found
    order, component, goods = found
    row, amount = goods.rows[0]
    issued = counted(ISSUED, order.id, component.line, case.view)
    if amount.base > issued:
        has = amount.with_base(max(0, issued)).text
        return refuse("RETURN_TOO_MUCH", got=amount.text, expected=f"at most {has}", order=order.id, has=has)
    body = booked(
        case, "return", moves=[moved(row, amount, None, goods.place)],
        counts=[(ISSUED, order.id, component.line, -amount.base)], members=_members(order, goods, component),
        text=goods.text,
    )  # fmt: skip
    return Event("goods_returned", "mov", "", body)


def settle_confirm(form: Form, case: Case) -> Event | Question | Refusal:
    """So many were made; what the order back-flushes is used up with them."""
    found = _made(form, case, CONFIRMED, "report")
    if not isinstance(found, tuple):
        return found
    order, amount, before = found
    moves: list[Body] = []
    counts: list[Count] = [(MADE, order.id, CONFIRMED, amount.base)]
    for component in order.components:
        if component.is_backflushed:
            used = _used(order, component, before, before + amount.base, case)
            if isinstance(used, Refusal):
                return used
            place = component.location or case.station.location
            if used.base:
                moves.append(moved(Row(component.item, "", AVAILABLE, used.base), used, place, None))
                counts.append((ISSUED, order.id, component.line, used.base))
    members = _order_members(order, amount, before)
    body = booked(case, "report", moves=moves, counts=counts, members=members, text=members["what"])
    return Event("production_confirmed", "mov", "", body)


def settle_finish(form: Form, case: Case) -> Event | Question | Refusal:
    """Finished goods into stock, as a new unit where this gateway gives numbers."""
    found = _made(form, case, FINISHED, "finish")
    if not isinstance(found, tuple):
        return found
    order, amount, before = found
    item: Item = case.view.master("items", order.item)
    row = fit_status(Row(order.item, order.lot, AVAILABLE, amount.base), item, case)
    if isinstance(row, Refusal):
        return row
    numbers = take_numbers(case, 1) if case.rules.sscc_prefix else None
    if isinstance(numbers, Refusal):
        return numbers
    place = order.receipt or case.station.location
    units = [HandlingUnit(number, place, rows=(row,)) for number in numbers.numbers] if numbers else []
    members = {**_order_members(order, amount, before), **new_number(numbers)}
    body = booked(
        case, "finish", moves=[moved(row, amount, None, place)], units=units, facts=numbers.facts if numbers else (),
        counts=[(MADE, order.id, FINISHED, amount.base)], members=members, text=members["what"],
    )  # fmt: skip
    return Event("goods_finished", "mov", new_key(case, numbers), body)


def issued_text(event: Event) -> Sentence:
    return say("GOODS_ISSUED", what=event.body["what"], order=event.body["work_order"], rest=event.body["open"])


def returned_text(event: Event) -> Sentence:
    return say("GOODS_RETURNED", what=event.body["what"], order=event.body["work_order"])


def confirmed_text(event: Event) -> Sentence:
    return say("PRODUCTION_CONFIRMED", what=event.body["what"], order=event.body["work_order"], rest=event.body["open"])


def finished_text(event: Event) -> Sentence:
    return say("GOODS_FINISHED", what=event.body["what"], sscc=event.body.get("sscc", "-"))


def new_number(numbers: Numbers | None) -> Body:
    """The member that names a new unit."""
    return {"sscc": numbers.numbers[0]} if numbers else {}


def new_key(case: Case, numbers: Numbers | None) -> str:
    """A number that was given twice is refused by whoever is unique on keys."""
    return f"hu/{case.view.site}/{numbers.numbers[0]}/new" if numbers else ""


def _order(form: Form, case: Case, name: str) -> WorkOrder | Question | Refusal:
    if not form.has("work_order"):
        return ask_for("work_order", "ASK_WORK_ORDER", operation=name)
    order: WorkOrder | None = case.view.master("work_orders", form.text("work_order"))
    if order is None or not order.is_released:
        return refuse("WORK_ORDER_CLOSED", got=form.text("work_order"), order=form.text("work_order"))
    return order


def _component(form: Form, case: Case, name: str) -> tuple[WorkOrder, Component, Goods] | Question | Refusal:
    order = _order(form, case, name)
    if not isinstance(order, WorkOrder):
        return order
    goods = goods_of(form, case, ask=name)
    if not isinstance(goods, Goods):
        return goods
    row = goods.rows[0][0]
    component = next((one for one in order.components if one.item == row.item), None)
    if component is None:
        items = ", ".join(one.item for one in order.components)
        return refuse("NOT_A_COMPONENT", got=row.item, expected=items, item=row.item, order=order.id)
    if name == "issue":
        fit = fit_status(row, case.view.master("items", row.item), case)
        if isinstance(fit, Refusal) and fit.code != "SHELF_LIFE":  # that is asked of what arrives only
            return fit
    return order, component, goods


def _reserved(order: WorkOrder, component: Component, case: Case) -> tuple[int, int]:
    """Micro base units reserved, and issued so far."""
    item: Item = case.view.master("items", component.item)
    amount = measured(component.quantity, component.uom, item, case.view)
    if isinstance(amount, Refusal):
        return component.quantity, counted(ISSUED, order.id, component.line, case.view)
    elsewhere = component.elsewhere * amount.factor // MICRO
    return amount.base, counted(ISSUED, order.id, component.line, case.view) + elsewhere


def _left(base: int, goods: Goods) -> str:
    return goods.rows[0][1].with_base(max(0, base)).text


def _members(order: WorkOrder, goods: Goods, component: Component) -> Body:
    members: Body = {"what": goods.text, "work_order": order.id, "lines": goods.lines(order.id, component.line)}
    return members | ({"sscc": goods.sscc} if goods.sscc else {})


def _order_members(order: WorkOrder, amount: Amount, before: int) -> Body:
    line = document_line(Row(order.item, order.lot, AVAILABLE, amount.base), amount, order.id)
    rest = max(0, order.quantity * amount.factor // MICRO - before - amount.base)
    what = f"{amount.text} {order.item}"
    return {"what": what, "work_order": order.id, "lines": [line], "open": amount.with_base(rest).text}


def _made(form: Form, case: Case, line: str, name: str) -> tuple[WorkOrder, Amount, int] | Question | Refusal:
    """Order, quantity made now, and micro base units before it."""
    order = _order(form, case, name)
    if not isinstance(order, WorkOrder):
        return order
    item: Item | None = case.view.master("items", order.item)
    if item is None:
        return refuse("ITEM_UNKNOWN", got=order.item, expected="an item of the master data", word=order.item)
    if form.quantity is None:
        return ask_for("quantity", "ASK_QUANTITY", item=order.item, unit=order.uom)
    amount = measured(form.quantity, order.uom, item, case.view)
    ordered = measured(order.quantity, order.uom, item, case.view)
    if isinstance(amount, Refusal):
        return amount
    if isinstance(ordered, Refusal):
        return ordered
    before = counted(MADE, order.id, line, case.view)
    if before + amount.base > ordered.base and not form.has("yes"):
        over = amount.with_base(before + amount.base - ordered.base).text
        return ask_for("yes", "ASK_OVER_MADE", what=f"{amount.text} {item.id}", over=over, order=order.id)
    return order, amount, before


def _used(order: WorkOrder, component: Component, before: int, after: int, case: Case) -> Amount | Refusal:
    """What `after - before` use up; of the whole, so that nothing is lost by rounding each part."""
    item: Item | None = case.view.master("items", component.item)
    made: Item | None = case.view.master("items", order.item)
    if item is None or made is None:
        word = component.item if item is None else order.item
        return refuse("ITEM_UNKNOWN", got=word, expected="an item of the master data", word=word)
    total, whole = (
        measured(component.quantity, component.uom, item, case.view),
        measured(order.quantity, order.uom, made, case.view),
    )
    if isinstance(total, Refusal) or isinstance(whole, Refusal):
        return (
            total
            if isinstance(total, Refusal)
            else refuse("UNIT_UNKNOWN", unit=order.uom, item=made.id, known=made.uom)
        )
    return pieces(total.base * after // whole.base - total.base * before // whole.base, item)
