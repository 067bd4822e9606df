"""Quantities to scan: `K1Q.<number>.<pair>` an amount, `K1R.<number>.<pair>` what is left in a bin.

A supplier's label says the same with the data identifier Q (ANSI MH10.8.2): `Q40`. That is read only where a
quantity was asked for, because any card of a customer may look like it.
"""

from __future__ import annotations

import re

from gateway.codes.checkpair import check_pair
from gateway.model import Rejection
from gateway.quantity import format_quantity, parse_quantity
from gateway.text.sentence import say

PREFIX = "K1Q."
REST_PREFIX = "K1R."

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?", re.ASCII)
_LABEL = re.compile(r"Q0{0,9}([0-9]{1,9}(?:\.[0-9]{1,6})?)", re.ASCII)


def format_amount(quantity: int, *, is_rest: bool = False) -> str:
    """The text to print for micro-units; ValueError when it cannot be one."""
    number = format_quantity(quantity)
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"{number} cannot be printed, expected 0 to 999999999 with at most six decimals")
    text = f"{REST_PREFIX if is_rest else PREFIX}{number}"
    return f"{text}.{check_pair(text)}"


def parse_amount(text: str) -> int | Rejection:
    """Micro-units that a text with one of the prefixes says."""
    body, _, pair = text.rpartition(".")
    number = body[len(PREFIX) :]
    if len(text) > 24 or not _NUMBER.fullmatch(number) or pair != check_pair(body):
        return Rejection("QUANTITY_CODE", say("QUANTITY_CODE"), text, "K1Q.<number>.<check characters>")
    return parse_quantity(number)


def label_amount(text: str) -> int | None:
    """Micro-units that a label with the data identifier Q says, None for any other text."""
    found = _LABEL.fullmatch(text)
    return parse_quantity(found[1]) if found else None
