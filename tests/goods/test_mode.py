"""Training and shadow at a goods station: the answers are the same, and neither stock nor units change (K13)."""

from __future__ import annotations

import pytest

from gateway.model import Status
from tests.goods.dock import PALLET, Dock

pytestmark = pytest.mark.decision("K13")


@pytest.mark.parametrize("mode", ["training", "shadow"])
def test_nothing_is_moved_received_or_told_where_it_is_only_tried_out(mode: str) -> None:
    dock = Dock()
    _set(dock, mode)
    answer = dock.deliver(sscc=PALLET)
    assert answer.verdict.code == "GOODS_RECEIVED"
    assert dock.deliver(item="NUT", quantity="3").verdict.code == "ASK_ORDER"
    assert dock.text("PO-2").verdict.code == "GOODS_RECEIVED"
    assert dock.view.stock_rows == {}
    assert {kind for kind, _ in dock.view.fact_rows} <= {"mode", "badge"}
    assert dock.booked() == []
    assert any("would" in event for event in dock.view.journal)
    _set(dock, "live")
    dock.wait(60)
    live = dock.deliver(sscc=PALLET)
    assert (live.verdict.code, dock.booked()) == ("GOODS_RECEIVED", ["goods_received"]), live


def _set(dock: Dock, mode: str) -> None:
    said = dock.instruct("mode.set", {"scope": "station", "name": "D-1", "mode": mode}).verdict
    assert said.status is Status.OK, said
