"""Changing a refused posting before it is sent again: which members, and what they may become."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any

from gateway.kanban.answer import TEXT_LIMIT
from gateway.kanban.asked import AskedWronglyError
from gateway.kanban.movement import Move
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

FIELDS = ("item", "qty", "base", "uom", "from", "to", "lot", "status")
CHANGES_LIMIT = 50
Change = list[Any]  # [field, old, new] as it is kept in the journal


def amended(moves: list[Move], changes: Mapping[str, Any], view: View) -> tuple[list[Move], list[Change]]:
    """The movements with `changes` (`qty`, or `2.qty` for the second of several), and what was changed."""
    if not changes:
        raise AskedWronglyError("NOTHING_TO_EDIT", f"nothing to change: give KEY=VALUE with one of {', '.join(FIELDS)}")
    if not moves:
        raise AskedWronglyError("NO_MOVEMENT", "this posting moves no stock, so there is nothing to edit: redrive it")
    if len(changes) > CHANGES_LIMIT:
        raise AskedWronglyError("TOO_MANY_CHANGES", f"{len(changes)} changes, expected at most {CHANGES_LIMIT}")
    edited = [dict(move) for move in moves]
    kept: list[Change] = []
    for path, value in changes.items():
        place, name = _place(path, len(moves))
        new = _value(name, value, view)
        kept.append([path, edited[place].get(name), new])
        edited[place][name] = new
    for place, (old, move) in enumerate(zip(moves, edited, strict=True)):
        _check(place, old, move, changes)
    return edited, kept


def _place(path: str, count: int) -> tuple[int, str]:
    number, dot, name = path.rpartition(".")
    if name not in FIELDS:
        text = f"{path[:60]!r} cannot be changed, expected one of {', '.join(FIELDS)}"
        raise AskedWronglyError("UNKNOWN_FIELD", text)
    if not dot and count == 1:
        return 0, name
    if not (number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= count):
        text = f"{path[:60]!r} names none of the {count} movements, expected 1.{name} to {count}.{name}"
        raise AskedWronglyError("UNKNOWN_MOVEMENT", text)
    return int(number) - 1, name


def _value(name: str, value: Any, view: View) -> str | None:
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise AskedWronglyError("BAD_VALUE", f"{name} is {repr(value)[:60]}, expected up to {TEXT_LIMIT} characters")
    if name in ("qty", "base"):
        return _quantity(name, value)
    if name in ("from", "to"):
        if not value:
            return None
        _known("locations", name, value, view)
    elif name == "item":
        _known("items", name, value, view)
    elif not value and name != "lot":
        raise AskedWronglyError("BAD_VALUE", f"{name} is empty, expected a text")
    return value


def _quantity(name: str, value: str) -> str:
    try:
        quantity = parse_quantity(value)
    except (ValueError, InvalidOperation, ArithmeticError):
        quantity = 0
    if quantity <= 0:
        text = f"{name} is {value[:60]!r}, expected a decimal number above 0 such as 38 or 2.5"
        raise AskedWronglyError("BAD_QUANTITY", text)
    return format_quantity(quantity)


def _known(dataset: str, name: str, value: str, view: View) -> None:
    """A name that the ERP published; without master data of that kind nobody can say."""
    if value and view.master(dataset, value) is None and view.master_rows(dataset):
        raise AskedWronglyError("UNKNOWN_NAME", f"{name} {value[:60]!r} is none of the {dataset} that the ERP knows")
    if not value:
        raise AskedWronglyError("BAD_VALUE", f"{name} is empty, expected one of the {dataset} that the ERP knows")


def _check(place: int, old: Move, move: Move, changes: Mapping[str, Any]) -> None:
    """The quantity in base units follows where both were equal; otherwise it must be said (K18)."""
    if move["from"] is None and move["to"] is None:
        raise AskedWronglyError("NO_PLACE", f"movement {place + 1} would come from nowhere and go nowhere")
    if move["qty"] == old["qty"] and move["uom"] == old["uom"]:
        return
    if any(path.rpartition(".")[2] == "base" for path in changes):
        return
    if old["base"] != old["qty"] or move["uom"] != old["uom"]:
        text = f"movement {place + 1} has another base unit: give its quantity there too, as base=…"
        raise AskedWronglyError("BASE_NEEDED", text)
    move["base"] = move["qty"]
