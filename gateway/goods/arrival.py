"""What arrived, from what a label says and what was ordered and announced: the matcher of receipts (A30).

By SSCC with its ship notice, by order and item, or by item alone. Everything that does not fit is a refusal or a
question, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.goods.act import Case
from gateway.goods.amount import Amount, measured
from gateway.goods.claim import Claim, find_item, pack_of
from gateway.goods.lot import fit_status
from gateway.goods.order_line import OpenLine, Share, divided, excess, lines_of
from gateway.goods.problem import Question, Refusal, already, ask_for, refuse
from gateway.goods.sscc import is_sscc
from gateway.goods.unit import SHIPPED, UNDONE, HandlingUnit, Row, unit_at
from gateway.master import Item, PurchaseOrder, ShipNotice
from gateway.master_order import NoticeUnit
from gateway.quantity import format_quantity


@dataclass(frozen=True, slots=True)
class Delivered:
    """Goods of one kind on one unit, and the lines they are for."""

    row: Row
    amount: Amount
    shares: tuple[Share, ...]
    sscc: str  # of the unit it stands in, "" for none


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that can be booked. `excess`: micro base units above what is accepted, for a supervisor."""

    goods: tuple[Delivered, ...]
    units: tuple[HandlingUnit, ...]
    sscc: str
    notice: str
    supplier: str
    excess: int
    is_short: bool  # less than the ship notice says


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said beside the label."""

    quantity: int | None = None  # micro-units, corrects the label
    order: str = ""


def arrival_of(claim: Claim, said: Said, case: Case) -> Arrival | Question | Refusal:
    """Match one label."""
    if claim.sscc:
        if refusal := _is_known(claim.sscc, case):
            return refusal
        notices = case.view.find("ship_notices", claim.sscc)
        if len(notices) > 1:
            names = ", ".join(notices)
            return refuse(
                "NOTICE_AMBIGUOUS", got=claim.sscc, task=f"goods/{claim.sscc}", sscc=claim.sscc, notices=names
            )
        if notices:
            return _announced(claim, said, case.view.master("ship_notices", notices[0]), case)
        if not claim.names_item:
            return refuse("SSCC_UNKNOWN", got=claim.sscc, task=f"goods/{claim.sscc}", sscc=claim.sscc)
    return _labelled(claim, said, case)


def _is_known(sscc: str, case: Case) -> Refusal | None:
    if not is_sscc(sscc):
        return refuse("SSCC_CHECK_DIGIT", got=sscc, sscc=sscc)
    unit = unit_at(sscc, case.view)
    if unit is None or unit.state == UNDONE:
        return None
    if unit.state == SHIPPED:
        return refuse("SSCC_SHIPPED", got=sscc, task=f"goods/{sscc}", sscc=sscc)
    return already("ALREADY_RECEIVED", sscc=sscc, place=unit.location or "-")


# -- one label that says what it is ------------------------------------------------------------------


def _labelled(claim: Claim, said: Said, case: Case) -> Arrival | Question | Refusal:
    item = find_item(claim, case.view)
    if isinstance(item, Refusal):
        return item
    amount = _amount(claim, said, item, case)
    if not isinstance(amount, Amount):
        return amount
    row = fit_status(Row(item.id, claim.lot, "", amount.base, claim.expiry), item, case)
    if isinstance(row, Refusal):
        return row
    lines = _lines(claim, said, item, case)
    if not isinstance(lines, list):
        return lines
    shares = divided(amount.base, lines)
    units = (HandlingUnit(claim.sscc, case.station.location, rows=(row,)),) if claim.sscc else ()
    goods = (Delivered(row, amount, tuple(shares), claim.sscc),)
    return Arrival(goods, units, claim.sscc, "", lines[0].supplier, excess(shares), is_short=False)


def _amount(claim: Claim, said: Said, item: Item, case: Case) -> Amount | Question | Refusal:
    uom = claim.uom or pack_of(claim, item)
    quantity = claim.quantity if said.quantity is None else said.quantity
    if quantity is None:
        return ask_for("quantity", "ASK_QUANTITY", item=item.id, unit=uom or item.uom)
    return measured(quantity, uom, item, case.view)


def _lines(claim: Claim, said: Said, item: Item, case: Case) -> list[OpenLine] | Question | Refusal:
    """The open lines that this may be for, all of one order."""
    name = said.order or claim.order
    supplier = _supplier(claim, case)
    if isinstance(supplier, Refusal):
        return supplier
    if name:
        return _lines_of_order(name, supplier, claim.line, item, case)
    orders = [case.view.master("purchase_orders", one) for one in case.view.find("purchase_orders", item.id)]
    open_orders = [one for one in orders if one.is_open and supplier in ("", one.supplier)]
    found = {one.id: lines_of(one, item, case.view) for one in open_orders}
    wanted = {name: lines for name, lines in found.items() if isinstance(lines, list) and any(map(_is_open, lines))}
    if not wanted:
        suppliers = {one.supplier for one in orders if one.is_open}
        if supplier and suppliers:
            return _wrong_supplier(supplier, ", ".join(sorted(suppliers)), item.id)
        return refuse("NOT_ORDERED", got=item.id, task=f"goods/order/{item.id}", item=item.id)
    if len(wanted) > 1:
        return ask_for("order", "ASK_ORDER", item=item.id, orders=", ".join(wanted))
    return _open_first(next(iter(wanted.values())), item)


def _lines_of_order(name: str, supplier: str, line: str, item: Item, case: Case) -> list[OpenLine] | Refusal:
    order: PurchaseOrder | None = case.view.master("purchase_orders", name)
    task = f"goods/order/{name}"
    if order is None:
        return refuse("ORDER_UNKNOWN", got=name, task=task, order=name)
    if supplier and order.supplier != supplier:
        return _wrong_supplier(supplier, order.supplier, name)
    lines = lines_of(order, item, case.view)
    if isinstance(lines, Refusal):
        return lines
    if line:
        lines = [one for one in lines if one.line.line.lstrip("0") == line.lstrip("0")]
    if not lines and not any(one.item == item.id for one in order.lines):
        items = ", ".join(sorted({one.item for one in order.lines}))
        return refuse("WRONG_ITEM", got=item.id, expected=items, task=task, item=item.id, order=name)
    if not order.is_open or not lines:
        return refuse("ORDER_CLOSED", got=name, task=task, order=name)
    return _open_first(lines, item)


def _open_first(lines: list[OpenLine], item: Item) -> list[OpenLine]:
    """Lines that still wait; once none does, all of them, so that what is too much is seen as that."""
    return [one for one in lines if _is_open(one)] or lines


def _is_open(line: OpenLine) -> bool:
    return line.open > 0


def _supplier(claim: Claim, case: Case) -> str | Refusal:
    """Our name of the supplier on the label, "" when there is none or nobody knows it by that code."""
    if not claim.supplier or case.view.master("partners", claim.supplier):
        return claim.supplier
    found = case.view.find("partners", claim.supplier)
    if len(found) > 1:
        return refuse("SUPPLIER_AMBIGUOUS", got=claim.supplier, code=claim.supplier, partners=", ".join(found))
    return found[0] if found else claim.supplier


def _wrong_supplier(got: str, expected: str, subject: str) -> Refusal:
    task = f"goods/supplier/{subject}"
    return refuse("WRONG_SUPPLIER", got=got, expected=expected, task=task, got_name=got, expected_name=expected)


# -- a unit that was announced -----------------------------------------------------------------------


def _announced(claim: Claim, said: Said, notice: ShipNotice, case: Case) -> Arrival | Question | Refusal:
    """A pallet or case of a ship notice with all that is in it and did not come before."""
    told = [one for one in notice.contents(claim.sscc) if not _came_before(one, case)]
    if not told:
        return refuse("NOTICE_EMPTY", got=claim.sscc, task=f"goods/{claim.sscc}", sscc=claim.sscc, notice=notice.id)
    if refusal := _contradiction(claim, told, notice, case):
        return refusal
    if said.quantity is not None and len(told) > 1:
        return refuse("MIXED_QUANTITY", got=format_quantity(said.quantity), sscc=claim.sscc)
    goods: list[Delivered] = []
    for one in told:
        found = _content(one, said, notice, case, goods)
        if not isinstance(found, Delivered):
            return found
        goods.append(found)
    units = _units(claim.sscc, notice, goods, case)
    shares = [share for one in goods for share in one.shares]
    is_short = said.quantity is not None and said.quantity < told[0].quantity
    return Arrival(tuple(goods), units, claim.sscc, notice.id, notice.supplier, _total_excess(shares), is_short)


def _came_before(told: NoticeUnit, case: Case) -> bool:
    """A case that was received alone is no longer on its pallet."""
    unit = unit_at(told.sscc or told.parent, case.view)
    return unit is not None and unit.state != UNDONE


def _contradiction(claim: Claim, told: list[NoticeUnit], notice: ShipNotice, case: Case) -> Refusal | None:
    """The label says another item, lot or quantity than the notice."""
    supplier = _supplier(claim, case)
    if isinstance(supplier, Refusal):
        return supplier
    if supplier and supplier != notice.supplier:
        return _wrong_supplier(supplier, notice.supplier, claim.sscc)
    item = find_item(claim, case.view) if claim.names_item else None
    if isinstance(item, Refusal):
        return item
    one = told[0]
    differs = (
        item is not None and all(item.id != unit.item for unit in told),
        bool(claim.lot) and all(claim.lot != unit.lot for unit in told if unit.lot),
        claim.quantity is not None and len(told) == 1 and claim.quantity != one.quantity,
    )
    if (differs[0]) or (differs[1] and any(unit.lot for unit in told)) or differs[2]:
        return refuse("LABEL_AND_NOTICE", got=claim.sscc, expected=notice.id, task=f"goods/{claim.sscc}",
                      sscc=claim.sscc, notice=notice.id)  # fmt: skip
    return None


def _content(
    told: NoticeUnit, said: Said, notice: ShipNotice, case: Case, before: list[Delivered]
) -> Delivered | Question | Refusal:
    claim = Claim(item=told.item, lot=told.lot, expiry=told.expiry, uom=told.uom, order=told.order, line=told.line,
                  supplier=notice.supplier)  # fmt: skip
    item = find_item(claim, case.view)
    if isinstance(item, Refusal):
        return item
    amount = measured(told.quantity if said.quantity is None else said.quantity, told.uom, item, case.view)
    if isinstance(amount, Refusal):
        return amount
    row = fit_status(Row(item.id, told.lot, "", amount.base, told.expiry), item, case)
    if isinstance(row, Refusal):
        return row
    lines = _lines(claim, said, item, case)
    if not isinstance(lines, list):
        return lines
    return Delivered(row, amount, tuple(divided(amount.base, _less(lines, before))), told.sscc or told.parent)


def _less(lines: list[OpenLine], before: list[Delivered]) -> list[OpenLine]:
    """The lines after the other goods of the same pallet."""
    taken: dict[tuple[str, str], int] = {}
    for share in (share for one in before for share in one.shares):
        place = (share.line.order, share.line.line.line)
        taken[place] = taken.get(place, 0) + share.quantity
    return [replace(one, received=one.received + taken.get((one.order, one.line.line), 0)) for one in lines]


def _total_excess(shares: list[Share]) -> int:
    """Each share was made knowing those before it."""
    return excess(shares)


def _units(sscc: str, notice: ShipNotice, goods: list[Delivered], case: Case) -> tuple[HandlingUnit, ...]:
    """The unit and those in it that did not come before."""
    place = case.station.location
    inner = [one for one in notice.inside(sscc) if one.sscc and not _came_before(one, case)]
    known = unit_at(sscc, case.view)
    rows = tuple(one.row for one in goods if one.sscc == sscc)
    unit = HandlingUnit(
        sscc, place, rows=rows, inside=tuple(one.sscc for one in inner), turn=known.turn if known else 0
    )
    found = [unit]
    for one in inner:
        found += [replace(u, parent=u.parent or sscc) for u in _units(one.sscc, notice, goods, case)]
    return tuple(found)
