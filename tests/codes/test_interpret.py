"""From the bytes of a scanner to what they say."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.codes.bin import format_bin
from gateway.codes.card import CardCode, format_card
from gateway.codes.command import format_command, parse_command
from gateway.codes.interpret import interpret_code
from gateway.codes.parse import MAX_BYTES
from gateway.codes.signature import signed
from gateway.model import Action, Read, Rejection, Scan

SECRET = b"a secret of this plant"
PATTERNS = [re.compile(r"^KB(?P<card>\d{6})$"), re.compile(r"X-(?P<card>[A-Z]+)(?:/\d)?")]
CODE = format_card(CardCode("P1", "K-000812-03", 2))
UNDO = format_command("P1", "UNDO", SECRET)


def read_of(data: bytes) -> Read:
    return Read("019f0000-0000-7000-8000-000000000001", "scan-1", "S1", data, "]Q1", 1, 1, "b", "ntp")


def interpret(data: bytes, *, secret: bytes = SECRET, site: str = "P1") -> Scan:
    return interpret_code(read_of(data), site=site, patterns=PATTERNS, secret=secret)


def fault_of(data: bytes, **options: str) -> str:
    fault = interpret(data, **options).fault  # type: ignore[arg-type]
    assert fault is not None
    return fault.code


def test_our_own_card_is_its_id_and_its_print() -> None:
    scan = interpret(CODE.encode())
    assert (scan.action, scan.card, scan.revision, scan.fault) == (Action.SCAN, "K-000812-03", 2, None)


def test_the_label_of_a_place_says_where_it_is_and_a_damaged_one_says_so() -> None:
    text = format_bin("P1", "A-01-03")
    assert (interpret(text.encode()).code, interpret(text.encode()).fault) == ("A-01-03", None)
    assert fault_of(text[:-1].encode() + b"!") == "BIN_CODE"
    assert fault_of(format_bin("P2", "A-01-03").encode()) == "OTHER_PLANT"


def test_a_customers_card_is_named_by_the_group_of_its_pattern() -> None:
    scan = interpret(b"KB001234")
    assert (scan.card, scan.code, scan.revision, scan.fault) == ("001234", "001234", 0, None)


@pytest.mark.parametrize("text", ["KB00123", "KB0012345", "xKB001234", "KB001234\u00a0x", "X-ABC/12"])
def test_2_6_a_pattern_fits_the_whole_code_or_not_at_all(text: str) -> None:
    scan = interpret(text.encode())
    assert scan.card == ""


def test_any_other_text_is_left_for_an_exact_look_up_with_every_blank() -> None:
    for text in ("4001234567890", " 4001234567890", "Kärtchen 7", "K1", "K1C", "k1.p1.x"):
        scan = interpret(text.encode())
        assert (scan.card, scan.code, scan.fault) == ("", text, None)


def test_an_undo_card_is_an_action_without_a_card() -> None:
    scan = interpret(UNDO.encode())
    assert (scan.action, scan.card, scan.fault) == (Action.UNDO, "", None)


def test_command_cards_are_short_and_fit_the_dense_mode_of_a_qr_code() -> None:
    assert re.fullmatch(r"K1C\.P1\.UNDO\.[A-Z2-7]{10}", UNDO)


@pytest.mark.parametrize("loop", ["LP-1", "LP.1/2", "补货-7"])
def test_a_mode_card_may_be_for_one_loop_whatever_its_name(loop: str) -> None:
    scan = interpret(format_command("P1", "MODE-LIVE", SECRET, loop=loop).encode())
    assert (scan.action, scan.code, scan.fault) == (Action.MODE_LIVE, loop, None)


def test_a_mode_card_without_a_loop_is_for_the_station() -> None:
    assert interpret(format_command("P1", "MODE-LIVE", SECRET).encode()).code == ""


def test_no_other_command_card_is_for_a_loop() -> None:
    with pytest.raises(ValueError, match="for no loop"):
        format_command("P1", "UNDO", SECRET, loop="LP-1")


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (signed("K1C.P1.UNDO/LP-1", SECRET), {}, "UNKNOWN_COMMAND"),
        (UNDO[:-1] + ("A" if UNDO[-1] != "A" else "B"), {}, "COMMAND_SIGNATURE"),
        (UNDO.replace("UNDO", "MODE"), {}, "COMMAND_SIGNATURE"),
        (UNDO.replace("P1", "P2"), {}, "COMMAND_SIGNATURE"),
        ("K1C.", {}, "COMMAND_SIGNATURE"),
        ("K1C.P1.UNDO.äöü", {}, "COMMAND_SIGNATURE"),
        (UNDO, {"secret": b"another secret"}, "COMMAND_SIGNATURE"),
        (UNDO, {"secret": b""}, "COMMANDS_OFF"),
        (UNDO, {"site": "P2"}, "OTHER_PLANT"),
    ],
)
def test_a_command_card_that_is_not_genuine_does_nothing(text: str, options: dict[str, str], code: str) -> None:
    scan = interpret(text.encode(), **options)  # type: ignore[arg-type]
    assert scan.action is Action.SCAN
    assert scan.fault is not None
    assert scan.fault.code == code


def test_a_signature_is_not_told_to_whoever_guesses() -> None:
    rejection = parse_command(UNDO[:-1], site="P1", secret=SECRET)
    assert isinstance(rejection, Rejection)
    assert UNDO[-10:] not in repr(rejection)


def test_only_known_commands_are_printed() -> None:
    with pytest.raises(ValueError, match="'LOGIN' is unknown"):
        format_command("P1", "LOGIN", SECRET)
    with pytest.raises(ValueError, match="no secret"):
        format_command("P1", "UNDO", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_READ"),
        (b"\xff\xfe\x00binary\x80", "NOT_TEXT"),
        (b"\x00" * 100, "NOT_TEXT"),
        (b"KB001234\r", "NOT_TEXT"),
        (b"\x1d01040012345", "NOT_TEXT"),
        (b"A" * 201, "CODE_TOO_LONG"),
        (b"A" * (MAX_BYTES + 1), "CODE_TOO_LONG"),
        (b"A" * 1_000_000, "CODE_TOO_LONG"),
        (b"K1." + b"A" * 100, "CODE_TOO_LONG"),
        (CODE.replace("812", "813").encode(), "CHECK_CHARACTERS"),
        (b"K2.P1.K-1.1.AB", "CODE_VERSION"),
        (b"K3C.P1.UNDO.AAAAAAAAAA", "CODE_VERSION"),
    ],
)
def test_rubbish_on_the_line_is_a_fault_and_not_an_exception(data: bytes, code: str) -> None:
    assert fault_of(data) == code


def test_a_card_of_another_plant_is_told_from_a_damaged_one() -> None:
    assert fault_of(CODE.encode(), site="P9") == "OTHER_PLANT"


@given(st.binary(max_size=MAX_BYTES + 10))
@example(b"K1.")
@example(b"K1C....")
@example(CODE.encode() + b"\n")
@example("K1.\u0660.1.1.22".encode())
def test_any_bytes_give_a_scan_of_a_card_a_code_or_a_fault(data: bytes) -> None:
    scan = interpret(data)
    assert scan.read.data == data
    is_label_only = scan.label is not None and scan.label.is_valid and not scan.code
    says = [bool(scan.card or scan.code) or is_label_only, scan.fault is not None, scan.action is not Action.SCAN]
    assert says.count(True) == 1
    assert len(scan.card) <= 200
    assert len(scan.code) <= 200


@given(st.data())
def test_a_flipped_bit_in_a_card_never_makes_another_card(data: st.DataObject) -> None:
    damaged = bytearray(CODE.encode())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert interpret(bytes(damaged)).card == ""
