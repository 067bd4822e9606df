"""Faces, drawings and ZPL: numbers checked, hostile texts harmless."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codes.bin import MAX_LENGTH, format_bin, parse_bin
from gateway.errors import GatewayError
from gateway.labels import layout, svg, zpl
from gateway.labels.drawing import Code, Drawing, Kind, Text, fitted
from gateway.labels.face import CardFace, PalletFace, differences
from gateway.labels.page import pages
from gateway.labels.symbol import modules_of, place
from gateway.model import Rejection


def test_an_sscc_gets_its_check_digit_or_has_it_compared() -> None:
    assert PalletFace.build("34012345000000001").sscc == "340123450000000017"
    assert PalletFace.build("340123450000000017").sscc_text == "(00)340123450000000017"


@pytest.mark.parametrize(
    ("sscc", "keys", "said"),
    [
        ("340123450000000019", {}, "check digit should be 7"),
        ("3401", {}, "expected 18 digits"),
        ("34012345000000001A", {}, "expected 18 digits"),
        ("³4012345000000001", {}, "expected 18 digits"),
        ("34012345000000001", {"count": 3}, "go together"),
        ("34012345000000001", {"content": "0401234567890"}, "go together"),
        ("34012345000000001", {"content": "04012345678902", "count": 1}, "check digit should be 1"),
        ("34012345000000001", {"lot": "A"}, "give that too"),
        ("34012345000000001", {"content": "0401234567890", "count": 1, "lot": "A(10)"}, "lot is"),
        ("34012345000000001", {"content": "0401234567890", "count": 100_000_000}, "count is"),
    ],
)
def test_a_pallet_that_cannot_be_printed_is_refused(sscc: str, keys: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        PalletFace.build(sscc, **keys)  # type: ignore[arg-type]


def test_a_bin_code_names_its_place_and_notices_a_misread() -> None:
    code = format_bin("P1", "A-01-03")
    assert parse_bin(code, site="P1") == "A-01-03"
    for n, wrong in enumerate(code):
        misread = code[:n] + ("8" if wrong != "8" else "9") + code[n + 1 :]
        assert isinstance(parse_bin(misread, site="P1"), Rejection)
    for length in (46, 47, 60, 64, 4000):
        for end in (".AB", ".", ""):
            assert isinstance(parse_bin("K1L." + "A" * length + end, site="P1"), Rejection), (length, end)
    longest = "A" * (MAX_LENGTH - len("K1L.P1.") - 3)
    assert parse_bin(format_bin("P1", longest), site="P1") == longest
    with pytest.raises(ValueError, match="too long to print"):
        format_bin("P1", longest + "A")
    assert isinstance(other := parse_bin(code, site="P2"), Rejection) and other.code == "OTHER_PLANT"


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_bin_codes(text: str) -> None:
    assert isinstance(parse_bin(f"K1L.{text}", site="P1"), Rejection | str)


@pytest.mark.parametrize("location", ["", "a-1", "A.1", "-A", "A" * 60, "Ä"])
def test_a_place_whose_id_cannot_be_printed_says_so(location: str) -> None:
    with pytest.raises(ValueError, match=r"printed|too long"):
        format_bin("P1", location)


def test_differences_name_what_is_printed_and_what_would_be_now() -> None:
    printed = {"quantity": "40 PCE", "to": "LINE3", "gone": "x"}
    assert differences(printed, {"quantity": "60 PCE", "to": "LINE3", "new": "y"}) == {
        "quantity": ("40 PCE", "60 PCE"), "new": ("", "y"), "gone": ("x", ""),
    }  # fmt: skip


def card(text: str) -> Drawing:
    return layout.card(CardFace("K1.P1.C1.1.AA", text, 1, text, text, text, text, text, text, 1, 1))


HOSTILE = ["^XZ^XA^FDowned", "~DG", "</svg><script>", "a_5Eb", "\x00\x1b[31m", "Ж" * 300, "…", "\ud800", "六" * 90]


@pytest.mark.promise("R10")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    label = zpl.render(card(text))
    plain = zpl.render(card("x"))
    assert label.isascii()
    assert [one[:2] for one in re.findall(r"[\^~][A-Z0-9]{2}", label)] == [
        one[:2] for one in re.findall(r"[\^~][A-Z0-9]{2}", plain)
    ]
    [page] = pages([card(text)], None)
    assert ElementTree.fromstring(svg.render(page).encode()) is not None


@given(st.text(max_size=60), st.integers(10, 100))
def test_a_text_is_made_to_fit_its_room(text: str, width: int) -> None:
    one = fitted(Text(0, 0, 5, text, width))
    assert one.size <= 5 and len(one.text) <= len(text)
    assert not any(not letter.isprintable() for letter in one.text)


def test_zpl_begins_and_ends_and_names_its_size_in_dots() -> None:
    label = zpl.render(card("x"), 300)
    assert label.startswith("^XA\n^CI28\n^PW1260\n^LL888\n") and label.endswith("^XZ\n")
    assert label.count("^FO") == label.count("^FS")


def test_the_bars_of_a_label_printer_are_whole_dots() -> None:
    placed = place(Code(0, 0, 101, 15, "K1.P1.K-000812-03.1.7Q", Kind.CODE_128), 1 / 8)
    assert placed is not None and (placed.module_width * 8) % 1 == 0


def test_bars_too_thin_to_scan_are_refused_where_they_are_needed() -> None:
    with pytest.raises(GatewayError, match="too many"):
        place(Code(0, 0, 20, 15, "K1.P1.K-000812-03.1.7Q", Kind.CODE_128))
    with pytest.raises(GatewayError, match="cannot be printed"):
        modules_of("(00)123", Kind.GS1_128)
