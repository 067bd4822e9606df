"""`kanban-gateway decode`: any bytes, an answer for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli import main
from gateway.codes.parse import MAX_BYTES

CONFIG = Path(__file__).parents[2] / "config" / "gateway.toml"


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["decode", *arguments], input=given)


def answers(*arguments: str, given: bytes = b"") -> list[dict[str, Any]]:
    result = run("--json", *arguments, given=given)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_argument_is_a_code() -> None:
    good, bad = answers("(01)09501101530003(10)L1", "(01)09501101530004")
    assert good["errors"] == [] and good["keys"] == {"gtin": "09501101530003", "lot": "L1"}
    assert [flaw["code"] for flaw in bad["errors"]] == ["CHECK_DIGIT"] and not bad["is_valid"]
    assert bad["errors"][0]["got"] == "09501101530004" and bad["errors"][0]["expected"] == "check digit 3"


def test_each_line_of_standard_input_is_a_code_whatever_its_bytes() -> None:
    long = b"9" * 3 * MAX_BYTES
    lines = b"]C10109501101530003\r\n[)>\x1e06\x1dPA\x1dQ4\x1e\x04\n\xff\xfe\n\n" + long + b"\n4006381333931"
    found = answers("-", given=lines)
    assert [one["syntax"] for one in found] == ["gs1", "iso-15434", "text", "text", "text", "gtin"]
    assert [[flaw["code"] for flaw in one["errors"]] for one in found] == [
        [], [], [], ["EMPTY_READ"], ["CODE_TOO_LONG"], [],
    ]  # fmt: skip
    assert found[1]["keys"]["quantity"] == {"value": "4", "unit": ""}
    assert answers(given=b"4006381333931\n") == [found[5]]


def test_the_symbology_may_be_told_and_the_scanner_named() -> None:
    assert answers("--aim", "]E0", "4006381333932")[0]["errors"][0]["code"] == "CHECK_DIGIT"
    assert answers("--profile", "pipe", "--aim", "]C1", "010950110153000310A|2177")[0]["keys"]["serial"] == "77"
    unknown = run("--profile", "nobody", "A")
    assert unknown.exit_code == 1 and "expected one of unknown, kept" in unknown.stderr


def test_templates_and_devices_come_from_the_configuration() -> None:
    (found,) = answers("--config", str(CONFIG), "--profile", "scan-1", "R-77;L1;4000;01.02.2026")
    assert found["template"] == "acme-reel"
    assert found["keys"] == {
        "supplier_item": "R-77", "lot": "L1", "produced": "2026-02-01", "supplier": "4711",
        "quantity": {"value": "4000", "unit": ""},
    }  # fmt: skip


def test_people_get_sentences() -> None:
    output = run("]C1010950110153000310A1", "\udcff").output
    assert "gs1-128 gs1: valid" in output and "lot: A1" in output and "warning ENCODING" in output
    assert "error CHECK_DIGIT" in run("]E04006381333932").output


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_no_bytes_end_the_command(data: bytes) -> None:
    assert len(answers("-", given=data)) == len(data.split(b"\n")) - (data.endswith(b"\n") or not data)


@pytest.mark.parametrize("value", ["'; DROP TABLE x;--", "%s%n", "{0}", "$(reboot)", "../../x", "\x1b[2J"])
def test_hostile_text_comes_back_as_data(value: str) -> None:
    (found,) = answers(value)
    assert bytes.fromhex(found["raw"]).decode() == value
    assert "\x1b" not in run(value).output
