"""ANSI MH10.8.2 data identifiers: what those of goods labels mean, and how their values are read.

An identifier is up to three digits and a letter; the value follows at once, so "PP210378" is P with "P210378".
Identifiers that are not listed are kept as elements and mean nothing here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from gateway.codes.checkdigit import has_check_digit, is_digits
from gateway.codes.gs1_rule import read_date
from gateway.parsed import Amount, Element, Flaw, Keys

IDENTIFIER = re.compile(r"[0-9]{0,3}[A-Z]")
# What values look like where no envelope says that data identifiers are meant: no lists, no columns of blanks.
PLAIN_VALUE = re.compile(r"(?!.*  )[A-Za-z0-9 .\-/+$%#_:*&()]*")
VALUE_LIMIT = 200  # characters of one value; the standard allows far fewer for most

# Identifier -> key. Where two may fill the same key, the one listed first wins.
TEXTS = {
    "P": "item", "1P": "supplier_item", "30P": "supplier_item", "31P": "supplier_item", "2P": "revision",
    "1T": "lot", "T": "lot", "25T": "lot", "S": "serial", "25S": "serial",
    "3S": "package_id", "4S": "package_id", "5S": "package_id",
    "J": "license_plate", "1J": "license_plate", "2J": "license_plate", "3J": "license_plate",
    "4J": "license_plate", "5J": "license_plate", "6J": "license_plate",
    "K": "purchase_order", "4K": "order_line", "1K": "supplier_order", "11K": "delivery_note", "2K": "delivery_note",
    "V": "supplier", "1V": "supplier", "12V": "supplier", "21V": "supplier", "8V": "ship_to", "2L": "ship_to",
    "4L": "origin", "15K": "kanban", "13Q": "packages", "9D": "date_code", "10D": "date_code", "1D": "date_code",
    # text element identifiers of format 12 (ATA Spec 2000)
    "PNO": "supplier_item", "SER": "serial", "SEQ": "serial", "LOT": "lot", "MFR": "supplier", "SPL": "supplier",
}  # fmt: skip
_DATES = {"14D": "expiry", "16D": "produced", "36D": "best_before"}  # YYYYMMDD (or YYMMDD on older labels)
# 6D: a date and the qualifier of ANSI X12.3 element 374 that says which one
_X12_DATES = {"036": "expiry", "094": "produced", "405": "produced", "511": "expiry"}
_AMOUNTS = {"Q": "quantity", "4Q": "gross_weight", "5Q": "net_weight"}
_UNITS = {"EA": "PCE", "PC": "PCE", "PCS": "PCE", "LB": "LBR", "LBS": "LBR", "KG": "KGM", "KGS": "KGM"}
AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]{0,4})")
_UNIT_OF = re.compile(r"[A-Z0-9]{2,3}")


def split_identifier(text: str) -> Element | None:
    """One field as identifier and value; None when it does not begin with an identifier."""
    match = IDENTIFIER.match(text)
    return None if match is None else Element(match[0], text[match.end() :])


def is_known(identifier: str) -> bool:
    """Whether an identifier has a meaning here."""
    return any(identifier in table for table in (TEXTS, _DATES, _AMOUNTS)) or identifier in ("7Q", "3Q", "6D", "11D")


def di_keys(elements: tuple[Element, ...]) -> tuple[Keys, tuple[Flaw, ...], tuple[Flaw, ...]]:
    """What the elements mean, with (errors, warnings). Empty values say nothing."""
    keys = Keys()
    errors: list[Flaw] = []
    warnings: list[Flaw] = []
    present = {one.id: one.value.strip() for one in reversed(elements) if one.value.strip()}
    errors += _repeated(elements)
    for name in reversed(TEXTS):
        if name in present:
            keys = keys.having(TEXTS[name], present[name])
    for identifier, value in present.items():
        keys, flaw = _with(keys, identifier, value)
        if flaw is not None:
            (warnings if flaw.code == "DATE" else errors).append(flaw)
    unit = present.get("3Q", "").upper()
    if keys.quantity is not None and not keys.quantity.unit and _UNIT_OF.fullmatch(unit):
        keys = replace(keys, quantity=replace(keys.quantity, unit=_UNITS.get(unit, unit)))
    return _with_sscc(keys), tuple(errors), tuple(warnings)


def _with(keys: Keys, identifier: str, value: str) -> tuple[Keys, Flaw | None]:
    if identifier in _AMOUNTS or identifier == "7Q":
        amount = AMOUNT.fullmatch(value)
        if amount is None or (identifier == "7Q" and not amount[2]):
            expected = "a number and its unit, such as 10LB" if identifier == "7Q" else "a number such as 4000"
            text = f"{identifier} is {value[:40]!r}, expected {expected}."
            return keys, Flaw("QUANTITY", text, value[:80], expected, identifier)
        name = _AMOUNTS.get(identifier, "quantity")
        unit = amount[2].upper()
        return keys.having(name, Amount(Decimal(amount[1]), _UNITS.get(unit, unit))), None
    if identifier in _DATES:
        return _with_date(keys, identifier, _DATES[identifier], value)
    if identifier == "6D" and value[8:] in _X12_DATES:
        return _with_date(keys, identifier, _X12_DATES[value[8:]], value[:8])
    if identifier == "11D":  # some makers give year and week, some a whole date
        produced = read_date(value)
        return replace(keys, produced=produced) if produced else replace(keys, date_code=value), None
    return keys, None


def _with_date(keys: Keys, identifier: str, name: str, value: str) -> tuple[Keys, Flaw | None]:
    """A wrong date is told and left out; the rest of a label without check digits may still be right."""
    found = read_date(value)
    if found is None:
        text = f"{identifier} is {value[:40]!r}, expected a date YYYYMMDD or YYMMDD; it was left out."
        return keys, Flaw("DATE", text, value[:80], "a date YYYYMMDD or YYMMDD", identifier)
    return keys.having(name, found), None


def _repeated(elements: tuple[Element, ...]) -> list[Flaw]:
    """The same identifier with another value: nobody can say which one is meant."""
    first: dict[str, str] = {}
    flaws = []
    for one in elements:
        if one.value and first.setdefault(one.id, one.value) != one.value:
            text = f"{one.id} stands twice with different values: {first[one.id][:40]!r} and {one.value[:40]!r}."
            flaws.append(Flaw("REPEATED", text, one.value[:80], first[one.id][:80], one.id))
    return flaws


def _with_sscc(keys: Keys) -> Keys:
    """A licence plate of 18 digits with a right check digit is an SSCC (J with 00 before it on some labels)."""
    plate = keys.license_plate.removeprefix("00") if len(keys.license_plate) == 20 else keys.license_plate
    if len(plate) == 18 and is_digits(plate) and has_check_digit(plate):
        return replace(keys, sscc=plate)
    return keys
