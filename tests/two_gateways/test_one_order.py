"""Two offline gateways that see the same shortage: one order at the ERP, and both know how it ends (K3, K4, K10)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.masterdata import publications
from firmware_sim.erp.rule_orders import set_state
from gateway.model import MasterData
from tests.floor.by_hand import Stream
from tests.reorder.shop import BELOW, Shop

KEY = "rule/P1/SCREW/WH/low/1"


class Site:
    """Both gateways and their ERP, joined by hand: nothing is sent until `sync`."""

    def __init__(self, directory: Path) -> None:
        self.shops = {name: Shop(directory / name, BELOW, gateway=name) for name in ("G1", "G2")}
        self.ledger = Ledger(directory / "ledger.db")
        self.streams = {}
        self.down: set[str] = set()  # gateways without a network
        self.sent: dict[tuple[str, str], int] = {}
        for name, shop in self.shops.items():
            self.ledger.greet(name, shop.store.epoch, f"birth-{name}", is_online=True)
            for st in ("sig", "mov"):
                self.streams[name, st] = Stream(st, ep=shop.store.epoch, gw=name)

    def sync(self) -> None:
        """Everything goes up, all answers and the orders come down."""
        for (name, st), stream in self.streams.items():
            if name in self.down:
                continue
            shop = self.shops[name]
            rows = shop.store.connection.execute(
                "SELECT seq,body FROM journal WHERE stream=? AND seq>? ORDER BY seq", (st, self.sent.get((name, st), 0))
            ).fetchall()
            if not rows:
                continue
            self.sent[name, st] = rows[-1][0]
            applied = self.ledger.apply([stream.batch(*(orjson.loads(body) for _, body in rows))])
            for told in applied.acks[name, st].dispositions:
                now = told.get("now", {})
                shop.dispose({"id": told["id"]}, told["c"], now_cycle=now.get("cycle", 0),
                             now_state=now.get("state", ""))  # fmt: skip
        self.publish()

    def publish(self) -> None:
        for name, shop in self.shops.items():
            if name in self.down:
                continue
            for dataset, text in publications(self.ledger.db, name):
                document: dict[str, Any] = orjson.loads(text)
                if dataset == "purchase_orders":
                    rows = tuple(document["rows"])
                    shop.step(MasterData(dataset, document["version"], f"{document['etag']}{name}", rows))

    def orders(self) -> list[tuple[str, str]]:
        return self.ledger.db.execute("SELECT key, state FROM purchase ORDER BY doc").fetchall()

    def ended(self) -> list[list[str]]:
        return [shop.ended() for shop in self.shops.values()]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    for shop in found.shops.values():
        shop.receive(180)
        shop.issue(1)
    yield found
    for shop in found.shops.values():
        shop.close()
    found.ledger.close()


@pytest.mark.decision("K4")
def test_two_gateways_that_see_the_same_shortage_make_one_order(site: Site) -> None:
    assert [shop.open() for shop in site.shops.values()] == [[KEY]] * 2
    site.sync()
    assert site.orders() == [(KEY, "open")]
    assert [[one["doc_of"] for one in shop.events("reorder_ordered")] for shop in site.shops.values()] == [
        ["PO-0000001"], ["PO-0000001"],
    ]  # fmt: skip


@pytest.mark.decision("K8")
def test_what_one_of_them_receives_ends_the_need_of_both(site: Site) -> None:
    site.sync()
    line = {"purchase_order": "PO-0000001", "line": "1", "item": "SCREW", "base": "200", "qty": "200", "uom": "PCE"}
    site.shops["G1"].receive(
        200, operation="receive", lines=[line], counted=[["received", "PO-0000001", "1", "200"]],
        facts=[["received", "PO-0000001", {"1": "200"}]],
    )  # fmt: skip
    assert site.ended() == [["received"], []]
    site.sync()
    assert site.orders() == [(KEY, "closed")]
    assert site.ended() == [["received"], ["received"]]


@pytest.mark.decision("K3")
def test_a_gateway_that_missed_a_whole_episode_asks_under_the_next_number(site: Site) -> None:
    first, second = site.shops.values()
    site.down = {"G2"}
    site.sync()
    set_state(site.ledger.db, KEY, "cancelled")
    site.publish()
    assert first.ended() == ["cancelled"]
    site.down = set()
    assert second.open() == [KEY]
    site.sync()
    site.sync()
    assert site.orders() == [(KEY, "cancelled"), (KEY[:-1] + "2", "open")]
    assert second.ended() == ["overtaken"]
