"""A log line is one harmless line, whatever was scanned."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from gateway.log import LINE_LIMIT, Kind, LineFormatter


def record(message: str, level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord("drivers.serial", level, __file__, 1, "read %s", (message,), None)
    made.created = 1_763_776_675.831
    return made


def test_a_line_for_people_has_time_level_place_and_text() -> None:
    line = LineFormatter("text").format(record("KB000812"))
    assert line == "2025-11-22T01:57:55.831Z WARNING drivers.serial: read KB000812"


@pytest.mark.parametrize(
    ("level", "priority"), [(logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (10, 7)]
)
def test_journald_gets_a_priority_and_stamps_the_time_itself(level: int, priority: int) -> None:
    line = LineFormatter("journal").format(record("x", level))
    assert line.startswith(f"<{priority}>") and "2025" not in line


@pytest.mark.parametrize("kind", ["text", "json", "journal"])
@pytest.mark.parametrize("code", ["a\n<0>forged", "a\r\x1b[2J", "a\x00\x85\u2028b", "\u202etxt.exe"])
def test_a_scanned_code_cannot_forge_a_line_or_repaint_a_terminal(kind: Kind, code: str) -> None:
    assert LineFormatter(kind).format(record(code)).isprintable()


@pytest.mark.parametrize("kind", ["text", "json", "journal"])
def test_a_line_has_a_longest_length(kind: Kind) -> None:
    assert len(LineFormatter(kind).format(record("x" * 1_000_000))) < LINE_LIMIT + 200


def test_an_exception_stays_on_the_line_of_its_record() -> None:
    made = record("x")
    try:
        raise ValueError("boom\nagain")
    except ValueError:
        made.exc_info = sys.exc_info()
    assert "boom\\nagain" in LineFormatter("text").format(made)
    row = json.loads(LineFormatter("json").format(made))
    assert row["msg"] == "read x" and "boom\nagain" in row["exc"] and row["level"] == "warning"
