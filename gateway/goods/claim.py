"""What a label says of goods, as far as bookings need it, and which item of ours that is."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from gateway.goods.problem import Refusal, refuse
from gateway.master import Item
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View


@dataclass(frozen=True, slots=True)
class Claim:
    """Everything may be missing. Texts are as on the label; `gtin` has 14 digits, `expiry` is a day."""

    sscc: str = ""
    gtin: str = ""
    content: str = ""  # GTIN of what a logistic unit holds
    item: str = ""
    supplier_item: str = ""
    lot: str = ""
    expiry: str = ""
    serial: str = ""
    quantity: int | None = None  # micro-units
    uom: str = ""
    order: str = ""
    line: str = ""
    supplier: str = ""
    digest: str = ""  # of the bytes: the same label again has the same one

    @property
    def names_item(self) -> bool:
        return bool(self.gtin or self.content or self.item or self.supplier_item)

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        if self.quantity is not None:
            found["quantity"] = format_quantity(self.quantity)
        return found

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Claim:
        claim = cls(**{**told, "quantity": None})
        return replace(claim, quantity=parse_quantity(told["quantity"])) if "quantity" in told else claim


def find_item(claim: Claim, view: View) -> Item | Refusal:
    """The one item that everything on the label agrees on."""
    found: dict[str, str] = {}  # item -> by which word
    words = [word for word in (claim.item, claim.gtin, claim.content, claim.supplier_item) if word]
    for word in words:
        ids = (word,) if view.master("items", word) else view.find("items", word)
        if len(ids) > 1:
            return refuse("ITEM_AMBIGUOUS", got=word, expected=", ".join(ids), word=word, items=", ".join(ids))
        found |= dict.fromkeys(ids, word)
    if not found:
        word = words[0] if words else ""
        return refuse(
            "ITEM_UNKNOWN", got=word, expected="an item of the master data", task=f"goods/item/{word}", word=word
        )
    if len(found) > 1:
        items = ", ".join(sorted(found))
        return refuse("ITEM_AMBIGUOUS", got=" ".join(words), expected=items, word=" ".join(words), items=items)
    item: Item = view.master("items", next(iter(found)))
    return item


def pack_of(claim: Claim, item: Item) -> str:
    """The unit that a GTIN on the label stands for, "" for the base unit or when none is printed."""
    gtin = claim.gtin or claim.content
    return next((pack.uom for pack in item.packs if gtin in pack.gtins), "")
