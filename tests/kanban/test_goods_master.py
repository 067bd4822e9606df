"""Master data of goods: what is read, what is refused, and that the published schema says the same."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.master import PARSERS, Item, MasterDataError, PurchaseOrder, ShipNotice
from tests.kanban.floor import Floor
from tests.sync.published import faults

PALLET, CASE_1, CASE_2 = "340123450000000018", "340123450000000025", "340123450000000032"

ROWS: dict[str, dict[str, Any]] = {
    "units": {"id": "PCE", "aliases": ["PC", "ST", "Pcs"]},
    "items": {
        "id": "SCREW-A", "name": "Screw", "uom": "PCE", "gtins": ["4000001000005"], "aliases": ["OLD-7"],
        "units": [{"uom": "CS", "factor": "24", "gtins": ["14000001000002"]}], "inspected": True, "lots": True,
        "shelf_life_days": 30, "over_pct": 5, "under_pct": 2, "count_pct": 1, "carrier": False,
    },
    "locations": {"id": "A-01-03", "name": "Bin", "code": "BIN 0103", "kind": "bin", "gln": "0614141073467",
                  "gln_extension": "B-3"},
    "partners": {"id": "V-100", "name": "Bolts Ltd", "codes": ["4000001000005"]},
    "loops": {
        "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "consumer": "LINE1", "source": "STORE",
        "on_empty": "issue", "on_full": "receipt",
    },
    "cards": {"id": "C1", "loop": "LP-1"},
    "lots": {"id": "1", "item": "SCREW-A", "lot": "L7", "status": "blocked", "expiry": "2027-01-31"},
    "purchase_orders": {
        "id": "4500001", "supplier": "V-100",
        "lines": [{"line": "10", "item": "SCREW-A", "quantity": "60", "uom": "PCE", "due": "2026-11-30"}],
    },
    "ship_notices": {
        "id": "ASN-1", "supplier": "V-100",
        "units": [
            {"sscc": PALLET},
            {"sscc": CASE_1, "parent": PALLET, "item": "SCREW-A", "quantity": "20", "uom": "PCE", "lot": "L7"},
            {"sscc": CASE_2, "parent": PALLET},
            {"parent": CASE_2, "item": "NUT-B", "quantity": "2", "uom": "CS", "purchase_order": "4500001"},
        ],
    },
    "work_orders": {
        "id": "1000123", "item": "BIKE", "quantity": "10", "uom": "PCE", "receipt": "FG",
        "components": [{"line": "1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "backflush": True}],
    },
    "shipments": {
        "id": "80001", "customer": "C-1", "lines": [{"line": "1", "item": "BIKE", "quantity": "2", "uom": "PCE"}],
    },
    "people": {
        "id": "ann", "name": "Ann", "badge": "4471", "roles": ["operator", "quality"], "valid_until": "2027-01-31",
        "shift": "22:00-06:00", "blocked": False,
    },
    "calendars": {
        "id": "CN", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": ["2026-10-01"], "workdays": ["2026-10-10"],
        "shifts": [{"from": "08:00", "to": "16:00"}, {"from": "22:00", "to": "06:00"}],
        "slots": [{"at": "09:30"}, {"at": "14:00", "day": "fri"}],
    },
    "order_points": {
        "id": "OP-1", "item": "SCREW-A", "location": "STORE", "safety_stock": "180", "maximum": "500.5", "class": "A",
        "deciding_gateway": "L3-07", "takeover_s": 3600, "calendar": "CN", "owner": "", "blocked": False,
    },
    "sources": {
        "id": "1", "item": "SCREW-A", "supplier": "V-100", "location": "STORE", "preferred": True, "lead_time_h": 72,
        "minimum_order": "200", "pack": "50", "calendar": "CN",
    },
    "boms": {
        "id": "BIKE", "quantity": "1", "phantom": False,
        "lines": [{"item": "SCREW-A", "quantity": "4", "uom": "PCE", "scrap_pct": 5}],
    },
}  # fmt: skip


def test_every_dataset_has_a_row_here() -> None:
    assert ROWS.keys() == PARSERS.keys()


@pytest.mark.parametrize("dataset", PARSERS)
def test_a_good_row_is_read_and_keeps_the_published_schema(dataset: str) -> None:
    assert PARSERS[dataset](ROWS[dataset]).id == ROWS[dataset]["id"]
    document = {"v": 1, "dataset": dataset, "version": 1, "etag": "a", "rows": [ROWS[dataset]]}
    assert faults("masterdata", document) == []


BAD = [
    ("items", {"gtins": ["12345"]}, "GTINs of 8"),
    ("items", {"units": [{"uom": "CS", "factor": "0"}]}, "units[0]: factor is '0', expected a decimal string above 0"),
    ("items", {"units": [{"uom": "CS"}]}, "units[0]: factor"),
    ("items", {"units": "CS"}, "a list of up to 20 objects"),
    ("items", {"units": ["CS"]}, "units[0] is no JSON object"),
    ("items", {"over_pct": 101}, "0 to 100"),
    ("items", {"inspected": "yes"}, "true or false"),
    ("items", {"aliases": ["x"] * 51}, "up to 50"),
    ("items", {"aliases": [""]}, "1 to 200"),
    ("locations", {"kind": "shelf"}, "one of"),
    ("locations", {"gln": "061414107346"}, "13 digits"),
    ("locations", {"gln_extension": "B" * 21}, "up to 20"),
    ("calendars", {"days": ["montag"]}, "weekdays: mon"),
    ("calendars", {"shifts": [{"from": "25:00", "to": "06:00"}]}, "shifts[0]: from is '25:00', expected a time of day"),
    ("calendars", {"holidays": ["1.10."]}, "a day such as"),
    ("calendars", {"slots": [{"at": "09:30", "day": "someday"}]}, "a weekday"),
    ("order_points", {"safety_stock": "-1"}, "0 or more"),
    ("order_points", {"safety_stock": 180}, "a decimal string"),
    ("sources", {"lead_time_h": -1}, "0 or more"),
    ("boms", {"quantity": "0"}, "above 0"),
    ("lots", {"status": "gone"}, "one of released"),
    ("lots", {"expiry": "31.01.2027"}, "a day such as"),
    ("purchase_orders", {"lines": [{"line": "10", "item": "A", "quantity": 60, "uom": "PCE"}]}, "lines[0]: quantity"),
    ("purchase_orders", {"lines": [{}] * 1000}, "up to 999"),
    ("purchase_orders", {"supplier": ""}, "supplier"),
    ("ship_notices", {"units": [{"sscc": "123"}]}, "an SSCC of 18 digits"),
    ("work_orders", {"components": [{"line": "1"}]}, "components[0]: item"),
    ("shipments", {"lines": [{"line": "1", "item": "A", "quantity": "-1", "uom": "PCE"}]}, "lines[0]: quantity"),
]


@pytest.mark.parametrize(("dataset", "members", "said"), BAD, ids=lambda value: str(value)[:40])
def test_a_bad_row_is_refused_with_its_place_by_code_and_schema(dataset: str, members: Any, said: str) -> None:
    row = {**ROWS[dataset], **members}
    with pytest.raises(MasterDataError, match=f"row '{row['id']}': ") as error:
        PARSERS[dataset](row)
    assert said in str(error.value)
    assert faults("masterdata", {"v": 1, "dataset": dataset, "version": 1, "rows": [row]}) != []


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([{"sscc": PALLET}, {"sscc": PALLET}], "stands there twice"),
        ([{"sscc": CASE_1, "parent": PALLET}], "is no unit of this notice"),
        ([{"sscc": PALLET, "parent": CASE_1}, {"sscc": CASE_1, "parent": PALLET}], "or in itself"),
        ([{"sscc": PALLET, "parent": PALLET}], "or in itself"),
        ([{"item": "A", "quantity": "1", "uom": "PCE"}], "neither an sscc nor"),
    ],
)
def test_a_hierarchy_that_is_none_is_refused(units: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(MasterDataError, match=said):
        ShipNotice.parse({"id": "ASN-1", "supplier": "V", "units": units})


def test_an_order_with_the_same_line_twice_and_an_item_with_the_same_unit_twice_are_refused() -> None:
    line = ROWS["purchase_orders"]["lines"][0]
    with pytest.raises(MasterDataError, match="line '10' stands there twice"):
        PurchaseOrder.parse({**ROWS["purchase_orders"], "lines": [line, line]})
    with pytest.raises(MasterDataError, match="unit 'PCE' stands there twice"):
        Item.parse({"id": "A", "uom": "PCE", "units": [{"uom": "PCE", "factor": "2"}]})


def test_the_contents_of_a_pallet_are_those_of_its_cases() -> None:
    notice = ShipNotice.parse(ROWS["ship_notices"])
    inside = [(one.item, one.quantity) for one in notice.contents(PALLET)]
    assert inside == [("SCREW-A", 20_000_000), ("NUT-B", 2_000_000)]
    assert [one.item for one in notice.contents(CASE_2)] == ["NUT-B"]
    assert notice.contents("1" * 18) == ()


def test_rows_are_found_by_every_other_name_they_have_and_by_nothing_else() -> None:
    floor = Floor(cards=0)
    for dataset, row in ROWS.items():
        assert floor.load(dataset, [row]).verdict.code == "MD_CHANGED"
    find = floor.view.find
    assert find("items", "OLD-7") == find("items", "04000001000005") == find("items", "14000001000002") == ("SCREW-A",)
    assert find("items", "SCREW") == ()
    assert find("units", "ST") == ("PCE",)
    assert find("purchase_orders", "SCREW-A") == ("4500001",)
    assert find("ship_notices", CASE_2) == ("ASN-1",)
    assert find("lots", "SCREW-A\nL7") == ("1",)
