"""From a parsed label to what it claims: only what is beyond doubt is booked."""

from __future__ import annotations

from gateway.goods.claim import Claim
from gateway.goods.problem import Refusal, refuse
from gateway.parsed import Label
from gateway.quantity import parse_quantity


def claim_of(label: Label, digest: str) -> Claim | Refusal:
    """The claim; a refusal for a label with an error or a quantity nobody can count in."""
    if label.errors:
        flaw = label.errors[0]
        return refuse("LABEL_BAD", got=flaw.got or label.text, expected=flaw.expected, why=flaw.text)
    keys = label.keys
    expiry = keys.expiry or keys.best_before
    amount = keys.quantity
    try:
        quantity = parse_quantity(format(amount.value, "f")) if amount is not None else None
    except ValueError as error:
        return refuse("LABEL_BAD", got=format(amount.value, "f") if amount else "", why=str(error))
    return Claim(
        sscc=keys.sscc, gtin=keys.gtin, content=keys.content_gtin, item=keys.item, supplier_item=keys.supplier_item,
        lot=keys.lot, expiry=expiry.isoformat() if expiry else "", serial=keys.serial, quantity=quantity,
        uom=amount.unit if amount else "", order=keys.purchase_order, line=keys.order_line, supplier=keys.supplier,
        digest=digest,
    )  # fmt: skip
