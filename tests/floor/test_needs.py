"""The audit of reorder rules: a need that is lost, doubled or that crossed from shadow is found."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from firmware_sim.booked import read_ledger
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.masterdata import publications
from firmware_sim.needs import Need, RuleOrder, differences, numbers_of, shortages
from firmware_sim.plant import SUPERMARKET, make_plant
from tests.floor.by_hand import BIRTH, EPOCH, GW, Stream
from tests.floor.test_rule_orders import KEY, triggered

FIRST, SECOND, TRIED = (f"rule/P1/SCREW-M6/SUPER/screws/{n}" for n in (1, 2, 3))
ASKED = {"A": [Need(FIRST, False), Need(TRIED, True)], "B": [Need(FIRST, False), Need(SECOND, False)]}
ORDERS = [RuleOrder(key, "SCREW-M6", Decimal(160), state) for key, state in ((FIRST, "closed"), (SECOND, "open"))]


def test_a_need_that_two_gateways_worked_out_is_one_need_and_one_order() -> None:
    assert differences(ASKED, ORDERS) == []
    assert list(numbers_of(ASKED, ORDERS).values()) == [2, 1, 2, 1, 1]


@pytest.mark.parametrize(
    ("asked", "orders", "words"),
    [
        (ASKED, ORDERS[:1], f"the need {SECOND} of B has 0 orders, expected 1"),
        (ASKED, [*ORDERS, ORDERS[0]], f"the need {FIRST} of B has 2 orders, expected 1"),
        ({"B": ASKED["B"][:1]}, ORDERS, f"an order for the need {SECOND}, which no gateway asked for"),
        (ASKED | {"B": [*ASKED["B"], Need(FIRST, False)]}, ORDERS, f"B asked for the need {FIRST} 2 times"),
        (ASKED | {"A": [Need(SECOND, True)]}, ORDERS, f"the need {SECOND} of A is in shadow, and there is an order"),
    ],
)
def test_a_planted_difference_is_found(asked: dict[str, list[Need]], orders: list[RuleOrder], words: str) -> None:
    assert any(words in found for found in differences(asked, orders)), differences(asked, orders)


def test_stock_at_the_order_point_with_nothing_on_order_is_a_need_that_is_lost() -> None:
    plant = make_plant(1)
    stock = plant.opening_stock() | {("SCREW-M6", SUPERMARKET): Decimal(1560)}
    assert shortages(plant, plant.opening_stock(), []) == []
    assert shortages(plant, stock, ORDERS) == []
    [found] = shortages(plant, stock, ORDERS[:1])
    assert found == "1560 SCREW-M6 are left and none is on order, expected more than 1560"


def test_an_order_is_delivered_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    ledger.apply([Stream().batch(triggered())])
    told = [ledger.deliver("PO-0000001"), ledger.deliver("PO-0000001")]
    assert told == [{"item": "SCREW", "place": "A/1", "quantity": "200"}] * 2
    assert b'"received_elsewhere":"200"' in dict(publications(ledger.db, GW))["purchase_orders"]
    with pytest.raises(KeyError, match="no order of a rule"):
        ledger.deliver("PO-7")
    booked = read_ledger(tmp_path / "ledger.db")
    ledger.close()
    assert booked.stock == {("SCREW", "A/1"): Decimal(200)}
    assert booked.rule_orders == [RuleOrder(KEY, "SCREW", Decimal(200), "closed")]
    assert (booked.orders, booked.pallets) == ([], {})
