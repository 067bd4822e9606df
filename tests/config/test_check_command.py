"""`kanban-gateway check` as a person or an installer calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gateway.cli import Commands, main
from gateway.errors import StoreFullError
from tests.config.bad_case import GOOD
from tests.config.test_settings import TEN_MISTAKES


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_good_file_is_ok_and_tells_which_credentials_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(GOOD)
    result = run("check", "--config", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ok: gateway L3-07 at P1, 2 stations, 2 devices; credentials needed: command-secret\n"


@pytest.mark.promise("R1")
def test_what_a_scanner_does_by_itself_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    light = '\n[[output]]\nid = "light-1"\ntype = "gpio-light"\nstation = "S1"\nred = 1\n'
    file.write_text(GOOD.replace('suffixes = ["\\r", "\\n"]\n', 'profile = "zebra"\n') + light)
    result = run("check", "--config", file)
    assert result.exit_code == 0
    first, note = result.stdout.splitlines()
    assert first.startswith("ok: gateway L3-07 at P1, 2 stations, 2 devices, 1 outputs;")
    assert note.startswith("note: scan-1: the scanner (zebra) beeps by itself")


def test_every_mistake_stands_on_stderr_with_its_line_and_the_exit_code_is_2(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(TEN_MISTAKES)
    result = run("check", "--config", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 11
    assert f"{file}:19: device[0].bauds: unknown key, did you mean 'baud'?" in result.stderr.splitlines()


def test_a_missing_file_is_a_message_and_exit_2(tmp_path: Path) -> None:
    result = run("check", "--config", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_the_schema_is_printed_without_any_file() -> None:
    result = run("check", "--print-schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["properties"]["gateway"]


def test_an_expected_error_ends_in_a_message_and_exit_1_not_in_a_traceback() -> None:
    @click.group(cls=Commands)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise StoreFullError("the disk is full", hint="free some space")

    result = CliRunner().invoke(group, ["fail"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: the disk is full; free some space\n"


@pytest.mark.slow
def test_the_installed_command_does_the_same(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("kanban-gateway")), "check", "--config", str(tmp_path / "none.toml")]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.endswith(b"expected a readable file\n")
