"""What becomes of the separators inside labels, scanner by scanner; and what is refused because they may be lost."""

from __future__ import annotations

from random import Random

import pytest

from gateway.codes.doubt import hidden_split
from gateway.codes.parse import parse
from gateway.codes.profile import PROFILES, Profile
from gateway.parsed import Element, Label
from tests.codes.logistics import GS, Pairs, message, written

SEED = 7
GTIN = "01" + "09501101530003"


def pairs_of(label: Label) -> Pairs:
    return [(one.id, one.value) for one in label.elements]


def scanned(text: str, profile: Profile, aim: str = "]C1") -> Label:
    return parse(text.encode(), aim, profile=profile)


def wrong_when_dropped(count: int) -> list[tuple[Pairs, Label]]:
    """Of so many labels whose every separator is dropped, those that are valid and say something else."""
    random = Random(SEED)
    wrong = []
    for number in range(count):
        label = message(random)
        profile, aim = (("unknown", "]C1"), ("dropped", "]d2"), ("unknown", ""))[number % 3]
        found = scanned(written(label, ""), PROFILES[profile], aim)
        if found.is_valid and pairs_of(found) != label:
            wrong.append((label, found))
    return wrong


@pytest.mark.promise("R3")
def test_no_label_with_dropped_separators_is_valid_with_wrong_data() -> None:
    assert wrong_when_dropped(600) == []


@pytest.mark.slow
@pytest.mark.promise("R3")
def test_none_of_ten_thousand_labels_with_dropped_separators_is_valid_with_wrong_data() -> None:
    assert wrong_when_dropped(10_000) == []


@pytest.mark.parametrize("name", ["kept", "caret", "at", "pipe", "bracket", "private-use", "typed-control"])
def test_a_scanner_whose_separators_arrive_somehow_is_read_rightly(name: str) -> None:
    random = Random(SEED)
    profile = PROFILES[name]
    for _ in range(100):
        label = message(random)
        found = scanned(written(label, profile.stand_in or GS), profile)
        assert found.is_valid and pairs_of(found) == label


def test_digits_for_a_separator_are_read_only_where_one_reading_is_possible() -> None:
    random = Random(SEED)
    profile = PROFILES["alt-029"]
    codes = []
    for _ in range(200):
        label = message(random)
        found = scanned(written(label, profile.stand_in), profile)
        codes.append(found.errors[0].code if found.errors else "right" if pairs_of(found) == label else "WRONG")
    assert set(codes) == {"AMBIGUOUS", "right"}
    assert codes.count("right") > 20


def test_a_label_that_shows_a_separator_is_in_no_doubt() -> None:
    assert scanned(f"{GTIN}10AB-123{GS}99XYZ", PROFILES["unknown"]).is_valid
    label = scanned(f"{GTIN}10AB-12399XYZ", PROFILES["unknown"])
    assert [flaw.code for flaw in label.errors] == ["SEPARATOR_DOUBT"]
    assert "probe" in label.errors[0].text and label.errors[0].got == "AB-12399XYZ"
    assert scanned(f"{GTIN}10AB-12399XYZ", PROFILES["kept"]).is_valid


def test_a_value_that_cannot_be_cut_is_in_no_doubt_whatever_the_scanner_does() -> None:
    for lot in ("AB-123", "LOT", "X5", "4", "12-AB"):
        assert scanned(f"{GTIN}17301231" + f"10{lot}", PROFILES["dropped"]).is_valid, lot


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("AB-1233725", ("AB-123", "3725")),
        ("A17301231", ("A", "17301231")),
        ("X15881508", None),  # no such day
        ("A17000000", ("A", "17000000")),  # some labels have all-zero dates
        ("A0212345678901234", ("A", "0212345678901234")),  # a wrong check digit may have been printed
        ("ABCDEF", None),
        ("1021", None),  # the value itself has at least one character
        ("11021", ("1", "1021")),
    ],
)
def test_where_a_separator_may_have_been(value: str, cut: tuple[str, str] | None) -> None:
    assert hidden_split((Element("01", "09501101530003"), Element("10", value))) == cut


def test_an_iso_envelope_without_its_separators_is_refused_by_any_profile() -> None:
    for profile in [one for one in PROFILES.values() if not one.expects_aim]:
        label = parse(b"[)>06P596-777A1-ND1PXAF4444Q310D14521TBF11034LUS", profile=profile)
        assert [flaw.code for flaw in label.errors] == ["SEPARATOR_DROPPED"]


def test_what_the_scanner_made_of_record_and_end_is_undone_too() -> None:
    profile = Profile("x", "|", "~", "$$")
    label = parse(b"[)>~06|PA-1|Q5~$$", profile=profile)
    assert label.keys.item == "A-1" and label.errors == ()
