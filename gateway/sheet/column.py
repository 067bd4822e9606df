"""Which tables there are and which columns they have, read from the published contract, so the two cannot differ.

A dataset is one table. A list of objects inside its rows (order lines, packaging units) is a table of its own,
named `dataset.member`, whose first column says which row it belongs to. Opening stock is the last table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OWNER = "of"  # first column of a table that belongs to rows of another one
STOCK = "stock"
_BY_REFERENCE = {"quantity": "quantity", "amount": "quantity", "day": "day", "words": "words", "gtins": "words"}
_BY_TYPE = {"boolean": "flag", "integer": "whole", "string": "text"}

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind`: text, quantity, whole, flag, day, words, choice, or json for what is deeper."""

    name: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: of a dataset, or of the objects in one `member` of its rows."""

    dataset: str
    member: str
    columns: tuple[Column, ...]
    about: str

    @property
    def name(self) -> str:
        return f"{self.dataset}.{self.member}" if self.member else self.dataset

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


_STOCK_SHEET = Sheet(
    STOCK, "",
    (
        Column("item", "text", True), Column("location", "text", True),
        Column("status", "choice", choices=("available", "qc", "blocked")), Column("lot", "text"),
        Column("qty", "quantity", True), Column("since", "day"),
    ),
    "Opening stock: what lies where on the day the gateway begins, in the item's base unit; `since`: the day it came.",
)  # fmt: skip


def sheets(definitions: Schema, datasets: Sequence[str]) -> tuple[Sheet, ...]:
    """All tables in the order in which they refer to each other. `definitions`: `$defs` of rows.json."""
    found = [sheet for dataset in datasets for sheet in _of_dataset(dataset, definitions)]
    return (*found, _STOCK_SHEET)


def _of_dataset(dataset: str, definitions: Schema) -> Iterator[Sheet]:
    schema = definitions[dataset]
    nested = {name: _inner(member, definitions) for name, member in schema["properties"].items()}
    plain = tuple(_columns(schema, definitions, leave_out=[name for name, inner in nested.items() if inner]))
    yield Sheet(dataset, "", plain, schema.get("description", ""))
    for name, inner in nested.items():
        if inner:
            owner = Column(OWNER, "text", True)
            yield Sheet(dataset, name, (owner, *_columns(inner, definitions)), inner.get("description", ""))


def _inner(member: Schema, definitions: Schema) -> Schema | None:
    """The schema of the objects in a list; None for anything else."""
    items = member.get("items", {})
    schema = definitions.get(_name_of(items), items)
    return schema if schema.get("type") == "object" else None


def _columns(schema: Schema, definitions: Schema, leave_out: Sequence[str] = ()) -> Iterator[Column]:
    for name, member in schema["properties"].items():
        if name not in leave_out:
            yield _column(name, member, definitions, is_required=name in schema.get("required", ()))


def _column(name: str, member: Schema, definitions: Schema, *, is_required: bool) -> Column:
    reference = _name_of(member)
    if reference in _BY_REFERENCE:
        return Column(name, _BY_REFERENCE[reference], is_required)
    schema = definitions.get(reference, member)
    if "enum" in schema:
        return Column(name, "choice", is_required, tuple(str(one) for one in schema["enum"] if one != ""))
    if schema.get("type") == "array" and _inner(schema, definitions) is None:
        return Column(name, "words", is_required)
    return Column(name, _BY_TYPE.get(schema.get("type", ""), "json"), is_required)


def _name_of(member: Schema) -> str:
    return str(member.get("$ref", "")).rpartition("/")[2]
