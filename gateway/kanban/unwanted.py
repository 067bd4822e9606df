"""A label of goods that was scanned where nothing is done with labels: red, with what it is."""

from __future__ import annotations

from gateway.model import Rejection
from gateway.parsed import Label
from gateway.text.sentence import say

_NAMED = ("sscc", "gtin", "content_gtin", "item", "supplier_item", "lot", "purchase_order")


def unwanted(label: Label) -> Rejection | None:
    """Why a label is refused here; None when the code is only guessed to be one and better called unknown."""
    if not label.is_goods or label.is_guess:
        return None
    if label.errors:
        flaw = label.errors[0]
        return Rejection(flaw.code, flaw.text, flaw.got, flaw.expected)
    text = say("LABEL_NOT_EXPECTED", about=_about(label))
    return Rejection("LABEL_NOT_EXPECTED", text, label.text[:200], "the card of a bin")


def _about(label: Label) -> str:
    """The most telling keys, so that the person sees what was scanned."""
    told = [f"{name} {getattr(label.keys, name)}" for name in _NAMED if getattr(label.keys, name)]
    return ", ".join(told[:3])[:120] or label.syntax.value
