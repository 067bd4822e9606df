"""What tables would change and everything that is wrong with them, each with its file, table, row and column."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.master import DATASETS, PARSERS
from gateway.sheet.column import STOCK, sheets
from gateway.sheet.plan import Known, Plan, plan
from gateway.sheet.reference import AREAS, REFERENCES
from gateway.sheet.table import Table, read_tables
from sync.published import row_definitions

SHEETS = sheets(row_definitions(), DATASETS)
ITEM = {"id": "A", "uom": "PCE"}


def table(name: str, header: str, *rows: tuple[Any, ...], file: str = "plant.xlsx") -> Table:
    return Table(file, name, tuple(header.split()), tuple(enumerate(rows, 2)))


def planned(*tables: Table, known: dict[str, Known] | None = None, replace: bool = False) -> Plan:
    return plan(read_tables(tables, SHEETS), known or {}, replace=replace)


def faults(*tables: Table, **more: Any) -> list[str]:
    return [str(fault) for fault in planned(*tables, **more).faults]


PLACES = table("locations", "id kind", ("LINE1", "line"), ("STORE", "bin"))
ITEMS = table("items", "id uom name", ("A", "PCE", "Screw"), ("B", "KGM", None))
LOOPS = "id item quantity uom consumer source on_empty on_full"


def test_every_dataset_has_a_table_and_every_name_stands_in_the_contract() -> None:
    names = [sheet.name for sheet in SHEETS]
    assert [name for name in names if "." not in name] == [*PARSERS, STOCK]
    columns = {(sheet.dataset, sheet.member): sheet.names for sheet in SHEETS}
    for dataset, member, targets in REFERENCES:
        outer, _, inner = member.partition(".")
        assert (inner or outer) in columns[dataset, outer if inner else ""]
        assert set(targets) <= {*names, AREAS}
    assert all(len(name) <= 31 for name in names), "a workbook allows no longer names"


def test_rows_are_new_changed_or_as_they_were() -> None:
    known = {"items": Known(3, "local:x", (ITEM, {"id": "B", "uom": "PCE"}, {"id": "C", "uom": "PCE"}))}
    made = planned(table("items", "id uom", ("A", "PCE"), ("B", "KGM"), ("D", "PCE")), known=known)
    assert made.faults == []
    (one,) = made.sets
    assert (one.base, one.added, one.changed, one.removed) == (3, 1, 1, ())
    assert [row["id"] for row in one.rows] == ["A", "B", "C", "D"]


def test_replacing_removes_what_stands_in_no_file() -> None:
    known = {"items": Known(1, "local:x", (ITEM, {"id": "C", "uom": "PCE"}))}
    (one,) = planned(table("items", "id uom", ("A", "PCE")), known=known, replace=True).sets
    assert (one.removed, [row["id"] for row in one.rows]) == (("C",), ["A"])


def test_a_column_that_is_not_there_keeps_what_is_known_and_an_empty_cell_clears_it() -> None:
    item = {"id": "A", "uom": "PCE", "name": "Screw", "inspected": True, "units": [{"uom": "BOX", "factor": "100"}]}
    known = {"items": Known(1, "local:x", (item,))}
    (one,) = planned(table("items", "id uom name", ("A", "PCE", None)), known=known).sets
    assert one.rows == ({"id": "A", "uom": "PCE", "inspected": True, "units": [{"uom": "BOX", "factor": "100"}]},)


def test_lists_inside_rows_have_tables_of_their_own() -> None:
    made = planned(ITEMS, table("items.units", "of uom factor", ("A", "BOX", 100), ("A", "PAL", "4800")))
    assert made.faults == []
    assert made.sets[0].rows[0]["units"] == [{"uom": "BOX", "factor": "100"}, {"uom": "PAL", "factor": "4800"}]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([table("itmes", "id")], "plant.xlsx [itmes]: no such table, did you mean 'items'?"),
        ([table("items", "id uom nmae")], "plant.xlsx [items] row 1, nmae: no such column, did you mean 'name'?"),
        ([table("items", "id id uom")], "plant.xlsx [items] row 1, id: the column stands there twice"),
        ([table("items", "id")], "plant.xlsx [items] row 1, uom: this column is missing"),
        ([table("items", "id uom", ("A", None))], "plant.xlsx [items] row 2, uom: is empty, every row needs it"),
        ([table("items", "id uom", ("A", "PCE", "stray"))], "row 2: 'stray' stands below no title"),
        ([table("items", "id uom lots", ("A", "PCE", "perhaps"))], "row 2, lots: is 'perhaps', expected yes or no"),
        ([table("items", "id uom", ("A", "PCE"), ("A", "KGM"))], "row 3: the id is used twice"),
        ([table("items", "id uom over_pct", ("A", "PCE", 101))], "row 2, over_pct: is 101, expected a whole number"),
        ([ITEMS, table("items.units", "of uom factor", ("A", "BOX", "0"))],
         "plant.xlsx [items.units] row 2, factor: is '0', expected a decimal string above 0"),
        ([ITEMS, table("items.units", "of uom factor", ("X", "BOX", "5"))],
         "[items.units] row 2, of: is 'X', but no row of items"),
        ([ITEMS, PLACES, table("loops", LOOPS, ("L1", "C", 40, "PCE", "LINE1", "STORE", "issue", "receipt"))],
         "[loops] row 2, item: is 'C', which is no row of items"),
        ([ITEMS, PLACES, table("loops", LOOPS, ("L1", "A", 40, "PCE", "LINE1", "MOON", "issue", "receipt"))],
         "[loops] row 2, source: is 'MOON', which is no row of locations or partners"),
        ([ITEMS, PLACES, table("loops", LOOPS, ("L1", "A", 0, "PCE", "LINE1", "STORE", "issue", "receipt"))],
         "[loops] row 2"),
        ([ITEMS, table("locations", "id area", ("BIN1", "STORE")), table("partners", "id", ("ACME",)),
          table("sources", "id item supplier location", ("S1", "A", "ACME", "STORE"), ("S2", "A", "ACME", "LINE9"))],
         "[sources] row 3, location: is 'LINE9', which is no row of locations or areas"),
        ([ITEMS, table("boms", "id quantity", ("B", 1)), table("boms.lines", "of item quantity", ("B", "X", 2))],
         "[boms.lines] row 2, item: is 'X', which is no row of items"),
        ([table("cards", "id loop", ("K1", "L9"))], "[cards] row 2, loop: is 'L9', which is no row of loops"),
        ([ITEMS, PLACES, table("stock", "item location qty", ("A", "LINE1", -1))], "[stock] row 2, qty: is -1"),
        ([ITEMS, PLACES, table("stock", "item location qty", ("A", "LINE1", 1), ("A", "LINE1", 2))],
         "[stock] row 3: the same item, location, status and lot stand in row 2"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tables: list[Table], said: str) -> None:
    assert any(said in fault for fault in faults(*tables)), faults(*tables)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(faults(table("items", "id uom over_pct", ("A", None, 1), ("B", "PCE", "x"), (None, "PCE", 3)))) >= 3


def test_what_stands_in_the_store_may_be_named_unless_it_is_replaced() -> None:
    known = {"items": Known(1, "local:x", (ITEM,)), "locations": Known(1, "local:x", ({"id": "LINE1"},))}
    stock = table("stock", "item location qty", ("A", "LINE1", 5))
    assert faults(stock, known=known) == []
    other = table("items", "id uom", ("B", "PCE"))
    assert "[stock] row 2, item: is 'A'" in faults(other, stock, known=known, replace=True)[0]


def test_what_the_erp_publishes_is_not_changed_from_a_file() -> None:
    known = {"items": Known(12, "etag-of-the-erp", (ITEM,))}
    assert faults(ITEMS, known=known) == [
        "plant.xlsx [items]: items come from the ERP (version 12): change them there"
    ]
