"""What counts as used, event by event."""

from __future__ import annotations

from typing import Any

from gateway.reorder.consumption import uses

USED = {"item": "SCREW-A", "qty": "40", "uom": "PCE", "base": "40", "from": "LINE3", "to": None}
BACK = {**USED, "from": None, "to": "LINE3"}


def total(*events: dict[str, Any]) -> int:
    return sum(quantity for event in events for *_, quantity in uses(event))


def test_an_emptying_that_is_issued_again_under_its_right_number_is_one_use() -> None:
    emptied = {"t": "card_emptied", "mv": [USED]}
    superseded = {"t": "card_superseded", "mv": [BACK]}
    assert total(emptied, superseded) == 0
    assert total(emptied, superseded, {"t": "movement_reissued", "mv": [USED]}) == 40_000_000
    assert total(emptied, superseded, {"t": "card_emptied", "mv": [USED]}) == 40_000_000


def test_what_is_taken_back_counted_or_sent_again_is_no_use() -> None:
    for kind in ("stock_counted", "goods_received", "quality_decided"):
        assert total({"t": kind, "mv": [USED]}) == 0
    assert total({"t": "card_emptied", "mv": [USED]}, {"t": "card_undone", "mv": [BACK]}) == 0
    assert total({"t": "posting_redriven", "redrives": "x", "mv": [USED]}) == 0
