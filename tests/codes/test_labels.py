"""Labels of goods: symbologies, single numbers, envelopes, data identifiers, suppliers' own layouts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gateway.codes.parse import MAX_BYTES, parse
from gateway.codes.profile import PROFILES
from gateway.codes.template import PATTERN_LIMIT, Template
from gateway.parsed import Amount, Element, Label, Syntax
from tests.codes.gs1_suite import GOLDEN

SUPPLIER_LABELS = json.loads((GOLDEN / "supplier_labels.json").read_text())
SSCC, GTIN = "340123450000000000", "09501101530003"


def codes_of(label: Label) -> list[str]:
    return [flaw.code for flaw in label.errors]


def read(text: str, aim: str = "", profile: str = "kept") -> Label:
    return parse(text.encode(), aim, profile=PROFILES[profile])


@pytest.mark.parametrize("row", SUPPLIER_LABELS, ids=lambda row: row["name"])
def test_labels_of_suppliers_as_they_were_read(row: dict[str, Any]) -> None:
    form = row.get("dates", "YYYYMMDD")
    templates = [Template.build("site", row["pattern"], dates=form)] if "pattern" in row else []
    label = parse(row["in"].encode(), templates=templates)
    assert label.errors == ()
    assert label.keys.as_json() == row["keys"]
    assert [[one.id, one.value] for one in label.elements] == row["elements"]
    assert label.template == ("site" if templates else "")


def test_a_logistic_label_says_what_is_inside() -> None:
    label = read("]C102" + GTIN + "37240\x1d10L-77\x1d400PO4711\x1d3103001500")
    assert label.symbology == "gs1-128" and label.syntax is Syntax.GS1 and codes_of(label) == []
    keys = label.keys
    assert (keys.content_gtin, keys.lot, keys.purchase_order) == (GTIN, "L-77", "PO4711")
    assert keys.quantity == Amount(Decimal(240)) and keys.net_weight == Amount(Decimal("1.500"), "KGM")
    assert [flaw.at for flaw in label.warnings] == ["37"]  # the SSCC stands in another symbol


def test_day_zero_is_the_last_of_the_month_and_the_century_does_not_depend_on_the_clock() -> None:
    assert read(f"]C101{GTIN}17240200").keys.expiry == date(2024, 2, 29)
    assert read(f"]C101{GTIN}17760101").keys.expiry == date(2076, 1, 1)
    assert read(f"]C101{GTIN}17770101").keys.expiry == date(1977, 1, 1)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (f"]C100{SSCC[:-1]}1", "CHECK_DIGIT", "check digit 0"),
        (f"]C101{GTIN[:-1]}4", "CHECK_DIGIT", "check digit 3"),
        ("]C1414950110153000", "LENGTH", "13 characters"),
        (f"]C101{GTIN}10" + "A" * 21, "LENGTH", "1 to 20 characters"),
        (f"]C101{GTIN}17991301", "DATE", "a date YYMMDD, day 00 for the end of the month"),
        (f"]C101{GTIN}02{GTIN}", "FORBIDDEN_PAIR", "(01) without (02)"),
        (f"]C101{GTIN}10A\x1d10B", "REPEATED", "A"),
        (f"]C101{GTIN}10AB#", "CHARACTERS", "GS1 set 82"),
        ("]C1", "EMPTY", "at least one element string"),
        ("]C1ABC", "UNKNOWN_AI", "an application identifier of GS1"),
        (f"]C101{GTIN}250X", "FRAGMENT", "(21)"),
        ("]XXABC", "UNKNOWN_AIM", "ISO/IEC 15424"),
        ("]C1811001", "COUPON", "the label of goods; this is a coupon for a till"),
        ("]E04006381333932", "CHECK_DIGIT", "1"),
        ("]E0400638", "LENGTH", "13 digits, 12 for UPC-A"),
        ("]I1123456", "LENGTH", "14 digits"),
        ("]I109501101530004", "CHECK_DIGIT", "3"),
        ("[)>\x1e06PABC1234Q12", "SEPARATOR_DROPPED", "GS behind the format"),
        ("[)>\x1e06\x1dPA\x1dPB", "REPEATED", "A"),
        ("[)>\x1e06\x1dQmany", "QUANTITY", "a number such as 4000"),
        ("[)>\x1e07\x1dPA", "UNKNOWN_FORMAT", "05, 06, 12"),
        ("[)>\x1e06\x1d?", "UNKNOWN_DI", "up to three digits and a capital letter"),
        ("https://example.com/menu", "NO_DIGITAL_LINK", "https://…/01/<GTIN>… or another GS1 key"),
        ("", "EMPTY_READ", "at least one character"),
        ("]~1", "", ""),
    ],
)
def test_what_is_wrong_is_told_with_what_was_expected_and_gives_no_keys(text: str, code: str, expected: str) -> None:
    label = read(text)
    assert codes_of(label) == ([code] if code else [])
    if code:
        assert label.errors[0].expected == expected
    assert label.keys.as_json() == {}


@pytest.mark.parametrize(
    ("text", "aim", "gtin"),
    [
        ("4006381333931", "]E0", "04006381333931"),
        ("036000291452", "]E0", "00036000291452"),
        ("96385074", "]E4", "00000096385074"),
        ("04252614", "]E0", "00042100005264"),  # UPC-E
        ("19501101530000", "]I1", "19501101530000"),
        ("19501101530000", "", "19501101530000"),
        ("400638133393112", "]E3", "04006381333931"),
    ],
)
def test_retail_and_case_numbers_become_a_gtin_of_14_digits(text: str, aim: str, gtin: str) -> None:
    label = read(text, aim)
    assert codes_of(label) == [] and label.keys.gtin == gtin


def test_a_number_of_a_company_of_its_own_is_marked() -> None:
    assert [flaw.code for flaw in read("2112345678900", "]E0").warnings] == ["RESTRICTED"]
    assert read("4006381333931", "]E0").warnings == ()


def test_what_could_be_read_in_two_ways_is_told() -> None:
    label = read("96385074")
    assert label.keys.gtin == "00000096385074" and [flaw.code for flaw in label.warnings] == ["AMBIGUOUS"]


def test_a_driver_that_names_the_symbol_is_as_good_as_an_identifier() -> None:
    assert parse(b"4006381333931", symbology="EAN-13").symbology == "ean-13"
    assert codes_of(parse(b"4006381333932", symbology="EAN13")) == ["CHECK_DIGIT"]


def test_a_composite_symbol_holds_both_its_parts() -> None:
    label = read("]E02112345678900|]e010LOT\x1d99XYZ")
    assert label.keys.gtin == "02112345678900" and label.keys.lot == "LOT"


def test_format_05_is_gs1_and_format_12_has_text_element_identifiers() -> None:
    assert read(f"[)>\x1e05\x1d01{GTIN}\x1d10L1\x1e\x04").keys.lot == "L1"
    assert read("[)>\x1e12\x1dPNO 1234\x1dSER 77\x1e\x04").keys.serial == "77"
    assert codes_of(read("[)>\x1e06\x1dPA1\x1e05\x1d10L1\x1e\x04")) == ["MIXED_FORMATS"]
    assert read("[)>\x1e06\x1dPA1\x1e06\x1d1TL1\x1e\x04").keys.lot == "L1"


@pytest.mark.parametrize("group", ["@", "|", "\u241d", "]", "~"])
def test_an_envelope_shows_by_itself_what_the_scanner_made_of_the_separators(group: str) -> None:
    label = parse(f"[)>{group}06{group}PA-1{group}Q12{group}1TL9{group}".encode())
    assert codes_of(label) == []
    assert (label.keys.item, label.keys.lot, label.keys.quantity) == ("A-1", "L9", Amount(Decimal(12)))


@pytest.mark.parametrize("group", ["-", "/", " ", "#", "."])
def test_a_separator_that_may_stand_inside_a_value_is_refused(group: str) -> None:
    label = parse(f"[)>{group}06{group}P596-777A1-ND{group}Q3".encode())
    assert codes_of(label) == ["AMBIGUOUS"]


def test_a_quantity_takes_its_unit_from_the_identifier_beside_it() -> None:
    assert read("[)>\x1e06\x1dQ12\x1d3QEA").keys.quantity == Amount(Decimal(12), "PCE")
    assert read("[)>\x1e06\x1d7Q10 lbs").keys.quantity == Amount(Decimal(10), "LBR")
    assert read("[)>\x1e06\x1d7Q10KG").keys.quantity == Amount(Decimal(10), "KGM")


def test_an_identifier_ends_at_its_letter() -> None:
    assert read("PP210378BFKAX00").elements == (Element("P", "P210378BFKAX00"),)
    assert read("16D20240131").keys.produced == date(2024, 1, 31)


def test_a_licence_plate_that_is_an_sscc_is_one() -> None:
    assert read(f"[)>\x1e06\x1dJ{SSCC}").keys.sscc == SSCC
    assert read("[)>\x1e06\x1d1JUN123456789A2B").keys.license_plate == "UN123456789A2B"


def test_a_code_longer_than_any_is_refused_with_its_first_bytes() -> None:
    label = parse(b"9" * (MAX_BYTES + 1))
    assert codes_of(label) == ["CODE_TOO_LONG"] and len(label.raw) == MAX_BYTES


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?P<lot>A)(?=B)", "not a regular expression of RE2"),
        (r"(?P<lot>.)\1", "not a regular expression of RE2"),
        ("(?P<colour>.+)", "a group named 'colour'"),
        ("A.+", "no named group"),
        ("(?P<lot>.*)", "fits an empty code"),
        ("(?P<lot>" + "A" * PATTERN_LIMIT + ")", f"expected 1 to {PATTERN_LIMIT}"),
    ],
)
def test_a_wrong_pattern_is_told_when_it_is_configured(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("(", r"\(")):
        Template.build("t", pattern)


def test_a_pattern_that_would_hang_a_backtracking_matcher_is_answered_at_once() -> None:
    template = Template.build("t", "(?P<lot>(?:(?:a+)+)+b)")
    assert parse(b"a" * MAX_BYTES, templates=(template,)).template == ""


def test_a_template_adds_what_every_such_label_says_without_printing_it() -> None:
    template = Template.build(
        "acme", "(?P<supplier_item>[^;]+);(?P<quantity>[0-9]+);(?P<unit>[A-Z]+);(?P<expiry>.+)",
        values={"supplier": "ACME"}, dates="DD.MM.YYYY", symbologies=("qrcode",),
    )  # fmt: skip
    label = parse(b"X-1;0040;PCE;31.12.2030", "]Q1", templates=(template,))
    assert label.keys.supplier == "ACME" and label.keys.quantity == Amount(Decimal(40), "PCE")
    assert label.keys.expiry == date(2030, 12, 31)
    assert parse(b"X-1;0040;PCE;31.12.2030", "]C0", templates=(template,)).template == ""
    assert codes_of(parse(b"X-1;40;PCE;31.02.2030", "]Q1", templates=(template,))) == ["DATE"]
