"""Quantities in any unit of an item, and the factor that was used, kept for ever (K18)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.goods.problem import Refusal, refuse
from gateway.master import Item
from gateway.quantity import MICRO, format_quantity
from gateway.view import View


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as it was scanned and in base units. All in micro-units."""

    quantity: int
    uom: str
    base: int
    base_uom: str
    factor: int  # base units in one `uom`

    @property
    def text(self) -> str:
        return f"{format_quantity(self.quantity)} {self.uom}"

    def with_base(self, base: int) -> Amount:
        """A part or a multiple, in base units unless it comes out even."""
        scaled, rest = divmod(base * MICRO, self.factor)
        if rest:
            return Amount(base, self.base_uom, base, self.base_uom, MICRO)
        return Amount(scaled, self.uom, base, self.base_uom, self.factor)


def unit_of(word: str, item: Item, view: View) -> str | None:
    """The item's own unit that `word` means, directly or through the map of units; None when none does."""
    units = {item.uom, *(pack.uom for pack in item.packs)}
    if word in units:
        return word
    ids = {found for one in {word, word.upper()} for found in (one, *view.find("units", one))}
    others = {alias for one in ids if (unit := view.master("units", one)) for alias in unit.words}
    found = (ids | others) & units
    return found.pop() if len(found) == 1 else None


def measured(quantity: int, word: str, item: Item, view: View) -> Amount | Refusal:
    """`quantity` micro-units of `word` ("" for the base unit) of an item."""
    uom = unit_of(word, item, view) if word else item.uom
    if uom is None:
        known = ", ".join([item.uom, *(pack.uom for pack in item.packs)])
        return refuse("UNIT_UNKNOWN", got=word, expected=known, unit=word, item=item.id, known=known)
    factor = next((pack.factor for pack in item.packs if pack.uom == uom), MICRO)
    base, rest = divmod(quantity * factor, MICRO)
    if rest or base <= 0:
        text = format_quantity(quantity)
        return refuse("QUANTITY_UNUSABLE", got=text, expected="more than 0", quantity=text, unit=uom, item=item.id)
    return Amount(quantity, uom, base, item.uom, factor)


def pieces(base: int, item: Item) -> Amount:
    """An amount in base units."""
    return Amount(base, item.uom, base, item.uom, MICRO)
