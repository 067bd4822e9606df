"""Badges and quantities as codes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.codes.badge import format_badge
from gateway.codes.command import format_command
from gateway.codes.interpret import interpret_code
from gateway.codes.quantity import format_amount, label_amount
from gateway.model import Action, Read, Scan
from gateway.quantity import format_quantity, parse_quantity

SECRET = b"a secret of this plant"
BADGE = format_badge("P1", "4471", SECRET)


def interpret(text: str, *, secret: bytes = SECRET) -> Scan:
    read = Read("019f0000-0000-7000-8000-000000000001", "scan-1", "S1", text.encode(), "]Q1", 1, 1, "b", "ntp")
    badges = [re.compile(r"P(?P<badge>\d{5})")]
    return interpret_code(read, site="P1", badges=badges, secret=secret)


def test_a_badge_of_ours_names_itself_and_is_kept_without_its_signature() -> None:
    scan = interpret(BADGE)
    assert (scan.action, scan.badge, scan.fault) == (Action.BADGE, "4471", None)
    assert scan.read.data == b"K1B.P1.4471"


def test_a_badge_that_people_have_already_is_named_by_its_pattern() -> None:
    assert (interpret("P00017").action, interpret("P00017").badge) == (Action.BADGE, "00017")
    assert interpret("P0001").badge == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BADGE[:-1] + ("A" if BADGE[-1] != "A" else "B"), "BADGE_SIGNATURE"),
        (BADGE.replace("4471", "4472"), "BADGE_SIGNATURE"),
        (format_badge("P1", "4471", b"another secret"), "BADGE_SIGNATURE"),
        (format_badge("P2", "4471", SECRET), "OTHER_PLANT"),
        (format_command("P1", "UNDO", SECRET).replace("K1C", "K1B"), "BADGE_SIGNATURE"),
        ("K1B.", "BADGE_SIGNATURE"),
        ("K1Q.40.22", "QUANTITY_CODE"),
        ("K1Q.-5.22", "QUANTITY_CODE"),
        ("K1Q.", "QUANTITY_CODE"),
        ("K1R.1e9.22", "QUANTITY_CODE"),
        ("K1Q.Ä.22", "QUANTITY_CODE"),
        ("K2B.P1.4471.ABCDEFGHIJ", "CODE_VERSION"),
    ],
)
def test_what_is_not_genuine_or_read_wrongly_is_red_with_a_reason(text: str, code: str) -> None:
    fault = interpret(text).fault
    assert fault is not None
    assert (fault.code, bool(fault.text)) == (code, True)


def test_without_a_secret_no_badge_of_ours_is_accepted() -> None:
    fault = interpret(BADGE, secret=b"").fault
    assert fault is not None
    assert fault.code == "BADGES_OFF"


@pytest.mark.parametrize("badge", ["", "a", "4471.5", "X" * 33, "-1"])
def test_what_cannot_be_printed_is_said(badge: str) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        format_badge("P1", badge, SECRET)


@given(st.integers(0, 10**15 - 1))
def test_every_quantity_that_is_printed_is_read_back(micro: int) -> None:
    scan = interpret(format_amount(micro))
    assert (scan.action, scan.quantity, scan.remainder) == (Action.QUANTITY, micro, None)
    rest = interpret(format_amount(micro, is_rest=True))
    assert (rest.quantity, rest.remainder) == (None, micro)


@pytest.mark.parametrize("micro", [-1, 10**16])
def test_a_quantity_beyond_the_code_is_not_printed(micro: int) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        format_amount(micro)


@pytest.mark.parametrize(("text", "amount"), [("Q40", "40"), ("Q00040", "40"), ("Q2.5", "2.5"), ("Q0", "0")])
def test_a_label_says_its_quantity_with_q(text: str, amount: str) -> None:
    found = label_amount(text)
    assert found is not None
    assert format_quantity(found) == amount
    assert interpret(text).code == text  # alone it is any code


@pytest.mark.parametrize("text", ["", "Q", "40", "Q-1", "Q4 0", "Q1234567890123", "QABC", "q40", "Q4.1234567"])
def test_any_other_label_says_none(text: str) -> None:
    assert label_amount(text) is None


@given(st.text(max_size=60))
def test_any_text_behind_our_prefixes_gives_an_answer(text: str) -> None:
    for prefix in ("K1B.", "K1Q.", "K1R.", "K1C."):
        assert isinstance(interpret(prefix + text), Scan)
    assert parse_quantity("1") == 1_000_000
