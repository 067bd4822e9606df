"""What should be on a pallet: by the ship notice that announced it, or by what is known of the unit here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gateway.goods.amount import measured
from gateway.goods.problem import Refusal
from gateway.goods.unit import HERE, SHIPPED, contents, family, unit_at
from gateway.master import Item, ShipNotice
from gateway.master_order import NoticeUnit
from gateway.quantity import MICRO
from gateway.view import View


@dataclass(frozen=True, slots=True)
class Expectation:
    """One unit with all that stands in it. Quantities in micro base units."""

    sscc: str
    document: str = ""  # the ship notice, "" when only the book here knows it
    inner: dict[str, dict[str, int]] = field(default_factory=dict)  # units in it, each with the items in it
    epcs: frozenset[str] = frozenset()  # common names of the tags that are told one by one
    items: dict[str, int] = field(default_factory=dict)


def expected(sscc: str, view: View) -> Expectation | None:
    """None when nobody knows this unit, or several ship notices do."""
    notices = view.find("ship_notices", sscc)
    notice: ShipNotice | None = view.master("ship_notices", notices[0]) if len(notices) == 1 else None
    unit = unit_at(sscc, view)
    if unit is not None and unit.state in (HERE, SHIPPED):
        items: Counter[str] = Counter()
        for row in contents(family(unit, view)):
            items[row.item] += row.quantity
        inner = {one.sscc: _totals(one.sscc, view) for one in family(unit, view) if one.sscc != sscc}
        return Expectation(sscc, notice.id if notice else "", inner, _epcs(sscc, notice), dict(items))
    return _announced(sscc, notice, view) if notice else None


def gtin_factor(gtin: str, view: View) -> tuple[str, int] | None:
    """The item and how much of it a tag with this GTIN stands for; None when no item or several have it."""
    found = view.find("items", gtin)
    if len(found) != 1:
        return None
    item: Item = view.master("items", found[0])
    return item.id, next((pack.factor for pack in item.packs if gtin in pack.gtins), MICRO)


def can_have_tags(name: str, view: View) -> bool:
    """Whether tags of this item can be recognised: what has no GTIN is not missed."""
    item: Item | None = view.master("items", name)
    return item is not None and bool(item.gtins or any(pack.gtins for pack in item.packs))


def _announced(sscc: str, notice: ShipNotice, view: View) -> Expectation:
    items: Counter[str] = Counter()
    inner: dict[str, Counter[str]] = {number: Counter() for number in _numbers(sscc, notice)}
    for told in notice.contents(sscc):
        base = _base(told, view)
        items[told.item] += base
        number = told.sscc or told.parent
        while number and number != sscc:
            inner[number][told.item] += base
            own = notice.unit(number)
            number = own.parent if own else ""
    return Expectation(
        sscc, notice.id, {number: dict(one) for number, one in inner.items()}, _epcs(sscc, notice), dict(items)
    )


def _numbers(sscc: str, notice: ShipNotice) -> list[str]:
    """All units in a unit."""
    found = []
    for one in notice.inside(sscc):
        if one.sscc:
            found += [one.sscc, *_numbers(one.sscc, notice)]
    return found


def _epcs(sscc: str, notice: ShipNotice | None) -> frozenset[str]:
    if notice is None:
        return frozenset()
    units = {sscc, *_numbers(sscc, notice)}
    listed = (one for one in notice.units if (one.sscc or one.parent) in units)
    return frozenset(epc for one in listed for epc in one.epcs)


def _base(told: NoticeUnit, view: View) -> int:
    item: Item | None = view.master("items", told.item)
    amount = measured(told.quantity, told.uom, item, view) if item else None
    return 0 if amount is None or isinstance(amount, Refusal) else amount.base


def _totals(sscc: str, view: View) -> dict[str, int]:
    unit = unit_at(sscc, view)
    found: Counter[str] = Counter()
    for row in contents(family(unit, view)) if unit else ():
        found[row.item] += row.quantity
    return dict(found)
