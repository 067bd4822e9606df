"""The ERP's side of reorder rules: one order for a need, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.masterdata import publications
from firmware_sim.erp.mischief import Mischief, Ruling
from firmware_sim.erp.rule_orders import set_state
from firmware_sim.identity import new_uuid7
from tests.floor.by_hand import BIRTH, EPOCH, GW, Stream

KEY = "rule/P1/SCREW/A%2F1/low/1"


@pytest.fixture
def mischief() -> Mischief:
    return Mischief()


@pytest.fixture
def ledger(tmp_path: Path, mischief: Mischief) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db", mischief=mischief)
    ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    yield ledger
    ledger.close()


def triggered(key: str = KEY) -> dict[str, Any]:
    trigger = {"rule": "low@r1", "item": "SCREW", "location": "A/1", "qty": "200", "uom": "PCE", "cards": [],
               "source": "V1", "due": "2026-12-01T08:00:00.000Z"}  # fmt: skip
    return {"id": new_uuid7(), "t": "reorder_triggered", "key": key, "w": "2026-11-22T03:57:55.831Z", "tr": trigger}


def orders(ledger: Ledger) -> tuple[int, list[dict[str, Any]]]:
    """Version and rows of the published orders."""
    document = orjson.loads(dict(publications(ledger.db, GW))["purchase_orders"])
    return document["version"], document["rows"]


def test_a_need_becomes_an_order_in_the_master_data(ledger: Ledger) -> None:
    applied = ledger.apply([Stream().batch(triggered())])
    assert applied.has_new_orders
    [row] = orders(ledger)[1]
    assert (row["id"], row["supplier"]) == ("PO-0000001", "V1")
    assert row["lines"] == [{
        "line": "1", "item": "SCREW", "quantity": "200", "uom": "PCE", "need": KEY, "location": "A/1", "closed": False,
        "received_elsewhere": "0", "due": "2026-12-01",
    }]  # fmt: skip


def test_the_set_has_another_version_only_when_an_order_changed(ledger: Ledger) -> None:
    ledger.apply([Stream().batch(triggered())])
    assert [orders(ledger)[0], orders(ledger)[0]] == [1, 1]
    set_state(ledger.db, "PO-0000001", "cancelled")
    version, [row] = orders(ledger)
    assert (version, row["lines"][0]["closed"]) == (2, True)
    set_state(ledger.db, KEY, "deleted")
    assert orders(ledger) == (3, [])


def test_a_refused_need_leaves_no_order(ledger: Ledger, mischief: Mischief) -> None:
    mischief.decree(Ruling("rejected", code="NO_SUPPLIER", kind="reorder_triggered"))
    ledger.apply([Stream().batch(triggered())])
    assert ledger.db.execute("SELECT count(*) FROM purchase").fetchone() == (0,)


def test_what_is_withdrawn_is_cancelled(ledger: Ledger) -> None:
    stream = Stream()
    withdrawn = {"id": new_uuid7(), "t": "reorder_withdrawn", "w": "2026-11-22T04:00:00.000Z", "closes": [KEY]}
    ledger.apply([stream.batch(triggered()), stream.batch(withdrawn)])
    assert ledger.db.execute("SELECT key, state FROM purchase").fetchall() == [(KEY, "cancelled")]


def test_only_orders_of_rules_are_changed_by_hand(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="no order of a rule"):
        set_state(ledger.db, "PO-7", "cancelled")
    with pytest.raises(ValueError, match="no such state"):
        set_state(ledger.db, KEY, "lost")
