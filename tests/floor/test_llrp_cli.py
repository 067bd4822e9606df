"""`kanban-floor llrp-reader`, as a person tries a configuration with it."""

from __future__ import annotations

import json

from click.testing import CliRunner

from firmware_sim.cli import main
from firmware_sim.llrp_reader import LlrpReader


def _told(*lines: str, model: str = "R420") -> list[dict[str, object]]:
    done = CliRunner().invoke(main, ["llrp-reader", "--port", "0", "--model", model], "\n".join(lines) + "\n")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_it_says_where_it_listens_and_what_it_does() -> None:
    ready, shown, input_on, state = _told("3376451FD40C0E400000162E 2 -50 3", "input 1 on", "state", model="FX9600")
    assert (ready["ready"], ready["model"]) == (True, "FX9600")
    assert shown == input_on == state == {"is_reading": False, "clients": 0, "outputs_on": []}


def test_a_line_that_means_nothing_says_what_is_expected() -> None:
    _, *told = _told("hello", "input 9 on", "AABB x", "AABB 5", "AABB 1 -50 2000", "AABB 1 2 3 4")
    mistakes = [str(one["mistake"]) for one in told]
    assert "expected EPC [ANTENNA [DBM [READS]]]" in mistakes[0] and "input 9 on" in mistakes[1]
    assert "whole numbers" in mistakes[2]
    assert all("antenna 1 to 4" in one for one in mistakes[3:5])
    assert "expected" in mistakes[5]


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with LlrpReader() as taken:
        done = CliRunner().invoke(main, ["llrp-reader", "--port", str(taken.port)])
    assert done.exit_code == 1
    assert "give another --port" in done.output
