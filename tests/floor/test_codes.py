"""Card codes printed by the floor: the published vector of the check pair, and what a damaged code looks like."""

from __future__ import annotations

import random

import pytest

from firmware_sim.codes import PAIR_ALPHABET, check_pair, damage, print_card
from gateway.codes import checkpair
from gateway.codes.card import CardCode, format_card, parse_card
from gateway.model import Rejection


def test_the_check_pair_of_the_published_example_is_2k() -> None:
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


def test_a_card_is_printed_with_the_pair_over_all_that_stands_before_it() -> None:
    code = print_card("P1", "K-000812-03", 2)
    assert code.rpartition(".")[0] == "K1.P1.K-000812-03.2"
    assert code.rpartition(".")[2] == check_pair("K1.P1.K-000812-03.2")


def test_a_character_outside_the_set_cannot_be_printed() -> None:
    with pytest.raises(ValueError, match="substring"):
        check_pair("KÄRTCHEN")


def test_a_damaged_code_differs_in_one_character_and_no_longer_fits_its_pair() -> None:
    chance = random.Random(1)
    for number in range(1000):
        code = print_card("P1", f"C{number:05d}")
        bad = damage(code, chance)
        text, _, pair = bad.rpartition(".")
        assert sum(a != b for a, b in zip(code, bad, strict=True)) == 1
        assert check_pair(text) != pair


def test_the_gateway_forms_the_same_pair_on_a_thousand_random_texts() -> None:
    chance = random.Random(20)
    for _ in range(1000):
        text = "".join(chance.choices(checkpair.SET_82, k=chance.randint(1, checkpair.MAX_LENGTH)))
        assert check_pair(text) == checkpair.check_pair(text)


def test_the_gateway_prints_and_reads_a_thousand_random_cards_as_the_floor_does() -> None:
    chance = random.Random(21)
    for _ in range(1000):
        card = "".join(chance.choices(PAIR_ALPHABET, k=chance.randint(1, 12)))
        code = print_card("P1", card, revision := chance.randint(1, 9999))
        assert format_card(CardCode("P1", card, revision)) == code
        assert parse_card(code, site="P1") == CardCode("P1", card, revision)


def test_the_gateway_refuses_every_code_that_the_floor_damaged() -> None:
    chance = random.Random(22)
    for number in range(1000):
        answer = parse_card(damage(print_card("P1", f"C{number:05d}"), chance), site="P1")
        assert isinstance(answer, Rejection)
        assert answer.code == "CHECK_CHARACTERS"
