"""What a label says, as a frozen value: the result of `gateway.codes.parse.parse`.

`errors` empty means: everything that was read obeys its standard and could not have been anything else. A label
with an error must never be booked; its elements are what was recognised before or despite the error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Syntax(StrEnum):
    """The rules by which the data of a code was taken apart."""

    GS1 = "gs1"  # element strings, from a symbol that says so or in ^ notation
    GS1_BRACKETED = "gs1-bracketed"  # as printed below the symbol: (01)…(10)…
    DIGITAL_LINK = "gs1-digital-link"
    GTIN = "gtin"  # EAN, UPC, ITF-14: the number alone
    ISO15434 = "iso-15434"  # an envelope [)>… with format 05, 06 or 12
    DATA_IDENTIFIERS = "data-identifiers"  # ANSI MH10.8.2 without envelope, one a symbol
    TEMPLATE = "template"  # a supplier's own layout, from the configuration
    ASSEMBLED = "assembled"  # several symbols of one label put together
    TEXT = "text"  # none of these: only the text is known


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong or doubtful, as data."""

    code: str  # stable, upper case, e.g. "CHECK_DIGIT"
    text: str  # one sentence for people
    got: str = ""
    expected: str = ""
    at: str = ""  # application or data identifier, or name of a template's group; "" for the whole code

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "got": self.got, "expected": self.expected, "at": self.at}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit: UN/ECE Recommendation 20 for GS1 measures, as printed otherwise, "" for none given."""

    value: Decimal
    unit: str = ""

    def as_json(self) -> dict[str, str]:
        return {"value": format(self.value, "f"), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Element:
    """One piece of data as it stands on the label: `id` is an AI ("01"), a DI ("1P"), a TEI ("PNO") or a group."""

    id: str
    value: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What the elements mean; "" or None: the label does not say it. Sources of each: codes/CONFORMANCE.md."""

    sscc: str = ""  # 18 digits
    license_plate: str = ""  # J, 1J … 6J: a handling unit that is no SSCC
    package_id: str = ""
    gtin: str = ""  # 14 digits, of this trade item
    content_gtin: str = ""  # 14 digits, of the trade items inside a logistic unit
    item: str = ""  # our own item number, as the supplier printed it
    supplier_item: str = ""
    revision: str = ""
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    best_before: date | None = None
    produced: date | None = None
    date_code: str = ""  # a date in the maker's own notation, such as year and week
    quantity: Amount | None = None
    packages: str = ""
    net_weight: Amount | None = None
    gross_weight: Amount | None = None
    purchase_order: str = ""
    order_line: str = ""
    supplier_order: str = ""
    delivery_note: str = ""
    supplier: str = ""
    ship_to: str = ""
    origin: str = ""
    kanban: str = ""

    def having(self, name: str, value: str | date | Amount) -> Keys:
        """The same with one more key."""
        given: dict[str, Any] = {name: value}
        return replace(self, **given)

    def as_json(self) -> dict[str, Any]:
        """Only what the label says; dates as YYYY-MM-DD."""
        found: dict[str, Any] = {}
        for name in KEY_NAMES:
            value = getattr(self, name)
            if isinstance(value, Amount):
                found[name] = value.as_json()
            elif value:
                found[name] = value.isoformat() if isinstance(value, date) else value
        return found


KEY_NAMES = tuple(one.name for one in fields(Keys))


@dataclass(frozen=True, slots=True)
class Label:
    """Everything one code (or several of one label, `Syntax.ASSEMBLED`) says."""

    raw: bytes
    aim: str = ""  # symbology identifier such as "]d2", "" when unknown
    symbology: str = ""  # e.g. "gs1-128"; "" when neither device nor data say it
    syntax: Syntax = Syntax.TEXT
    text: str = ""  # decoded, without symbology identifier and line end
    elements: tuple[Element, ...] = ()
    keys: Keys = field(default_factory=Keys)
    template: str = ""  # id of the template that fitted
    warnings: tuple[Flaw, ...] = ()
    errors: tuple[Flaw, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether what it says may be used."""
        return not self.errors

    @property
    def is_goods(self) -> bool:
        """Whether it says anything beyond being a text."""
        return self.syntax is not Syntax.TEXT

    @property
    def is_guess(self) -> bool:
        """Whether only its first characters, or one check digit, say that it is a label: ask first what else it is."""
        is_bare_number = self.syntax is Syntax.GTIN and not self.aim
        return is_bare_number or any(flaw.code == "WITHOUT_ENVELOPE" for flaw in self.warnings)

    def value_of(self, identifier: str) -> str:
        """The first value under an identifier, "" when it is not there."""
        return next((one.value for one in self.elements if one.id == identifier), "")

    def as_json(self) -> dict[str, Any]:
        """JSON values only; `raw` as hex."""
        return {
            "syntax": self.syntax.value, "symbology": self.symbology, "aim": self.aim, "text": self.text,
            "raw": self.raw.hex(), "keys": self.keys.as_json(),
            "elements": [[one.id, one.value] for one in self.elements],
            "template": self.template, "warnings": [one.as_json() for one in self.warnings],
            "errors": [one.as_json() for one in self.errors],
        }  # fmt: skip
