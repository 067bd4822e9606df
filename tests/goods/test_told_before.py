"""A movement that another gateway told of first, or that the ERP did not book (K3, K6)."""

from __future__ import annotations

import pytest

from gateway.goods.unit import GONE, unit_at
from gateway.model import Status
from tests.goods.dock import CASE_1, CASE_2, PALLET, Dock


@pytest.fixture
def dock() -> Dock:
    dock = Dock()
    dock.deliver(sscc=PALLET)
    return dock


def test_a_pallet_that_another_dock_told_first_is_booked_once_and_does_not_stand_here(dock: Dock) -> None:
    receipt = dock.last("goods_received")
    dock.dispose(receipt, "superseded", by="G2 at noon")
    assert dock.stock_of("SCREW") == {}
    assert dock.view.fact("received", "PO-1") is None
    assert {unit.state for one in (PALLET, CASE_1, CASE_2) if (unit := unit_at(one, dock.view))} == {GONE}
    assert dock.view.tasks[f"goods/twice/{PALLET}"]["code"] == "TOLD_TWICE"
    assert "G2 at noon" in dock.view.tasks[f"goods/twice/{PALLET}"]["msg"]
    assert dock.deliver(sscc=PALLET).verdict.status is Status.ALREADY


def test_what_was_received_since_on_the_same_line_stays_received(dock: Dock) -> None:
    receipt = dock.last("goods_received")
    dock.deliver(item="SCREW", purchase_order="PO-1", quantity="5")
    dock.dispose(receipt, "superseded")
    assert dock.view.fact("received", "PO-1") == {"10": "3", "20": "2"}
    assert dock.stock_of("SCREW") == {"DOCK/available": "5"}


def test_a_refused_posting_stays_booked_here_and_its_text_speaks_of_no_card(dock: Dock) -> None:
    answer = dock.dispose(dock.last("goods_received"), "rejected", code="PERIOD_CLOSED", text="November is closed")
    assert dock.stock_of("SCREW") == {"DOCK/available": "48"}
    (notice,) = answer.notices
    assert notice.station == "D-1"
    assert notice.verdict.text.startswith("The ERP did not book goods received: PERIOD_CLOSED")
