"""Suppliers' own labels: regular expressions with named groups, from the configuration.

They are matched by RE2, whose time grows with the length of the code and of the pattern and with nothing else: it
has no look-around and no back-references, and there is no pattern that makes it hang. The only door to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.codes.checkdigit import is_digits
from gateway.codes.di_table import AMOUNT
from gateway.parsed import KEY_NAMES, Amount, Element, Flaw, Keys

PATTERN_LIMIT = 400  # characters
MEMORY_LIMIT_BYTES = 1 << 20
AMOUNT_GROUPS = ("quantity", "net_weight", "gross_weight")
DATE_GROUPS = ("expiry", "best_before", "produced")
FREE_GROUPS = ("unit",)  # belongs to the quantity
GROUPS = (*KEY_NAMES, *FREE_GROUPS)
DATE_LETTERS = {"Y", "M", "D"}


@dataclass(frozen=True, slots=True)
class Template:
    """One layout. The whole code must fit `pattern`; its groups are names of `Keys`, or `unit`.

    `values` are what every such label says without printing it, `dates` how its dates are written: YYYYMMDD,
    DD.MM.YY and the like.
    """

    id: str
    pattern: str
    symbologies: tuple[str, ...] = ()  # names as in `Symbology.name`; none: any
    values: Mapping[str, str] = field(default_factory=dict)
    dates: str = "YYYYMMDD"
    compiled: Any = None  # by `compile_pattern`

    @classmethod
    def build(
        cls, name: str, pattern: str, *, symbologies: tuple[str, ...] = (), values: Mapping[str, str] | None = None,
        dates: str = "YYYYMMDD",
    ) -> Template:  # fmt: skip
        """ValueError says what is wrong with the pattern, a value or the form of dates."""
        for key in values or {}:
            if key not in KEY_NAMES or key in AMOUNT_GROUPS or key in DATE_GROUPS:
                raise ValueError(f"a fixed value {key!r}, expected a text key such as supplier or item")
        if not _is_date_form(dates):
            raise ValueError(f"dates {dates!r}, expected Y, M and D with what stands between, such as DD.MM.YYYY")
        return cls(name, pattern, symbologies, dict(values or {}), dates, compile_pattern(pattern))


def compile_pattern(pattern: str) -> Any:
    """The pattern for RE2; ValueError says what is wrong with it."""
    import re2

    if not 0 < len(pattern) <= PATTERN_LIMIT:
        raise ValueError(f"{len(pattern)} characters, expected 1 to {PATTERN_LIMIT}")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY_LIMIT_BYTES
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(f"not a regular expression of RE2: {_text_of(reason)}") from None
    groups = list(compiled.groupindex)
    unknown = [name for name in groups if name not in GROUPS]
    if unknown:
        raise ValueError(f"a group named {unknown[0]!r}, expected one of {', '.join(sorted(GROUPS))}")
    if not groups:
        raise ValueError("no named group, expected at least one such as (?P<supplier_item>[^;]+)")
    if compiled.fullmatch("") is not None:
        raise ValueError("fits an empty code, expected a pattern that needs at least one character")
    return compiled


def apply_template(
    template: Template, text: str, symbology: str
) -> tuple[tuple[Element, ...], Keys, tuple[Flaw, ...]] | None:
    """(elements, keys, errors) when the text fits as a whole; None when it does not."""
    if template.symbologies and symbology and symbology not in template.symbologies:
        return None
    match = template.compiled.fullmatch(text)
    if match is None:
        return None
    found = {name: str(value).strip() for name, value in match.groupdict().items() if value and str(value).strip()}
    keys = Keys()
    for name, value in template.values.items():
        keys = keys.having(name, value)
    errors: list[Flaw] = []
    for name, value in found.items():
        if name in FREE_GROUPS:
            continue
        read = _read(name, value, template.dates, found.get("unit", ""))
        if isinstance(read, Flaw):
            errors.append(read)
        else:
            keys = keys.having(name, read)
    return tuple(Element(name, value) for name, value in found.items()), keys, tuple(errors)


def _read(name: str, value: str, dates: str, unit: str) -> str | date | Amount | Flaw:
    if name in AMOUNT_GROUPS:
        amount = AMOUNT.fullmatch(value)
        if amount is None:
            return Flaw("QUANTITY", f"{name} is {value[:40]!r}, expected a number.", value[:80], "a number", name)
        return Amount(Decimal(amount[1]), amount[2] or unit)
    if name in DATE_GROUPS:
        found = _read_date(value, dates)
        expected = f"a date {dates}"
        return found or Flaw("DATE", f"{name} is {value[:40]!r}, expected {expected}.", value[:80], expected, name)
    return value


def _read_date(value: str, form: str) -> date | None:
    if len(value) != len(form):
        return None
    parts = dict.fromkeys(DATE_LETTERS, "")
    for character, letter in zip(value, form, strict=True):
        if letter in parts:
            parts[letter] += character
        elif letter != character:
            return None
    if not all(map(is_digits, parts.values())):
        return None
    year = int(parts["Y"])
    try:
        return date(year if len(parts["Y"]) == 4 else 2000 + year, int(parts["M"]), int(parts["D"]))
    except ValueError:
        return None


def _is_date_form(form: str) -> bool:
    return form.count("Y") in (2, 4) and form.count("M") == 2 and form.count("D") == 2 and len(form) <= 20


def _text_of(reason: object) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
