"""The ERP as a process on a real broker: handshake, misbehaviour, and kills around its commit."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.port import wait_until
from tests.floor.by_hand import EPOCH, GW, HandGateway, Stream, emptied

ITEMS = [{"id": "SCREW-A", "name": "Screw", "uom": "PCE"}]
OPENING = [{"item": "SCREW-A", "location": "LINE3", "status": "available", "lot": "", "qty": "400"}]


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def erp(broker: Broker, tmp_path: Path) -> Iterator[ErpProcess]:
    plant = tmp_path / "plant.json"
    plant.write_text(orjson.dumps({"items": ITEMS, "stock": OPENING}).decode())
    site = tmp_path.name.replace("_", "-")[-30:]  # a site of its own keeps retained messages of other tests away
    erp = ErpProcess(broker=f"127.0.0.1:{broker.port}", db=tmp_path / "erp.db", plant=plant, site=site)
    with erp:
        yield erp


@pytest.fixture(params=["5", "3.1.1"])
def gateway(broker: Broker, erp: ErpProcess, request: pytest.FixtureRequest) -> Iterator[HandGateway]:
    with HandGateway(broker.port, site=erp.site, protocol=request.param) as gateway:
        yield gateway


@pytest.fixture
def greeted(broker: Broker, erp: ErpProcess) -> Iterator[HandGateway]:
    """A gateway whose birth was answered."""
    with HandGateway(broker.port, site=erp.site) as gateway:
        gateway.birth()
        gateway.next("ack/sys")
        yield gateway


def orders(erp: ErpProcess) -> int:
    reader = connect_reader(erp.db)
    count = int(reader.execute("SELECT count(*) FROM purchase").fetchone()[0])
    reader.close()
    return count


def test_a_birth_is_answered_with_master_data_then_snapshots_then_four_acknowledgements(gateway: HandGateway) -> None:
    gateway.birth()
    heard: list[tuple[str, Any]] = [gateway.heard.get(timeout=60) for _ in range(10)]
    assert [topic for topic, _ in heard] == [
        "md/items", "md/locations", "md/loops", "md/cards", "md/cardstate", "md/stock",
        "ack/sig", "ack/mov", "ack/res", "ack/sys",
    ]  # fmt: skip
    by_topic = dict(heard)
    assert by_topic["md/items"]["rows"] == ITEMS
    assert by_topic["md/stock"]["rows"] == OPENING
    assert by_topic["md/stock"]["as_of"][gateway.gw] == {"ep": by_topic["ack/sig"]["ep"], "sig": 0, "mov": 0}
    assert (by_topic["ack/sig"]["cum"], by_topic["ack/sig"]["h"], by_topic["ack/sig"]["dsp"]) == (0, "00" * 16, [])


def test_a_known_epoch_is_answered_at_once_and_hears_its_snapshots_again(greeted: HandGateway) -> None:
    greeted.birth(birth="birth-2")
    heard = [greeted.heard.get(timeout=60)[0] for _ in range(8)]
    assert "md/stock" not in heard
    assert heard[-1] == "ack/sys"
    assert greeted.next("md/stock")["rows"] == OPENING


def test_a_gateway_gets_its_opening_stock_though_the_erp_died_between_its_greeting_and_the_snapshot(
    erp: ErpProcess, broker: Broker
) -> None:
    with sqlite3.connect(erp.db) as ledger:  # as the ERP leaves it when it dies there: the epoch is known already
        ledger.execute("INSERT INTO gateway VALUES(?,?,'birth-0',1)", (GW, EPOCH))
        ledger.executemany("INSERT INTO stream(gw, ep, st, hash) VALUES(?,?,?,zeroblob(16))",
                           [(GW, EPOCH, st) for st in ("sig", "mov", "res", "sys")])  # fmt: skip
    ledger.close()
    erp.restart()
    with HandGateway(broker.port, site=erp.site) as gateway:
        gateway.birth()
        assert gateway.next("md/stock")["rows"] == OPENING


def test_a_batch_is_acknowledged_after_it_is_in_the_ledger(erp: ErpProcess, greeted: HandGateway) -> None:
    sig = Stream()
    greeted.publish("up/sig", sig.payload(emptied("C1", 1)))
    ack = greeted.next("ack/sig")
    assert (ack["cum"], ack["h"]) == (1, sig.hashes[1].hex())
    assert orders(erp) == 1


@pytest.mark.parametrize(("when", "kept"), [("before_commit", 0), ("after_commit", 1)])
def test_killed_around_its_commit_it_books_the_resent_batch_once(
    erp: ErpProcess, greeted: HandGateway, when: str, kept: int
) -> None:
    payload = Stream().payload(emptied("C1", 1))
    assert erp.control(do="die", when=when)["ok"]
    greeted.publish("up/sig", payload)
    assert wait_until(lambda: not erp.is_running, 60)
    assert orders(erp) == kept
    erp.restart()
    greeted.next("ack/sys")  # the retained birth was answered
    greeted.publish("up/sig", payload)
    while greeted.next("ack/sig")["cum"] != 1:
        pass
    assert orders(erp) == 1


def test_a_lost_acknowledgement_is_made_good_by_the_resent_batch(erp: ErpProcess, greeted: HandGateway) -> None:
    payload = Stream().payload(emptied("C1", 1))
    erp.control(do="lose", count=1)
    greeted.publish("up/sig", payload)
    assert wait_until(lambda: orders(erp) == 1, 60)
    with pytest.raises(queue.Empty):
        greeted.heard.get(timeout=0.3)
    greeted.publish("up/sig", payload)
    assert greeted.next("ack/sig")["cum"] == 1


def test_it_lies_lowers_repeats_and_forgets_epochs_on_request(erp: ErpProcess, greeted: HandGateway) -> None:
    sig = Stream()
    answers = []
    for number, mischief in enumerate(("lie", "lower", "unknown_epoch", "repeat"), start=1):
        erp.control(do=mischief, count=1)
        greeted.publish("up/sig", sig.payload(emptied(f"C{number}", 1)))
        answers.append(greeted.next("ack/sig"))
    lie, lower, foreign, repeat = answers
    assert lie["cum"] == 1
    assert lie["h"] != sig.hashes[1].hex()
    assert (lower["cum"], lower["h"]) == (0, sig.hashes[0].hex())
    assert foreign["ep"] != repeat["ep"]
    assert [greeted.next("ack/sig")["cum"] for _ in range(2)] == [repeat["cum"]] * 2


def test_stalled_it_takes_nothing_and_goes_on_afterwards(erp: ErpProcess, greeted: HandGateway) -> None:
    erp.control(do="stall", on=True)
    greeted.publish("up/sig", Stream().payload(emptied("C1", 1)))
    with pytest.raises(queue.Empty):
        greeted.heard.get(timeout=0.3)
    assert orders(erp) == 0
    erp.control(do="stall", on=False)
    assert greeted.next("ack/sig")["cum"] == 1


def test_parked_events_are_settled_on_request(erp: ErpProcess, greeted: HandGateway) -> None:
    erp.control(do="park", count=1)
    greeted.publish("up/sig", Stream().payload(emptied("C1", 1)))
    assert greeted.next("ack/sig")["dsp"][0]["c"] == "parked"
    assert erp.control(do="settle", outcome="applied")["ok"]
    assert greeted.next("ack/sig")["dsp"][-1]["c"] == "applied"
    assert orders(erp) == 1


def test_a_command_is_sent_again_at_every_birth_until_its_result(erp: ErpProcess, greeted: HandGateway) -> None:
    sent = erp.control(do="command", gw=greeted.gw, name="card_full", body={"card": "C1", "cycle": 1})
    assert greeted.next("cmd")["id"] == sent["id"]
    greeted.birth(birth="birth-2")
    assert greeted.next("cmd")["id"] == sent["id"]


def test_duplicates_bring_a_fresh_stock_snapshot_as_of_the_new_epoch(erp: ErpProcess, greeted: HandGateway) -> None:
    event = emptied("C1", 1)
    greeted.publish("up/sig", Stream().payload(event))
    greeted.next("ack/sig")
    greeted.birth(ep="NEW", birth="birth-2")
    assert greeted.next("md/stock")["as_of"][greeted.gw]["sig"] == 0
    greeted.publish("up/sig", Stream(ep="NEW").payload(event))
    stock = greeted.next("md/stock")
    assert stock["as_of"][greeted.gw] == {"ep": "NEW", "sig": 1, "mov": 0}
    assert stock["rows"][0]["qty"] == "360"


def test_new_master_data_raises_only_the_version_of_what_changed(erp: ErpProcess, greeted: HandGateway) -> None:
    more = [*ITEMS, {"id": "NUT-B", "name": "Nut", "uom": "PCE"}]
    erp.control(do="plant", plant={"items": more})
    items, locations = greeted.next("md/items"), greeted.next("md/locations")
    assert (items["version"], len(items["rows"])) == (2, 2)
    assert locations["version"] == 1


def test_an_unknown_request_is_answered_with_what_is_possible(erp: ErpProcess) -> None:
    answer = erp.control(do="dance")
    assert not answer["ok"]
    assert "stall" in answer["error"]


def test_rubbish_on_its_topics_is_counted_and_costs_nothing(erp: ErpProcess, greeted: HandGateway) -> None:
    for payload in (b"{", b"[]", b'{"v":1}', b'{"v":1,"ev":[1]}', b"\xff\x00"):
        greeted.publish("up/sig", payload)
    greeted.publish("state", b'{"online":1}')
    greeted.publish("up/sig", Stream().payload(emptied("C1", 1)))
    assert greeted.next("ack/sig")["cum"] == 1
    assert erp.control(do="stats")["counters"]["bad_messages"] == 6
