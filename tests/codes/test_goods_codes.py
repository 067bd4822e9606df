"""What reaches a goods station: labels with separators, and the command cards of its operations."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from gateway.codes.command import OPERATIONS, OUTCOMES, format_command
from gateway.codes.interpret import interpret_code
from gateway.model import Action, Read, Scan
from gateway.parsed import Amount
from gateway.setting_table import Operation

SECRET = b"secret"


def interpret(data: bytes, aim: str = "]C1") -> Scan:
    return interpret_code(Read("id", "scan-1", "S1", data, aim, 0, 0, "boot", "ntp"), site="P1", secret=SECRET)


@pytest.mark.parametrize("name", [*OPERATIONS, *OUTCOMES])
def test_a_command_card_names_its_operation(name: str) -> None:
    scan = interpret(format_command("P1", name, SECRET).encode())
    assert (scan.action, scan.code, scan.fault) == (Action.OPERATION, name.lower(), None)


def test_the_configuration_knows_the_same_operations() -> None:
    assert tuple(name.upper() for name in get_args(Operation)) == OPERATIONS


def test_a_label_with_separators_is_no_damaged_text() -> None:
    scan = interpret(b"10L7\x1d241SCREW-A\x1d3030")
    assert scan.fault is None
    assert scan.label is not None
    keys = scan.label.keys
    assert (keys.item, keys.lot, keys.quantity) == ("SCREW-A", "L7", Amount(Decimal(30)))


def test_a_label_of_which_a_separator_was_dropped_says_nothing_that_could_be_booked() -> None:
    scan = interpret(b"0214000001000002372" + b"10L7" + b"4004500001")  # a quantity that would not even be a number
    assert scan.label is not None
    assert scan.label.errors
    assert scan.label.keys.as_json() == {}


def test_other_control_characters_are_a_fault_as_ever() -> None:
    scan = interpret(b"10L7\x00\x1d241A")
    assert scan.fault is not None
    assert scan.fault.code == "NOT_TEXT"
