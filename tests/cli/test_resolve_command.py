"""`resolve` at the command line, on a stopped store: what waits is shown with what solves it, mistakes are said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.clock import SystemClock
from gateway.decide import Decider
from gateway.model import Acknowledgement, Disposition
from gateway.settings import load_settings
from gateway.solution import solutions
from gateway.store.writer import Request, Writer
from gateway.wiring import open_store
from tests.cli.test_store_commands import _CONFIG
from tests.store.rig import Rig


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A stopped gateway with two refused postings and a parked one."""
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    rig = Rig(tmp_path / "data")
    rig.scan("K-1", "K-2", "K-3")
    rig.close()
    settings, clock = load_settings(path), SystemClock("boot")
    store = open_store(settings, clock)
    ids = [row[0] for row in store.connection.execute(
        "SELECT body ->> '$.id' FROM journal WHERE stream='sig' ORDER BY seq")]  # fmt: skip
    told = [("rejected", "NO_BATCH"), ("rejected", "it's closed"), ("parked", "LOCKED")]
    dispositions = tuple(
        Disposition(n, n, event_id, outcome, code)
        for n, (event_id, (outcome, code)) in enumerate(zip(ids, told, strict=True), 1)
    )
    Writer(store, Decider({}), clock).step([Request(Acknowledgement(store.epoch, "sig", 0, bytes(16), dispositions))])
    store.close()
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["resolve", *arguments, "--config", str(config)])


def first_task(config: Path) -> str:
    return str(json.loads(run(config, "list", "--json").output)["tasks"][0]["id"])


def test_the_list_names_the_commands_that_solve_each_task(config: Path) -> None:
    task = first_task(config)
    output = run(config, "list").output
    assert output == run(config).output
    for act in ("redrive", "edit", "void", "done"):
        assert f"kanban-gateway resolve {act} {task}" in output
    assert "the ERP will finish this card emptied itself: LOCKED" in output
    status = CliRunner().invoke(main, ["status", "--config", str(config)]).output
    assert f"resolve redrive {task}" in status


def test_a_task_is_shown_with_its_posting(config: Path) -> None:
    task = first_task(config)
    shown = json.loads(run(config, "show", task).output)
    assert shown["task"]["code"] == "NO_BATCH"
    assert [posting["event"]["card"] for posting in shown["postings"]] == ["K-1"]
    event_id = shown["postings"][0]["event"]["id"]
    assert json.loads(run(config, "show", event_id).output)["postings"] == shown["postings"]


def test_acts_end_their_tasks_also_while_the_gateway_is_stopped(config: Path) -> None:
    assert "1 sent again" in run(config, "redrive", first_task(config)).output
    assert "Taken back" in run(config, "void", first_task(config), "--reason", "twice").output
    assert json.loads(run(config, "list", "--json").output)["tasks"] == []
    assert "nothing waits" not in run(config, "list").output
    assert CliRunner().invoke(main, ["verify", "--config", str(config)]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("redrive",), 2, "--class CODE"),
        (("redrive", "nope"), 1, "no open task 'nope'"),
        (("redrive", "nope", "--class", "X"), 2, "--class CODE"),
        (("redrive", "--class", "X"), 1, "no posting waits here with X"),
        (("redrive", "0199f0aa-0000-7000-8000-00000000000a"), 1, "no posting with the event"),
        (("edit", "nope"), 2, "KEY=VALUE"),
        (("edit", "nope", "qty"), 2, "such as qty=38"),
        (("void", "nope"), 2, "--reason"),
        (("done", "nope"), 2, "--note"),
        (("done", "nope", "--note", "x"), 1, "no open task"),
        (("show", "nope"), 1, "no open task 'nope'"),
        (("resend",), 2, "--from-seq"),
        (("resend", "--stream", "sig"), 2, "together"),
        (("resend", "--from-seq", "1", "--after", "1"), 2, "together"),
        (("resend", "--stream", "sig", "--after", "99"), 1, "no events after 99"),
        (("resend", "--from-seq", "9999"), 1, "a row of the journal"),
    ],
)
def test_what_is_wrong_is_said(config: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    result = run(config, *arguments)
    assert (result.exit_code, said in result.output) == (status, True), result.output


def test_names_that_a_shell_would_take_apart_are_quoted() -> None:
    task = {"id": "held/card_emptied/it's; rm", "kind": "held_postings"}
    assert solutions(task)[0] == "kanban-gateway resolve redrive 'held/card_emptied/it'\\''s; rm'"
    assert solutions({"id": "suspect/C1", "kind": "card"}) == ["kanban-gateway resolve done suspect/C1 --note TEXT"]
