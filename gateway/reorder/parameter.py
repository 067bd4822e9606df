"""Parameters of a trigger kind: each says what it is and within which limits, as data; reading collects mistakes.

A kind's parameters are a frozen dataclass whose fields are made by `given`. A rule file is read elsewhere; this is
handed one rule's members and gives back the parameters or what is wrong with which member.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeVar

from gateway.quantity import MICRO, format_quantity, parse_quantity
from gateway.reorder.season import read_seasons

QUANTITY_LIMIT = 10**9 * MICRO  # of one parameter; a larger one is a slip of the finger
DAY_MS = 86_400_000
SPAN_LIMIT_MS = 3660 * DAY_MS
RATIO_LIMIT = 1000 * MICRO

_SPAN = re.compile(r"([0-9]+(?:\.[0-9]{1,6})?) ?(min|h|d)", re.ASCII)
_SPAN_MS = {"min": 60_000, "h": 3_600_000, "d": DAY_MS}
_EXPECTED = {
    "quantity": "a whole number, or a decimal in quotes such as '2.5'",
    "ratio": "a whole number, or a decimal in quotes such as '1.2'",
    "span": "a time such as '30 min', '8 h' or '3 d'",
    "count": "a whole number",
    "word": "one of the words below",
    "flag": "true or false",
    "text": "a text of at most 200 characters",
    "seasons": "a list of at most 24 tables such as { from = '09-01', until = '11-30', factor = '1.5' }, "
    "days as month-day, factors from 0.1 to 10",
}


class Sort(StrEnum):
    """What a parameter is, and so how it is written and what stands inside."""

    QUANTITY = "quantity"  # micro-units
    RATIO = "ratio"  # millionths
    SPAN = "span"  # milliseconds
    COUNT = "count"
    WORD = "word"  # one of `choices`
    FLAG = "flag"
    TEXT = "text"
    SEASONS = "seasons"  # a tuple of Season (season.py)


@dataclass(frozen=True, slots=True)
class Spec:
    """What one parameter may be: limits are inside values and belong to what is allowed."""

    sort: Sort
    about: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One member of a rule that cannot be used."""

    member: str
    got: str
    expected: str


def given(
    sort: Sort, about: str, *, default: Any = MISSING, low: int = 0, high: int = 0, choices: tuple[str, ...] = ()
) -> Any:
    """A field of a parameter class; `default`, `low` and `high` are inside values (micro-units, ms, millionths)."""
    tops = {Sort.QUANTITY: QUANTITY_LIMIT, Sort.RATIO: RATIO_LIMIT, Sort.SPAN: SPAN_LIMIT_MS, Sort.COUNT: 10**6}
    spec = Spec(sort, about, low, high or tops.get(sort, 0), choices)
    return field(default=default, metadata={"spec": spec})


def spec_of(one: Field[Any]) -> Spec:
    """The limits of a field of a parameter class."""
    found = one.metadata["spec"]
    assert isinstance(found, Spec)
    return found


# What is taken as it stands, if it is that.
_PLAIN: dict[Sort, Callable[[Any, Spec], bool]] = {
    Sort.FLAG: lambda value, _: isinstance(value, bool),
    Sort.WORD: lambda value, spec: value in spec.choices,
    Sort.TEXT: lambda value, _: isinstance(value, str) and len(value) <= 200,
}

Model = TypeVar("Model")


def read(model: type[Model], members: Mapping[str, Any]) -> tuple[Model | None, tuple[Mistake, ...]]:
    """The parameters, or every mistake in one pass; a member nobody knows is a mistake too."""
    known: dict[str, Field[Any]] = {one.name: one for one in fields(model)}  # type: ignore[arg-type]
    mistakes = [Mistake(name, _short(value), f"one of {', '.join(known)}") for name, value in members.items()
                if name not in known]  # fmt: skip
    values: dict[str, Any] = {}
    for name, one in known.items():
        if name not in members:
            if one.default is MISSING:
                mistakes.append(Mistake(name, "nothing", f"{expected_of(spec_of(one))}: {spec_of(one).about}"))
            continue
        try:
            values[name] = _value(members[name], spec_of(one))
        except ValueError as error:
            mistakes.append(Mistake(name, _short(members[name]), str(error)))
    return (None if mistakes else model(**values)), tuple(mistakes)


def read_span(text: str) -> int:
    """Milliseconds of `30 min`, `8 h` or `3 d`; ValueError when it is none."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"time {text!r} is not understood, expected {_EXPECTED['span']}")
    return parse_quantity(found[1]) * _SPAN_MS[found[2]] // MICRO


def format_span(span_ms: int) -> str:
    """The inverse of `read_span` for whole units, else with at most two decimals in days, rounded down."""
    for unit, size in (("d", DAY_MS), ("h", 3_600_000), ("min", 60_000)):
        if span_ms % size == 0:
            return f"{span_ms // size} {unit}"
    unit, size = ("d", DAY_MS) if abs(span_ms) >= DAY_MS else ("min", 60_000)
    return f"{format_quantity(span_ms * 100 // size * 10_000)} {unit}"


def _value(value: Any, spec: Spec) -> Any:
    if spec.sort in _PLAIN:
        if not _PLAIN[spec.sort](value, spec):
            raise ValueError(expected_of(spec))
        return value
    if spec.sort is Sort.SEASONS:
        return read_seasons(value, expected_of(spec))
    inside = _inside(value, spec)
    if not spec.low <= inside <= spec.high:
        raise ValueError(expected_of(spec))
    return inside


def _inside(value: Any, spec: Spec) -> int:
    """The number inside; a float is refused because nobody can say what it was meant to be exactly."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    try:
        if spec.sort is Sort.COUNT and is_whole:
            return int(value)
        if spec.sort is Sort.SPAN and isinstance(value, str):
            return read_span(value)
        if spec.sort in (Sort.QUANTITY, Sort.RATIO) and (is_whole or isinstance(value, str)):
            return parse_quantity(str(value))
    except ValueError:
        pass
    raise ValueError(expected_of(spec))


def expected_of(spec: Spec) -> str:
    """What may be written for it, with its limits."""
    text = _EXPECTED[spec.sort]
    if spec.sort is Sort.WORD:
        return f"one of {', '.join(spec.choices)}"
    if spec.sort in (Sort.FLAG, Sort.TEXT, Sort.SEASONS):
        return text
    return f"{text}, from {outside(spec.low, spec)} to {outside(spec.high, spec)}"


def outside(value: Any, spec: Spec) -> str:
    """An inside value as it is written in a rule file."""
    if spec.sort in _PLAIN:
        return str(value).lower() if spec.sort is Sort.FLAG else str(value)
    if spec.sort is Sort.SEASONS:
        return "[]" if not value else str(value)
    if spec.sort is Sort.SPAN:
        return format_span(value)
    return str(value) if spec.sort is Sort.COUNT else format_quantity(value)


def _short(value: Any) -> str:
    return repr(value)[:80]
