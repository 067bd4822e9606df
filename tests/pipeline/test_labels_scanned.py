"""What a read means when it may be a label of goods: card first, then command, customer's card, then label."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.codes.card import CardCode, format_card
from gateway.codes.interpret import interpret_code
from gateway.codes.profile import PROFILES
from gateway.codes.template import Template
from gateway.credentials import CredentialStore
from gateway.interpret import sources
from gateway.model import Decision, Read, Scan, Status
from gateway.settings import load_settings
from tests.kanban.floor import Floor

GOODS = "]C1010950110153000310LOT\x1d400PO-1"


def scan_of(data: bytes, aim: str = "", profile: str = "unknown") -> Scan:
    template = Template.build("t", "K1;(?P<lot>.+)")
    read = Read("019f0000-0000-7000-8000-000000000001", "scan-1", "L3-S1", data, aim, 1, 1, "b", "ntp")
    return interpret_code(read, site="P1", profile=PROFILES[profile], templates=[template])


def scanned(floor: Floor, code: str, profile: str = "unknown") -> Decision:
    return floor.submit(scan_of(code.encode(), profile=profile))


def test_a_card_of_ours_is_a_card_even_where_a_label_would_fit() -> None:
    scan = scan_of(format_card(CardCode("P1", "C1", 1)).encode())
    assert (scan.card, scan.label, scan.fault) == ("C1", None, None)
    assert scan_of(b"K1;LOT").label is not None


def test_a_code_that_may_be_a_customers_card_keeps_its_text_beside_the_label() -> None:
    scan = scan_of(b"4006381333931")
    assert scan.code == "4006381333931" and scan.label is not None and scan.label.keys.gtin == "04006381333931"


def test_a_customers_card_is_found_although_its_code_looks_like_a_damaged_label() -> None:
    floor = Floor(cards=1, card={"code": "(01)12"})
    assert scanned(floor, "(01)12").verdict.code == "CARD_EMPTIED"


def test_a_label_where_nothing_is_done_with_labels_is_red_says_what_it_is_and_is_kept() -> None:
    floor = Floor()
    decision = scanned(floor, GOODS)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "LABEL_NOT_EXPECTED")
    assert "gtin 09501101530003" in decision.verdict.text and "lot LOT" in decision.verdict.text
    (event,) = decision.events
    assert event.kind == "scan_refused" and event.body["code"] == "LABEL_NOT_EXPECTED"


@pytest.mark.promise("R3")
def test_a_label_in_doubt_is_kept_with_the_reason_and_not_booked() -> None:
    floor = Floor()
    decision = scanned(floor, "]C1010950110153000310AB-1233725")
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "SEPARATOR_DOUBT")
    (event,) = decision.events
    assert event.body["got"] == "AB-1233725" and "mv" not in event.body
    assert scanned(floor, "]C1010950110153000310AB-1233725", "kept").verdict.code == "LABEL_NOT_EXPECTED"


def test_a_text_that_only_begins_like_an_identifier_stays_an_unknown_code() -> None:
    assert scanned(Floor(), "SCREWS").verdict.code == "UNKNOWN_CODE"
    assert scanned(Floor(), "4006381333931").verdict.code == "UNKNOWN_CODE"  # one number in ten has a check digit
    assert scanned(Floor(), "]E04006381333931").verdict.code == "LABEL_NOT_EXPECTED"


def test_a_label_longer_than_any_card_or_with_separators_is_a_label_alone() -> None:
    scan = scan_of(b"[)>\x1e06\x1dPA-1\x1dQ4\x1e\x04")
    assert scan.code == "" and scan.fault is None and scan.label is not None and scan.label.keys.item == "A-1"
    long = scan_of(("[)>@06@" + "@".join(f"{n}X{'A' * 20}" for n in range(10, 25))).encode())
    assert long.label is not None and long.fault is None
    assert scan_of(b"A\x1bB").fault is not None


def test_each_scanner_is_read_by_its_own_profile(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    device = '[[device]]\nid = "{0}"\ntype = "serial"\nstation = "S1"\nport = "/dev/{0}"\n'
    config.write_text(
        '[gateway]\nid = "g"\nsite = "P1"\ndata_dir = "d"\n[sync]\nenabled = false\n[[station]]\nid = "S1"\n'
        'role = "consume"\nlocation = "L"\n'
        + device.format("a") + 'separators = { gs = "|" }\n' + device.format("b") + "aim_required = true\n"
    )  # fmt: skip
    found = sources(load_settings(config), CredentialStore(tmp_path))
    read = Read("019f0000-0000-7000-8000-000000000001", "a", "S1", b"010950110153000310A|2177", "", 1, 1, "b", "ntp")
    by_a, by_b = (found[name].interpret(read) for name in "ab")
    assert isinstance(by_a, Scan) and by_a.label is not None and by_a.label.keys.serial == "77"
    assert isinstance(by_b, Scan) and by_b.label is not None and by_b.label.errors[0].code == "NO_AIM"
