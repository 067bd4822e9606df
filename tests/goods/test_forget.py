"""Units that left long ago are forgotten, those that stand here never (R8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.goods.forget import EVERY_MIN
from gateway.goods.unit import unit_at
from tests.goods.dock import CASE_1, CASE_2
from tests.goods.store import Store

pytestmark = pytest.mark.promise("R8")
YEAR_S = 401 * 86_400


def test_a_shipped_unit_is_forgotten_after_a_year_and_one_in_stock_is_not() -> None:
    store = Store()
    store.do("receive", CASE_1)
    store.do("receive", CASE_2)
    store.do("ship", "SHP-1", CASE_1)
    store.wait(86_400)
    store.minute(EVERY_MIN)
    assert unit_at(CASE_1, store.view) is not None
    store.wait(YEAR_S)
    store.minute(EVERY_MIN + 1)
    assert unit_at(CASE_1, store.view) is not None  # once a day
    now = store.view.now
    store.view.now = replace(now, quality="unsynced")
    store.minute(2 * EVERY_MIN)
    assert unit_at(CASE_1, store.view) is not None  # not by a clock nobody set
    store.view.now = now
    store.minute(2 * EVERY_MIN)
    assert unit_at(CASE_1, store.view) is None
    assert unit_at(CASE_2, store.view) is not None
