"""A label with one symbol for each value at a goods station: gathered in a dialogue, then decided as one label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.codes.interpret import interpret_code
from gateway.goods.act import Rules
from gateway.model import Decision, Status
from tests.goods.dock import Dock

NEEDED = ("item|supplier_item", "quantity", "purchase_order")


@pytest.fixture
def dock() -> Dock:
    return Dock(rules=Rules(label_parts=NEEDED, ask_ms=60_000))


def scan(dock: Dock, code: str, pause_s: float = 4) -> Decision:
    dock.wait(pause_s)
    read = replace(dock.read(dock.at), data=code.encode(), aim="]A0", device=f"scan-{dock.at}")
    return dock.submit(interpret_code(read, site="P1"))


def test_the_parts_are_asked_for_and_the_last_one_books(dock: Dock) -> None:
    first, second = scan(dock, "PSCREW"), scan(dock, "Q30")
    assert [one.verdict.status for one in (first, second)] == [Status.ASK, Status.ASK]
    assert "Still needed: quantity, purchase_order" in str(first.verdict.text)
    assert str(second.verdict.text) == "2 of this label scanned. Still needed: purchase_order."
    booked = scan(dock, "KPO-1")
    assert booked.verdict.code == "GOODS_RECEIVED" and dock.stock_of("SCREW") == {"DOCK/available": "30"}
    assert [event.kind for event in booked.events] == ["goods_received", "flow_ended"]


def test_the_next_label_of_the_same_kind_is_another_one(dock: Dock) -> None:
    for serial in ("S1", "S2"):
        for code in (serial, "PSCREW", "Q10", "KPO-1"):
            answer = scan(dock, code)
        assert answer.verdict.code == "GOODS_RECEIVED"
    for code in ("S2", "PSCREW", "Q10", "KPO-1"):
        answer = scan(dock, code)
    assert answer.verdict.code == "ASK_SAME_LABEL"


def test_a_part_of_another_label_gives_the_first_up_and_says_so(dock: Dock) -> None:
    scan(dock, "PSCREW")
    scan(dock, "Q30")
    answer = scan(dock, "PNUT")
    assert (answer.verdict.status, answer.verdict.code) == (Status.ASK, "ASK_PARTS_ANEW")
    assert scan(dock, "KPO-2").verdict.code == "ASK_PARTS"
    assert dock.stock_of("SCREW") == {}


def test_parts_that_were_left_lying_are_never_mixed_with_the_next_label(dock: Dock) -> None:
    scan(dock, "PSCREW")
    answer = scan(dock, "Q30", pause_s=61)
    assert str(answer.verdict.text) == "1 of this label scanned. Still needed: item, purchase_order."


def test_another_label_in_between_is_decided_by_itself_and_ends_the_gathering(dock: Dock) -> None:
    scan(dock, "PSCREW")
    answer = scan(dock, "[)>\x1e06\x1dPSCREW\x1dQ5\x1dKPO-1\x1e\x04")
    assert answer.verdict.code == "GOODS_RECEIVED"
    assert scan(dock, "Q30").verdict.code == "ASK_PARTS"


def test_without_parts_in_the_configuration_each_symbol_is_decided_by_itself() -> None:
    dock = Dock()
    assert scan(dock, "PSCREW").verdict.code == "ASK_QUANTITY"
    assert scan(dock, "Q30").verdict.code in ("GOODS_RECEIVED", "ASK_ORDER")


def test_a_text_that_the_master_data_know_is_no_part_of_a_label(dock: Dock) -> None:
    assert scan(dock, "PO-1").verdict.code != "ASK_PARTS"
