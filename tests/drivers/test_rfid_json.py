"""What readers with a JSON interface publish, and what is none of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid_json import BODY_LIMIT_BYTES, InputTold, PayloadError, TagSeen, read_impinj, read_zebra

GOLDEN = Path(__file__).parents[1] / "golden/rfid"
BIN, OTHER = "3376451FD40C0E400000162E", "3376451FD40C0E400000162F"

MEMBERS = st.sampled_from(["data", "idHex", "reads", "tagInventoryEvent", "epc", "epcHex", "antennaPort", "peakRssi"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner),
)


def test_impinj_gives_epc_port_and_rssi_in_hundredths_and_base64_where_hex_is_off() -> None:
    seen = read_impinj((GOLDEN / "impinj-r700.json").read_bytes())
    assert seen == [
        TagSeen(BIN, 2, -5050, at_us=1_782_631_440_225_324, phase=2376, channel_khz=921_625),
        TagSeen(OTHER, 1, None, at_us=1_782_631_440_300_000),
        InputTold(1, is_on=False, at_us=1_782_631_440_400_000),
    ]


def test_zebra_gives_numbers_of_events_and_counts_reads_only_where_they_are_since_the_last_report() -> None:
    seen = read_zebra((GOLDEN / "zebra-iotc.json").read_bytes())
    assert seen == [
        TagSeen(BIN, 1, -3400, 1, 22, 1_786_612_468_651_000, 1684, 866_300),
        TagSeen(OTHER, 1, -5300, 4, 23, 1_775_245_816_699_000),
        InputTold(1, is_on=True),
    ]


def test_what_is_no_tag_is_nothing() -> None:
    assert read_impinj(b"[]") == read_zebra(b'{"type":"heartbeat"}') == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"3", "expected an object"),
        (b'[{"data":{"idHex":"XYZ"}}]', "hexadecimal"),
        (b'{"data":{"idHex":12}}', "hexadecimal"),
        (b'{"data":{"idHex":"AA","antenna":"left"}}', "antenna"),
        (b" " * (BODY_LIMIT_BYTES + 1), "at most"),
    ],
)
def test_a_bad_message_says_what_was_wrong(body: bytes, says: str) -> None:
    with pytest.raises(PayloadError, match=says):
        read_zebra(body)


@pytest.mark.promise("R10")
@given(JSON)
def test_nothing_but_a_payload_error_escapes(told: Any) -> None:
    for read in (read_impinj, read_zebra):
        try:
            read(json.dumps(told).encode())
        except PayloadError:
            pass
