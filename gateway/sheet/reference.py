"""Whether what a row names exists: the item of a loop, the loop of a card. One line for each member that names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.sheet.column import STOCK
from gateway.sheet.table import Fault, Placed, Row

AREAS = "areas"  # no dataset: what locations name as their `area`

# dataset, member of its rows or "list.member" of the objects in a list, and where what it names must stand
REFERENCES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("loops", "item", ("items",)),
    ("loops", "consumer", ("locations",)),
    ("loops", "source", ("locations", "partners")),
    ("loops", "calendar", ("calendars",)),
    ("cards", "loop", ("loops",)),
    ("lots", "item", ("items",)),
    ("purchase_orders", "supplier", ("partners",)),
    ("purchase_orders", "lines.item", ("items",)),
    ("ship_notices", "supplier", ("partners",)),
    ("ship_notices", "units.item", ("items",)),
    ("work_orders", "item", ("items",)),
    ("work_orders", "receipt", ("locations",)),
    ("work_orders", "components.item", ("items",)),
    ("work_orders", "components.location", ("locations",)),
    ("shipments", "customer", ("partners",)),
    ("shipments", "lines.item", ("items",)),
    ("order_points", "item", ("items",)),
    ("order_points", "location", ("locations", AREAS)),
    ("order_points", "calendar", ("calendars",)),
    ("order_points", "owner", ("partners",)),
    ("sources", "item", ("items",)),
    ("sources", "supplier", ("partners", "locations")),
    ("sources", "location", ("locations", AREAS)),
    ("sources", "calendar", ("calendars",)),
    ("boms", "id", ("items",)),
    ("boms", "lines.item", ("items",)),
    (STOCK, "item", ("items",)),
    (STOCK, "location", ("locations",)),
)


def dangling(rows: Mapping[str, Sequence[Placed]], known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    """What is named and exists neither in these files nor in the store. `known`: ids there by dataset, and AREAS."""
    ids = {name: known.get(name, frozenset()) | _ids(rows.get(name, ())) for name in {*known, *rows}}
    areas = frozenset(_text(placed.row, "area") for placed in rows.get("locations", ()))
    ids[AREAS] = known.get(AREAS, frozenset()) | areas
    for dataset, member, targets in REFERENCES:
        exists = frozenset[str]().union(*(ids.get(target, frozenset()) for target in targets))
        for placed in rows.get(dataset, ()):
            for owner, column, name in _named(placed, member):
                if name and name not in exists:
                    yield owner.fault(f"is {name!r}, which is no row of {' or '.join(targets)}", column)


def _ids(rows: Sequence[Placed]) -> frozenset[str]:
    return frozenset(str(placed.row.get("id")) for placed in rows)


def _named(placed: Placed, member: str) -> Iterator[tuple[Placed, str, str]]:
    outer, _, inner = member.partition(".")
    if not inner:
        yield placed, outer, _text(placed.row, outer)
        return
    for place, one in enumerate(placed.row.get(outer, ())):
        table, number = placed.inner[outer][place]
        yield Placed(one, table, number), inner, _text(one, inner)


def _text(row: Row, member: str) -> str:
    return str(row.get(member) or "")
