"""Bad input at every door of the running daemon: a clear answer at the right place, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.button import ButtonBridge
from firmware_sim.codes import print_card
from firmware_sim.scanner import Answer
from tests.end_to_end.floor import Floor, plant
from tests.gateway_process import GatewayProcess

BELL = 7  # the scanner's bad tone, as the floor's configuration has it
FOREIGN_ACK = json.dumps({"v": 1, "ep": "0" * 26, "st": "sig", "cum": 3, "h": "0" * 32, "dsp": []})

pytestmark = [pytest.mark.slow, pytest.mark.promise("R10"), pytest.mark.promise("R3")]

BUTTONS = """
[[device]]
id = "buttons"
type = "mqtt-button"
station = "S-USE"
host = "127.0.0.1"
port = @PORT@
topics = ["floor/buttons/+"]
min_interval_s = 0
bindings = [{ button = "B1", card = "K-0018" }]
[device.mapping]
button = ["$.button"]
event = "$.action"
actions = { single = "empty" }
"""


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with Floor(tmp_path_factory.mktemp("floor"), devices=BUTTONS) as floor:
        yield floor


def _await_refusal(floor: Floor, code: str) -> dict[str, Any]:
    floor.wait_until(lambda: any(one["code"] == code for one in floor.events("scan_refused")), f"a refusal {code}")
    return next(one for one in reversed(floor.events("scan_refused")) if one["code"] == code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SOME-OTHER-BARCODE", "UNKNOWN_CODE"),
        ("K1.P1.K-0001.1.ZZ", "CHECK_CHARACTERS"),
        (print_card("P9", "K-0001"), "OTHER_PLANT"),
        (print_card("P1", "K-9999"), "UNKNOWN_CARD"),
        (b"\x00\xff\xfe\x80\x01garbage", "NOT_TEXT"),
        ("x" * 300, "CODE_TOO_LONG"),
    ],
)
def test_a_code_that_cannot_be_used_is_red_and_kept_with_its_reason(
    floor: Floor, code: str | bytes, expected: str
) -> None:
    assert floor.consume.scan_until_answered(code) is Answer.NAK
    refusal = _await_refusal(floor, expected)
    assert refusal["raw"]["b"]
    assert refusal["text"]


def test_a_full_card_scanned_on_arrival_again_stays_full(floor: Floor) -> None:
    floor.receive.scan_until_answered(floor.code("K-0002"))
    rows = floor.gateway.call("events", "--last", "3").stdout
    assert "K-0002" in rows
    assert floor.cards()["K-0002"] == ("FULL", 0)


def test_a_retired_card_is_refused_with_what_to_do(floor: Floor) -> None:
    changed = plant(20)
    for row in changed["cards"]:
        if row["id"] == "K-0003":
            row["life"] = "OBSOLETE"
    assert floor.erp.control(do="plant", plant=changed)["ok"]
    floor.wait_until(lambda: len(floor.events("masterdata_changed")) > 4, "the card is retired")
    assert floor.consume.scan_until_answered(floor.code("K-0003")) is Answer.NAK
    assert "collect box" in _await_refusal(floor, "CARD_RETIRED")["text"]


def test_a_megabyte_of_barcode_is_one_visible_fault_and_the_next_scan_works(floor: Floor) -> None:
    floor.consume.send_raw(b"A" * 1_000_000 + b"\r")
    oversize = "LONG"
    floor.wait_until(
        lambda: any(oversize in one["code"] for one in floor.events("scan_refused")), "the oversize frame is told"
    )
    assert floor.consume.scan_until_green(floor.code("K-0004"))[0] is Answer.ACK


def test_malformed_retained_and_foreign_presses_change_nothing(floor: Floor) -> None:
    with ButtonBridge(host="127.0.0.1", port=floor.broker.port) as bridge:
        assert bridge.publish_raw("B1", b'{"button": "B1", "action": ')
        _await_refusal(floor, "BAD_JSON")
        assert bridge.press("B99")
        _await_refusal(floor, "UNKNOWN_BUTTON")
        assert bridge.press("B1", "sideways")
        _await_refusal(floor, "UNKNOWN_PRESS")
        assert floor.cards()["K-0018"] == ("FULL", 0)
        assert bridge.publish(bridge.message("B1"), retain=True)  # live for us, retained for who comes later
        floor.wait_until(lambda: floor.cards()["K-0018"] == ("EMPTY", 1), "the press turned the card")
        floor.gateway.restart()
        assert floor.consume.scan_until_green(floor.code("K-0005"))[0] is Answer.ACK
        assert floor.cards()["K-0018"] == ("EMPTY", 1)


@pytest.mark.parametrize(
    ("topic", "payload", "code"),
    [
        ("ack/sig", '{"v":1', "MALFORMED"),
        ("ack/sig", FOREIGN_ACK, "ACK_UNKNOWN_EPOCH"),
        ("md/loops", '{"v":1,"dataset":"loops","version":"seven","etag":"x","rows":[]}', "MALFORMED"),
        ("cmd", "[1,2,3]", "MALFORMED"),
    ],
)
def test_a_bad_document_from_the_erp_is_counted_and_ignored(floor: Floor, topic: str, payload: str, code: str) -> None:
    before = floor.cards()
    count = floor.sync_counts().get(code, 0)
    assert floor.erp.control(do="publish", gw="G1", topic=topic, payload=payload, retain=False)["ok"]
    floor.wait_until(lambda: floor.sync_counts().get(code, 0) == count + 1, f"{code} is counted")
    assert floor.cards() == before


@pytest.mark.parametrize(
    ("dataset", "etag"), [("cards", "an older version"), ("loops", "the same version with other content")]
)
def test_master_data_that_goes_backwards_is_refused_and_kept(floor: Floor, dataset: str, etag: str) -> None:
    payload = json.dumps({"v": 1, "dataset": dataset, "version": 1, "etag": etag, "rows": []})
    assert floor.erp.control(do="publish", gw="G1", topic=f"md/{dataset}", payload=payload, retain=False)["ok"]
    floor.wait_until(lambda: bool(floor.events("masterdata_refused")), "the refusal is in the journal")
    assert floor.consume.scan_until_green(floor.code("K-0012" if dataset == "cards" else "K-0013"))[0] is Answer.ACK


def test_lower_and_lying_acknowledgements_cost_nothing(floor: Floor) -> None:
    assert floor.consume.scan_until_green(floor.code("K-0006"))[0] is Answer.ACK
    floor.settle()
    for trick in ("lower", "repeat", "unknown_epoch", "lose"):
        assert floor.erp.control(do=trick, count=1)["ok"]
        card = {"lower": "K-0007", "repeat": "K-0008", "unknown_epoch": "K-0009", "lose": "K-0010"}[trick]
        assert floor.consume.scan_until_green(floor.code(card))[0] is Answer.ACK
        floor.settle()
    epoch = floor.gateway.ask("status")["epoch"]
    assert floor.erp.control(do="lie", count=1)["ok"]
    assert floor.consume.scan_until_green(floor.code("K-0011"))[0] is Answer.ACK
    floor.wait_until(lambda: floor.gateway.ask("status")["epoch"] != epoch, "a new epoch")
    floor.settle()
    assert all(count == 1 for count in floor.orders().values())
    assert floor.orders()["K-0011"] == 1


@pytest.mark.decision("K6")
def test_a_refusal_by_the_erp_reaches_the_station_and_the_resolve_list_and_the_card_turns(floor: Floor) -> None:
    assert floor.erp.control(do="reject", code="PERIOD_CLOSED", count=1)["ok"]
    bells = floor.consume.heard.count(BELL)
    assert floor.consume.scan_until_green(floor.code("K-0014"))[0] is Answer.ACK
    floor.wait_until(lambda: bool(floor.events("event_rejected")), "the refusal is in the journal")
    assert floor.consume.scan_until_green(floor.code("K-0015"))[0] is Answer.ACK
    assert floor.consume.heard.count(BELL) > bells
    assert floor.cards()["K-0014"] == ("EMPTY", 1)
    assert [task["code"] for task in floor.gateway.ask("status")["resolve"]] == ["PERIOD_CLOSED"]


def test_after_all_this_the_store_is_sound_and_both_sides_agree(floor: Floor) -> None:
    floor.settle()
    assert floor.gateway.ask("verify") == {**floor.gateway.ask("verify"), "ok": True, "findings": []}
    at_erp = dict(floor.erp_rows("SELECT card, state FROM card"))
    assert all(at_erp[card] == state for card, (state, _) in floor.cards().items() if card in at_erp)


def test_a_second_gateway_on_the_same_data_is_refused_and_changes_nothing(floor: Floor) -> None:
    second = floor.gateway.call("run")
    assert second.returncode == 1
    assert "is in use by process" in second.stderr
    assert floor.gateway.ask("verify")["ok"]


def test_rebuild_refuses_while_the_gateway_runs(floor: Floor) -> None:
    assert floor.gateway.call("rebuild").returncode == 1


def test_the_store_of_another_gateway_is_refused(floor: Floor, tmp_path: Path) -> None:
    text = floor.gateway.config.read_text().replace('id = "G1"', 'id = "G2"', 1)
    other = tmp_path / "other.toml"
    other.write_text(text.replace('data_dir = "data"', f'data_dir = "{floor.directory / "data"}"'))
    floor.gateway.stop()
    refused = GatewayProcess(other).call("run")
    floor.gateway.start()
    assert refused.returncode == 1
    assert "belongs to gateway 'G1'" in refused.stderr
