"""Which goods an operation is about: a handling unit, a part of one, or loose goods at a place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.goods.act import Body, Case, loose, moved
from gateway.goods.amount import Amount, measured, pieces
from gateway.goods.claim import find_item, pack_of
from gateway.goods.form import Form
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.goods.unit import AVAILABLE, HERE, HandlingUnit, Row, contents, family, less, taken_out, unit_at
from gateway.master import Item
from gateway.quantity import format_quantity


@dataclass(frozen=True, slots=True)
class Goods:
    """What was picked, from where, and of which unit. `is_whole`: the unit goes as it is."""

    rows: tuple[tuple[Row, Amount], ...]
    place: str
    unit: HandlingUnit | None
    is_whole: bool
    lacks: int = 0  # micro base units that the book does not have at that place

    @property
    def text(self) -> str:
        if len(self.rows) > 3:
            return f"{len(self.rows)} different goods"
        return ", ".join(
            f"{amount.text} {row.item}" + (f" lot {row.lot}" if row.lot else "") for row, amount in self.rows
        )

    @property
    def sscc(self) -> str:
        return self.unit.sscc if self.unit else ""

    def moves(self, end: str | None) -> list[Body]:
        """The movements that take them away."""
        return [moved(row, amount, self.place, end) for row, amount in self.rows]

    def lines(self, document: str = "", line: str = "") -> list[Body]:
        """The goods as document lines."""
        return [document_line(row, amount, document, line, sscc=self.sscc) for row, amount in self.rows]

    def units_after(self, case: Case, end: str, state: str = HERE) -> list[HandlingUnit]:
        """The units concerned when the goods are at `end` now, or gone."""
        if self.unit is None:
            return []
        if not self.is_whole:
            return [less(self.unit, self.rows[0][0], self.rows[0][1].base)]
        root, *others = taken_out(self.unit, case.view)
        inner = [one for one in family(self.unit, case.view) if one.sscc != self.unit.sscc]
        return [*(replace(one, location=end, state=state) for one in (root, *inner)), *others]


def goods_of(
    form: Form, case: Case, *, ask: str, status: str = AVAILABLE, place: str = "", asks_quantity: bool = True
) -> Goods | Question | Refusal:
    """The goods a form speaks of. `ask` names the operation in the first question; "" as `status` takes any."""
    claim = form.claim
    if claim is None:
        return ask_for("thing", "ASK_THING", operation=ask)
    if claim.sscc:
        return _of_unit(claim.sscc, form, case, status)
    return _loose(form, case, status, place or form.text("from") or case.station.location, asks_quantity)


def _of_unit(sscc: str, form: Form, case: Case, status: str) -> Goods | Refusal:
    unit = unit_at(sscc, case.view)
    if unit is None or unit.state != HERE:
        return refuse("UNIT_NOT_HERE", got=sscc, sscc=sscc)
    rows = contents(family(unit, case.view))
    if status and (wrong := next((row for row in rows if row.status != status), None)):
        return refuse("WRONG_STATUS", got=wrong.status, expected=status, item=wrong.item, status=wrong.status)
    if form.quantity is None:
        return Goods(tuple((row, amount_of(row, case)) for row in rows), unit.location, unit, is_whole=True)
    if len(unit.rows) != 1 or unit.inside:
        return refuse("MIXED_PART", got=sscc, sscc=sscc)
    row = unit.rows[0]
    item: Item = case.view.master("items", row.item)
    amount = measured(form.quantity, form.text("uom"), item, case.view)
    if isinstance(amount, Refusal):
        return amount
    if amount.base > row.quantity:
        has = amount_of(row, case).text
        return refuse("UNIT_HAS_LESS", got=amount.text, expected=f"at most {has}", sscc=sscc, has=has)
    is_all = amount.base == row.quantity
    return Goods(((row, amount),), unit.location, unit, is_whole=is_all)


def amount_of(row: Row, case: Case) -> Amount:
    """What is in a row, in base units."""
    item: Item | None = case.view.master("items", row.item)
    return pieces(row.quantity, item or Item(row.item, "", "PCE"))


def _loose(form: Form, case: Case, status: str, place: str, asks_quantity: bool) -> Goods | Question | Refusal:
    claim = form.claim
    if claim is None or not claim.names_item:
        return refuse("NO_ITEM_ON_LABEL")
    item = find_item(claim, case.view)
    if isinstance(item, Refusal):
        return item
    if item.has_lots and not claim.lot:
        return refuse("LOT_MISSING", got=item.id, item=item.id)
    uom = claim.uom or pack_of(claim, item)
    quantity = claim.quantity if form.quantity is None else form.quantity
    if quantity is None:
        if not asks_quantity:
            return Goods(((Row(item.id, claim.lot, status, 0), pieces(0, item)),), place, None, is_whole=True)
        return ask_for("quantity", "ASK_QUANTITY", item=item.id, unit=uom or item.uom)
    amount = measured(quantity, uom, item, case.view)
    if isinstance(amount, Refusal):
        return amount
    row = Row(item.id, claim.lot, status or AVAILABLE, amount.base, claim.expiry)
    has = max(0, loose(row, place, case.view))
    return Goods(((row, amount),), place, None, is_whole=True, lacks=max(0, amount.base - has))


def document_line(row: Row, amount: Amount, document: str = "", line: str = "", *, sscc: str = "") -> Body:
    """Goods as a line of a document; `document` and `line` as the ERP calls them."""
    return {
        "doc": document, "line": line, "item": row.item, "lot": row.lot, "sscc": sscc, "status": row.status,
        "qty": format_quantity(amount.quantity), "uom": amount.uom, "base": format_quantity(amount.base),
    }  # fmt: skip


def doubt_of(goods: Goods, form: Form) -> Question | None:
    """A question when the book has less than is said: what is there counts, but a person must say so."""
    if goods.lacks and not form.has("yes"):
        return ask_for("yes", "ASK_BOOK_HAS_LESS", place=goods.place, what=goods.text)
    return None
