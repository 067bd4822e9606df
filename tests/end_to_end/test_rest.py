"""The real daemon and the ERP by REST: what happens on the floor reaches the ledger exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from firmware_sim.faults import CLEAN, FaultProxy, Toxics
from tests.end_to_end.floor import QUANTITY, TOKEN, Floor

CARDS = [f"K-{number:04d}" for number in range(20)]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with Floor(tmp_path, carrier="rest") as floor:
        floor.erp.control(do="token", token=TOKEN)
        floor.settle()
        yield floor


def use(floor: Floor, *cards: str) -> None:
    """Scan until green, as people do."""
    for card in cards:
        floor.consume.scan_until_green(floor.code(card))


def assert_booked_once(floor: Floor, *cards: str) -> None:
    """One order for each emptied bin, and the stock of both sides is what the floor knows."""
    floor.settle()
    floor.wait_until(lambda: set(cards) <= set(floor.orders()), "every emptied bin has its order")
    assert all(count == 1 for count in floor.orders().values())
    gone = floor.erp_rows("SELECT qty FROM stock WHERE location='LINE1'")
    assert int(gone[0][0]) == 1_000_000 - QUANTITY * len(cards)
    assert floor.gateway.ask("verify")["ok"]


@pytest.mark.promise("R2")
def test_every_scan_has_one_order_in_the_ledger(floor: Floor) -> None:
    use(floor, *CARDS)
    assert_booked_once(floor, *CARDS)


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_kills_of_gateway_and_erp_cost_and_double_nothing(floor: Floor) -> None:
    use(floor, *CARDS[:4])
    floor.gateway.restart()
    use(floor, *CARDS[4:8])
    floor.erp.control(do="die", when="after_commit")
    use(floor, *CARDS[8:12])
    floor.wait_until(lambda: not floor.erp.is_running, "the ERP died behind its commit")
    use(floor, *CARDS[12:14])
    floor.gateway.kill()
    floor.erp.restart()
    floor.gateway.start()
    floor.erp.control(do="die", when="before_commit")
    use(floor, *CARDS[14:])
    floor.wait_until(lambda: not floor.erp.is_running, "the ERP died before its commit")
    floor.erp.restart()
    assert_booked_once(floor, *CARDS)


@pytest.mark.slow
@pytest.mark.promise("R2")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link.set(Toxics(reset_chance=0.4)),
        lambda link: link.set(Toxics(silent=True)),
        lambda link: link.set(Toxics(cut_after_bytes=900)),
        lambda link: link.set(Toxics(slice_bytes=11, slice_delay_ms=1)),
    ],
    ids=["reset", "silence", "cut after 900 bytes", "slicer"],
)
def test_a_bad_link_costs_and_doubles_nothing(floor: Floor, spoil: Callable[[FaultProxy], None]) -> None:
    spoil(floor.proxy)
    use(floor, *CARDS[:10])  # capture and feedback do not care
    floor.proxy.set(CLEAN)
    floor.proxy.reset_all()
    use(floor, *CARDS[10:])
    assert_booked_once(floor, *CARDS)


def test_a_refused_token_is_an_alarm_until_a_fresh_one_is_there(floor: Floor) -> None:
    floor.erp.control(do="token", token="rotated")
    use(floor, *CARDS[:3])
    floor.wait_until(lambda: floor.sync_counts().get("CREDENTIAL_REFUSED", 0) > 0, "the alarm")
    assert floor.unsettled() > 0
    floor.set_token("rotated")
    assert_booked_once(floor, *CARDS[:3])


@pytest.mark.promise("R3")
def test_a_single_offender_becomes_a_tombstone_and_a_task_and_its_station_hears_of_it(floor: Floor) -> None:
    floor.erp.control(do="choke", card="K-0002", status=400)
    use(floor, *CARDS[:5])
    floor.settle()
    floor.wait_until(lambda: len(floor.events("event_dropped")) == 1, "the offender is named")
    dropped = floor.events("event_dropped")[0]
    stones = floor.erp_rows("SELECT body FROM event WHERE kind='dropped'")
    assert [orjson.loads(body)["ref"] for (body,) in stones] == [dropped["ref"]]
    tasks = floor.gateway.ask("status")["resolve"]
    assert [(task["kind"], task["card"]) for task in tasks] == [("dropped", "K-0002")]
    assert "K-0002" not in floor.orders()
    assert {"K-0001", "K-0003", "K-0004"} <= set(floor.orders())


def test_413_halves_the_batches(floor: Floor) -> None:
    floor.erp.control(do="limit", bytes=2500)
    floor.erp.control(do="stall", on=True)
    use(floor, *CARDS)
    floor.erp.control(do="stall", on=False)
    assert_booked_once(floor, *CARDS)
    assert floor.events("event_dropped") == []


@pytest.mark.parametrize("carrier", ["mqtt", "rest"])
def test_a_command_has_one_effect_and_one_result_by_either_carrier(tmp_path: Path, carrier: str) -> None:
    with Floor(tmp_path, carrier=carrier) as floor:
        use(floor, "K-0001")
        floor.settle()
        command = {"do": "command", "gw": "G1", "id": "019ab6c0-3a00-7d11-8f00-5c1e6a7b8c9d"}
        late = {**command, "id": "019ab6c0-3a00-7d11-8f00-5c1e6a7b8c9e", "deadline": "2020-01-01T00:00:00Z"}
        receipt = {"name": "card_full", "body": {"card": "K-0001", "cycle": floor.cards()["K-0001"][1]}}
        floor.erp.control(**command, **receipt)
        floor.wait_until(lambda: floor.cards()["K-0001"][0] == "FULL", "the receipt arrived")
        document = {"v": 1, "id": command["id"], **receipt}
        for payload in (document, {**document, "deadline": "2099-01-01T00:00:00Z"}):  # redelivered, also re-worded
            floor.erp.control(do="publish", gw="G1", topic="cmd", payload=orjson.dumps(payload).decode(), retain=False)
        floor.erp.control(**late, **receipt)
        results = "SELECT kind, json_extract(body, '$.ref') FROM event JOIN stream USING(stream) WHERE st='res'"
        floor.wait_until(lambda: len(floor.erp_rows(results)) == 2, "both results")
        assert floor.erp_rows(results) == [("command_done", command["id"]), ("command_refused", late["id"])]
        assert len(floor.events("card_filled")) == 1
