"""Whatever happens in whatever order: one need for one shortage, and the same journal gives the same triggers."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from tests.reorder.shop import BELOW, Shop
from tests.reorder.test_episode import order
from tests.store.rig import HandClock

RULES = (
    BELOW,
    {"id": "mm", "kind": "min_max", "minimum": 150, "maximum": 400},
    {"id": "fast", "kind": "condition", "when": "used_7d > on_hand", "order_quantity": 70},
    {"id": "daily", "kind": "fixed_lot", "reorder_point": 160, "lot": 50, "every": "2 h"},
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, 260)),
        st.tuples(st.just("issue"), st.integers(1, 120)),
        st.tuples(st.just("confirm"), st.integers(0, 3)),
        st.tuples(st.just("refuse"), st.integers(0, 3)),
        st.tuples(st.just("arrive"), st.integers(0, 3)),
        st.tuples(st.just("end"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(1, 300)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    min_size=5, max_size=22,
)  # fmt: skip


class Life:
    """One shop living through acts; what is asked for is checked after each."""

    def __init__(self, directory: Path, *, restarts: bool) -> None:
        self.directory = directory
        self.restarts = restarts
        self.clock = HandClock()
        self.shop = Shop(directory, *RULES, clock=self.clock)
        self.orders: dict[str, dict[str, Any]] = {}

    def do(self, act: str, number: int) -> None:
        shop = self.shop
        keys = [key for key in shop.open() if key.startswith("rule/")]
        if act in ("receive", "issue"):
            getattr(shop, act)(number)
        elif act == "wait":
            shop.tick(number)
            shop.tick()
        elif act == "restart" and self.restarts:
            shop.close()
            self.shop = Shop(self.directory, clock=self.clock)
            self.shop._versions, self.shop._n = shop._versions, shop._n
        elif act in ("confirm", "refuse", "end") and keys:
            self.answer(act, keys[number % len(keys)])
        elif act == "arrive" and self.orders:
            doc = sorted(self.orders)[number % len(self.orders)]
            shop.receive_for(doc, "1", int(self.orders.pop(doc)["lines"][0]["quantity"]))

    def answer(self, act: str, key: str) -> None:
        shop = self.shop
        trigger = next(one for one in reversed(shop.triggers()) if one["key"] == key)
        if act == "confirm":
            doc = f"PO-{len(shop.events('order_confirmed'))}"
            shop.command("order_confirmed", key=key, doc=doc)
            self.orders[doc] = order(key, qty=int(trigger["tr"]["qty"]), doc=doc)
            shop.load("purchase_orders", *self.orders.values())
        elif act == "refuse":
            shop.dispose(trigger, "rejected", code="NO")
        else:
            shop.command("order_closed", key=key, why="cancelled")

    def check(self) -> None:
        rules = Counter(key.rpartition("/")[0] for key in self.shop.open())
        assert all(count == 1 for count in rules.values()), rules
        for trigger in self.shop.triggers():
            assert int(trigger["tr"]["qty"]) > 0  # cover only ever grows by it
        keys = [one["key"] for one in self.shop.triggers()]
        assert len(set(keys)) == len(keys)

    def asked(self) -> list[str]:
        """Every trigger as it is sent, without what names the very event."""
        return [json.dumps(one["tr"], sort_keys=True) for one in self.shop.triggers()]


def live(acts: list[tuple[str, int]], *, restarts: bool) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        life = Life(Path(name), restarts=restarts)
        for act, number in acts:
            life.do(act, number)
            life.check()
        asked = life.asked()
        life.shop.close()
        assert verify(Path(name)).findings == []
        rebuild(Path(name), life.clock)
        assert verify(Path(name)).findings == []
    return asked


@pytest.mark.slow
@pytest.mark.decision("K8")
@settings(max_examples=8, deadline=None)
@given(acts=ACTS)
def test_one_shortage_is_one_need_and_the_same_acts_ask_for_the_same(acts: list[tuple[str, int]]) -> None:
    asked = live(acts, restarts=True)
    assert live(acts, restarts=True) == asked


def test_a_day_with_everything_in_it(tmp_path: Path) -> None:
    """One such life in every run of the suite, however few examples are tried."""
    life = Life(tmp_path, restarts=True)
    for act, number in (
        ("receive", 190), ("issue", 20), ("confirm", 0), ("issue", 90), ("restart", 0), ("arrive", 0), ("issue", 120),
        ("refuse", 0), ("issue", 5), ("end", 0), ("wait", 200), ("receive", 250), ("wait", 130),
    ):  # fmt: skip
        life.do(act, number)
        life.check()
    assert len(life.asked()) >= 4
    life.shop.close()
