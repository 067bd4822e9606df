"""Work orders: bills of material through all levels, claims in due order, transfer before purchase."""

from __future__ import annotations

from gateway.reorder.bom import Bom, BomLine, Component, WorkOrder
from gateway.reorder.explosion import DEPTH
from gateway.reorder.finding import Way
from gateway.reorder.situation import Elsewhere, Given, OpenSignal, Receipt, Source
from tests.reorder.situations import DAY_MS, NOW_MS, found, held, units


def bill(item: str, *lines: BomLine, phantom: bool = False) -> Bom:
    return Bom(item, units(1), lines, phantom)


def line(item: str, quantity: str | int = 1, scrap: int = 0) -> BomLine:
    return BomLine(item, units(quantity), scrap)


def making(stock: int, *boms: Bom, orders: tuple[WorkOrder, ...] = (), **more: object) -> Given:
    made = orders or (WorkOrder("WO1", "TOP", units(10), NOW_MS + DAY_MS),)
    return held(stock, boms={one.item: one for one in boms}, orders=made, **more)


def gap(situation: Given, **members: object) -> int:
    return found("work_order_shortage", situation, **members).quantity


def test_an_item_is_found_on_every_level() -> None:
    boms = (bill("TOP", line("MID", 2), line("ITEM", 1)), bill("MID", line("ITEM", 3)))
    assert gap(making(0, *boms)) == units(10 * (2 * 3 + 1))


def test_sub_assemblies_in_stock_need_not_be_made() -> None:
    boms = (bill("TOP", line("MID", 2)), bill("MID", line("ITEM", 3)))
    assert gap(making(0, *boms, stocks={"MID": units(15)})) == units(15)


def test_a_sub_assembly_in_stock_is_used_once_by_the_order_that_is_due_first() -> None:
    boms = (bill("TOP", line("MID", 1)), bill("MID", line("ITEM", 1)))
    orders = (WorkOrder("LATE", "TOP", units(10), NOW_MS + 2 * DAY_MS), WorkOrder("SOON", "TOP", units(10), NOW_MS))
    finding = found("work_order_shortage", making(0, *boms, orders=orders, stocks={"MID": units(10)}))
    assert finding.quantity == units(10)
    assert finding.number("short LATE") == units(10)


def test_a_phantom_is_never_taken_from_stock() -> None:
    boms = (bill("TOP", line("MID", 1)), bill("MID", line("ITEM", 1), phantom=True))
    assert gap(making(0, *boms, stocks={"MID": units(100)})) == units(10)


def test_scrap_is_needed_on_top_and_rounded_up() -> None:
    assert gap(making(0, bill("TOP", line("ITEM", 1, scrap=50_000)))) == units(11)  # 10.5, whole units
    assert gap(making(0, bill("TOP", line("ITEM", 1, scrap=50_000))), rounding="0.001") == units("10.5")


def test_a_bill_that_contains_itself_is_named_and_nothing_is_decided() -> None:
    boms = (bill("TOP", line("MID", 1)), bill("MID", line("TOP", 1), line("ITEM", 1)))
    finding = found("work_order_shortage", making(0, *boms))
    assert not finding.fires
    assert finding.fault is not None
    assert (finding.fault.code, finding.fault.got) == ("BOM_CYCLE", "TOP > MID > TOP")


def test_a_bill_that_is_too_deep_or_too_wide_ends() -> None:
    deep = [bill(f"L{level}", line(f"L{level + 1}")) for level in range(DEPTH + 2)]
    wide = [bill(f"W{level}", *(line(f"W{level + 1}") for _ in range(10))) for level in range(8)]
    for boms, top in ((deep, "L0"), (wide, "W0")):
        situation = making(0, *boms, orders=(WorkOrder("WO", top, units(1), NOW_MS),))
        finding = found("work_order_shortage", situation)
        assert finding.fault is not None
        assert finding.fault.code == "BOM_TOO_LARGE"


def test_a_quantity_below_nothing_in_a_bill_is_told() -> None:
    for broken in (Bom("TOP", 0, (line("ITEM"),)), bill("TOP", line("ITEM", -1))):
        finding = found("work_order_shortage", making(0, broken))
        assert finding.fault is not None
        assert finding.fault.code == "BOM_QUANTITY"


def test_what_an_order_still_needs_is_its_components_not_its_bill() -> None:
    order = WorkOrder("WO1", "TOP", units(10), NOW_MS, (Component("ITEM", units(4)),))
    assert gap(making(1, bill("TOP", line("ITEM", 99)), orders=(order,))) == units(3)


def test_an_order_without_a_date_comes_last() -> None:
    orders = (
        WorkOrder("A", "TOP", units(10), None), WorkOrder("B", "TOP", units(10), NOW_MS + DAY_MS),
    )  # fmt: skip
    finding = found("work_order_shortage", making(10, bill("TOP", line("ITEM")), orders=orders))
    assert finding.number("short A") == units(10)
    assert finding.need_ms is None


def test_what_is_coming_or_asked_for_covers_the_gap() -> None:
    boms = bill("TOP", line("ITEM"))
    covered = making(2, boms, coming=(Receipt(units(3), None),), signals=(OpenSignal(units(5)),))
    assert not found("work_order_shortage", covered).fires


def test_other_locations_give_first_and_only_the_rest_is_bought() -> None:
    others = (Elsewhere("WH2", units(2), DAY_MS), Elsewhere("WH3", units(5)), Elsewhere("WH4", -units(5)))
    source = Source("ACME", Way.PURCHASE, is_preferred=True, rounding=units(4))
    finding = found("work_order_shortage", making(0, bill("TOP", line("ITEM")), others=others, offered=(source,)))
    assert [(one.way, one.source, one.quantity) for one in finding.shares] == [
        (Way.TRANSFER, "WH3", units(5)), (Way.TRANSFER, "WH2", units(2)), (Way.PURCHASE, "ACME", units(4)),
    ]  # fmt: skip
    assert finding.quantity == units(11)
    bought = found("work_order_shortage", making(0, bill("TOP", line("ITEM")), others=others), transfer=False)
    assert [one.way for one in bought.shares] == [Way.PURCHASE]


def test_when_everything_can_be_transferred_nothing_is_bought() -> None:
    finding = found("work_order_shortage", making(0, bill("TOP", line("ITEM")), others=(Elsewhere("WH2", units(50)),)))
    assert [(one.source, one.quantity) for one in finding.shares] == [("WH2", units(10))]


def test_a_sales_order_needs_what_nobody_else_has_claimed_and_is_bought_for_once() -> None:
    boms = (bill("TOP", line("MID", 2)), bill("MID", line("ITEM", 1)))
    order = WorkOrder("SO1", "TOP", units(10), NOW_MS + DAY_MS, is_for_customer=True)
    claimed = making(500, *boms, orders=(order,), allocation=units(500))
    finding = found("make_to_order", claimed)
    assert (finding.quantity, finding.need_ms) == (units(20), NOW_MS + DAY_MS)
    assert not found("work_order_shortage", claimed).fires
    asked = making(0, *boms, orders=(order,), signals=(OpenSignal(units(20)),))
    assert not found("make_to_order", asked).fires
    assert not found("make_to_order", making(20, *boms, orders=(order,))).fires


def test_what_others_lack_is_not_bought_for_a_sales_order() -> None:
    order = WorkOrder("SO1", "TOP", units(10), NOW_MS, is_for_customer=True)
    owing = making(0, bill("TOP", line("ITEM")), orders=(order,), allocation=units(500))
    assert found("make_to_order", owing).quantity == units(10)
