"""What is no EPC stays data, and the reason is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codes.epc.epc import decode, encode, parse_uri
from gateway.codes.epc.filter import EpcFilter, pattern_mistake

SGTIN = "3066C4409047E140075BCD15"
SSCC = "311BA1B300CE0A6A83000000"
SSCC_PLUS = "F90095201234567891235"


@pytest.mark.promise("R10")
@given(st.one_of(st.text(max_size=200), st.binary(max_size=32).map(bytes.hex)))
def test_no_text_and_no_bits_raise(text: str) -> None:
    epc = decode(text)
    assert (epc.why_not is None) == bool(epc.scheme)
    assert parse_uri(text).hex == ""


@given(st.integers(0x2C, 0x41), st.binary(min_size=11, max_size=27))
def test_what_is_read_of_any_bits_is_written_back_as_they_were(header: int, rest: bytes) -> None:
    epc = decode(bytes([header]).hex() + rest.hex())
    if epc.scheme and not epc.warnings:
        again = parse_uri(epc.tag_uri)
        assert again.hex.rstrip("0") == epc.hex.rstrip("0")
        assert again.identity == epc.identity == parse_uri(epc.identity).identity


@pytest.mark.parametrize(
    ("bits", "code"),
    [
        ("", "EPC_NOT_HEX"),
        ("30" + "0" * 127, "EPC_NOT_HEX"),
        ("KANBAN", "EPC_NOT_HEX"),
        ("E2801114200087CB77002222", "EPC_UNKNOWN_HEADER"),  # a TID that somebody copied into the EPC memory
        ("3066C4409047E140", "EPC_TOO_SHORT"),
        ("307EC4409047E140075BCD15", "EPC_BAD_PARTITION"),
        ("3063FFFFFFFFFFFFFFFFFFFF", "EPC_VALUE_TOO_LARGE"),
        ("F90095201234567891236", "EPC_CHECK_DIGIT"),
        ("F9009520123456789123A", "EPC_NOT_DIGITS"),
        ("FB34FFFF795211411234538566CB0AFC4", "EPC_BAD_DATE"),
        ("F73795211411234538140", "EPC_BAD_CHARACTER"),
        ("3F76451FD612640000000007", "EPC_BAD_SERIAL"),
    ],
)
def test_what_is_wrong_is_said_and_the_bits_are_kept(bits: str, code: str) -> None:
    epc = decode(bits)
    assert epc.why_not is not None and epc.why_not.code == code
    assert epc.hex == bits[:128] and epc.name == bits[:128]


def test_reserved_bits_that_are_set_are_told_and_the_pallet_is_known() -> None:
    epc = decode(SSCC[:-1] + "1")
    assert (epc.warnings, epc.identity) == (("RESERVED_BITS_SET",), decode(SSCC).identity)


def test_a_memory_longer_than_its_epc_is_read_and_what_follows_is_told() -> None:
    assert decode(SGTIN + "0000").warnings == ()
    assert decode(SGTIN + "BEEF").warnings == ("TRAILING_BITS",)


def test_a_pallet_has_one_name_however_its_key_is_encoded() -> None:
    assert decode(SSCC).keys == decode(SSCC_PLUS).keys == (("00", "095201234567891235"),)


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("urn:epc:tag:sgtin-96:9.0614141.812345.6789", "EPC_BAD_FILTER"),
        ("urn:epc:tag:sgtin-96:3.0614141.812345", "EPC_FIELD_COUNT"),
        ("urn:epc:tag:sgtin-96:3.0614141.812345.0123", "EPC_LEADING_ZERO"),
        ("urn:epc:tag:sgtin-96:3.06141.81234567.1", "EPC_BAD_PREFIX"),
        ("urn:epc:tag:sgtin-198:3.0614141.812345.", "EPC_BAD_CHARACTER"),
        ("urn:epc:tag:sgtin-198:3.0614141.812345.a%2", "EPC_BAD_ESCAPE"),
        ("urn:epc:tag:usdod-96:3.CAGIO.1", "EPC_BAD_OWNER"),
        ("urn:epc:tag:nothing-96:1.2.3", "EPC_NO_SCHEME"),
        ("urn:epc:id:nothing:1.2", "EPC_NO_SCHEME"),
        ("https://id.example/01/09506000134352", "EPC_NOT_URI"),
    ],
)
def test_a_wrong_uri_says_what_was_expected(uri: str, code: str) -> None:
    why_not = parse_uri(uri).why_not
    assert why_not is not None and (why_not.code, bool(why_not.expected)) == (code, True)


def test_a_serial_may_have_dots() -> None:
    uri = "urn:epc:tag:sgtin-198:3.0614141.812345.a.b..c"
    assert parse_uri(uri).tag_uri == uri
    assert parse_uri("urn:epc:id:sgtin:0614141.812345.1.2").keys[1] == ("21", "1.2")


def test_letters_in_a_serial_take_the_longer_scheme() -> None:
    assert encode({"01": "09506000134352", "21": "17"}, 11).scheme == "SGTIN-96"
    assert encode({"01": "09506000134352", "21": "017"}, 11).scheme == "SGTIN-198"
    wrong = encode({"01": "09506000134353", "21": "17"}, 11).why_not
    assert wrong is not None and wrong.code == "EPC_CHECK_DIGIT"


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        (EpcFilter(), True),
        (EpcFilter(schemes=("SGTIN-96",)), True),
        (EpcFilter(schemes=("sgtin",)), True),
        (EpcFilter(schemes=("sscc",)), False),
        (EpcFilter(company_prefixes=("95060001343",)), True),
        (EpcFilter(company_prefixes=("952",)), False),
        (EpcFilter(patterns=("urn:epc:pat:sgtin-96:3.95060001343.*.*",)), True),
        (EpcFilter(patterns=("urn:epc:pat:sgtin-96:*.*.*.[1-123456789]",)), True),
        (EpcFilter(patterns=("urn:epc:pat:sgtin-96:*.*.*.[1-9]",)), False),
        (EpcFilter(schemes=("sgtin",), company_prefixes=("952",)), False),
    ],
)
def test_a_filter_lets_pass_what_all_its_parts_want(wanted: EpcFilter, passes: bool) -> None:
    assert wanted.passes(decode(SGTIN)) is passes


def test_a_filter_by_company_knows_the_schemes_without_a_company_prefix() -> None:
    assert EpcFilter(company_prefixes=("952012",)).passes(decode(SSCC_PLUS))
    assert EpcFilter().passes(decode("E200"))
    assert not EpcFilter(schemes=("sgtin",)).passes(decode("E200"))


@pytest.mark.parametrize(
    ("pattern", "is_right"),
    [
        ("urn:epc:pat:sgtin-96:3.0614141.*.[100-199]", True),
        ("urn:epc:pat:sgtin-96:3.0614141.*.[199-100]", False),
        ("urn:epc:pat:sgtin-96:3..*", False),
        ("sgtin-96:3.0614141.*.*", False),
    ],
)
def test_a_wrong_pattern_is_told(pattern: str, is_right: bool) -> None:
    assert (pattern_mistake(pattern) == "") is is_right
