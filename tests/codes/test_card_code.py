"""Our own card code and the check pair in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codes.card import MAX_LENGTH, CardCode, format_card, parse_card
from gateway.codes.checkpair import ALPHABET, SET_82, check_pair
from gateway.model import Rejection

CODE = format_card(CardCode("P1", "K-000812-03", 2))

names = st.from_regex(r"[A-Z0-9]([A-Z0-9-]{0,14}[A-Z0-9])?", fullmatch=True)
card_codes = st.builds(CardCode, names, names, st.integers(1, 9999))


def test_the_pair_of_the_published_gs1_example_is_2k() -> None:
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


def test_the_pair_is_only_defined_for_characters_of_set_82_and_our_length() -> None:
    with pytest.raises(ValueError, match="'ä' is not in GS1 set 82"):
        check_pair("Kärtchen")
    with pytest.raises(ValueError, match="47 characters, expected at most 46"):
        check_pair("A" * 47)
    assert len(set(SET_82)) == 82
    assert len(set(ALPHABET)) == 32


@given(st.text(SET_82, min_size=1, max_size=46), st.data())
def test_every_single_wrong_character_changes_the_pair(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from(SET_82.replace(text[place], "")))
    assert check_pair(text[:place] + wrong + text[place + 1 :]) != check_pair(text)


@given(st.text(SET_82, min_size=2, max_size=46), st.data())
def test_every_exchange_of_two_characters_changes_the_pair(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 2))
    second = data.draw(st.integers(first + 1, len(text) - 1))
    swapped = list(text)
    swapped[first], swapped[second] = text[second], text[first]
    if text[first] != text[second]:
        assert check_pair("".join(swapped)) != check_pair(text)


@given(card_codes)
def test_what_is_printed_is_what_is_read(code: CardCode) -> None:
    text = format_card(code)
    assert len(text) <= MAX_LENGTH
    assert re.fullmatch(r"[A-Z0-9.-]+", text)  # the alphanumeric mode of QR, and Code 128
    assert parse_card(text, site=code.site) == code


@given(card_codes, st.data())
def test_a_misread_character_is_never_another_card(code: CardCode, data: st.DataObject) -> None:
    text = format_card(code)
    place = data.draw(st.integers(3, len(text) - 1))
    wrong = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."))
    misread = text[:place] + wrong + text[place + 1 :]
    if wrong != text[place]:
        assert isinstance(parse_card(misread, site=code.site), Rejection)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (CardCode("p1", "K1", 1), "site 'p1'"),
        (CardCode("P1", "K.1", 1), "card 'K.1'"),
        (CardCode("P1", "", 1), "card ''"),
        (CardCode("P1", "-K1", 1), "card '-K1'"),
        (CardCode("P1", "K1", 0), "revision 0"),
        (CardCode("P1", "K1", 10_000), "revision 10000"),
        (CardCode("P1", "K" * 40, 1), "too long to print"),
    ],
)
def test_what_does_not_fit_the_code_is_not_printed(code: CardCode, what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        format_card(code)


def with_pair(body: str) -> str:
    return f"{body}.{check_pair(body)}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CODE[:-1] + ("2" if CODE[-1] != "2" else "3"), "CHECK_CHARACTERS"),
        (CODE.lower().replace("k1.", "K1."), "CHECK_CHARACTERS"),
        (CODE + " ", "CHECK_CHARACTERS"),
        (CODE + ".", "CHECK_CHARACTERS"),
        ("K1.", "CHECK_CHARACTERS"),
        ("K1.ÄÖÜ.7.1.22", "CHECK_CHARACTERS"),
        (with_pair("K1.P1.K-1"), "UNKNOWN_CODE"),
        (with_pair("K1.P1.K-1.0"), "UNKNOWN_CODE"),
        (with_pair("K1.P1.K-1.01"), "UNKNOWN_CODE"),
        (with_pair("K1.P1.K-1.1.1"), "UNKNOWN_CODE"),
        (with_pair("K1..K-1.1"), "UNKNOWN_CODE"),
        (with_pair("K1.P2.K-1.1"), "OTHER_PLANT"),
        ("K1." + "A" * 60, "CODE_TOO_LONG"),
        ("K1." + "A" * 44 + ".", "CHECK_CHARACTERS"),  # the longest, and nothing where the check should be
    ],
)
def test_a_code_that_cannot_be_used_says_why(text: str, code: str) -> None:
    rejection = parse_card(text, site="P1")
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert rejection.text.endswith(".")


def test_a_damaged_code_says_what_was_read_and_what_would_fit() -> None:
    damaged = CODE.replace("812", "813")
    rejection = parse_card(damaged, site="P1")
    assert isinstance(rejection, Rejection)
    assert rejection.got == damaged
    assert rejection.expected == with_pair(damaged.rpartition(".")[0])


def test_a_card_of_another_plant_names_both_plants() -> None:
    rejection = parse_card(CODE, site="P2")
    assert rejection == Rejection(
        "OTHER_PLANT", "This card belongs to plant P1, this is P2: put it aside for the planner.", "P1", "P2"
    )
