"""Every example of the Tag Data Standard, both ways: one per scheme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.codes.epc.epc import decode, encode, parse_uri

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden/epc/tds23_e3.json").read_text())
CLASSIC, PLUS = VECTORS["classic"], VECTORS["plus"]
NAMES = [row[0] for row in CLASSIC]


def test_there_is_an_example_of_every_scheme() -> None:
    assert (len(CLASSIC), len(PLUS)) == (21, 24)


@pytest.mark.parametrize(("scheme", "bits", "tag_uri", "identity", "link"), CLASSIC, ids=NAMES)
def test_bits_are_read_as_the_standard_reads_them(
    scheme: str, bits: str, tag_uri: str, identity: str, link: str | None
) -> None:
    epc = decode(bits)
    assert (epc.why_not, epc.warnings) == (None, ())
    assert (epc.scheme, epc.tag_uri, epc.identity, epc.link) == (scheme, tag_uri, identity, link or "")


@pytest.mark.parametrize(("scheme", "bits", "tag_uri", "identity", "link"), CLASSIC, ids=NAMES)
def test_a_tag_uri_gives_the_same_bits(scheme: str, bits: str, tag_uri: str, identity: str, link: str | None) -> None:
    epc = parse_uri(tag_uri)
    assert epc.hex.rstrip("0") == bits.rstrip("0")
    assert len(epc.hex) % 4 == 0, "a tag is written in words"


@pytest.mark.parametrize(("scheme", "bits", "tag_uri", "identity", "link"), CLASSIC, ids=NAMES)
def test_a_pure_identity_gives_the_same_keys_and_no_bits(
    scheme: str, bits: str, tag_uri: str, identity: str, link: str | None
) -> None:
    epc = parse_uri(identity)
    assert (epc.identity, epc.hex, epc.tag_uri, epc.link) == (identity, "", "", link or "")


@pytest.mark.parametrize("row", [row for row in CLASSIC if row[4]], ids=[row[0] for row in CLASSIC if row[4]])
def test_keys_and_the_length_of_the_company_prefix_give_the_identity_back(row: list[str]) -> None:
    epc = decode(row[1])
    again = encode(dict(epc.keys), len(epc.fields[0]), filter_value=epc.filter or 0)
    assert again.identity == row[3]


@pytest.mark.parametrize(("scheme", "bits", "link"), PLUS, ids=[row[0] for row in PLUS])
def test_the_plus_schemes_give_their_keys(scheme: str, bits: str, link: str) -> None:
    epc = decode(bits)
    assert (epc.scheme, epc.link, epc.warnings, epc.why_not) == (scheme, link, (), None)
    assert (epc.identity, epc.tag_uri, epc.name) == ("", "", link), "they carry no company prefix, hence no URN"
