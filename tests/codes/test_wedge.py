"""EPCs from RFID wedges, through the scanners' own way."""

from __future__ import annotations

import pytest

from gateway.codes.epc.epc import encode
from gateway.codes.interpret import interpret_code
from gateway.model import Read, Scan

GRAI = "3376451FD40C0E400000162E"
SGTIN = encode({"01": "09521141123454", "21": "400"}, 7, filter_value=2).hex


def _scan(text: str, aim: str = "") -> Scan:
    read = Read("019f0000-0000-7000-8000-000000000001", "s", "S1", text.encode(), aim, 1, 1, "b", "ntp")
    return interpret_code(read, site="P1")


@pytest.mark.parametrize("text", [GRAI, GRAI.lower(), GRAI + "0000"])
def test_the_digits_of_a_tag_name_it_as_a_reader_would(text: str) -> None:
    scan = _scan(text)
    assert (scan.code, scan.fault) == ("urn:epc:id:grai:9521141.12345.5678", None)


def test_at_a_goods_station_a_tag_is_a_label() -> None:
    scan = _scan(SGTIN)
    assert scan.label is not None
    keys = scan.label.keys
    assert (keys.gtin, keys.serial) == ("09521141123454", "400")


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        (GRAI, "]C0"),  # printed as a bar code it is what it says
        (GRAI[:22], ""),
        (GRAI + "0", ""),
        ("E2801114200087CB77002222", ""),  # no EPC: the maker's own number of a chip
        ("301400000000000000000001", ""),  # a number
        ("3376451FD40C0E400000162X", ""),
    ],
)
def test_any_other_text_is_what_it_was(text: str, aim: str) -> None:
    assert _scan(text, aim).code == text
