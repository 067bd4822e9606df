"""The control socket: instructions from people on this machine, to the gateway or to its store."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control import LINE_LIMIT_BYTES, SOCKET, ControlDoor, ask
from gateway.errors import BusyError, GatewayError
from gateway.model import Instruction, Outcome, Status, Verdict
from tests.store.rig import HandClock


class Writer:
    """Answers as told and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Instruction] = []
        self.is_busy = False

    def submit(self, intake: Instruction, done: object) -> None:
        if self.is_busy:
            raise BusyError("20000 reads wait for the disk already")
        self.asked.append(intake)
        assert callable(done)
        done(Outcome(Verdict(Status.OK, "DONE", f"{intake.name} \N{SNOWMAN}")))


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def data_dir(tmp_path: Path, writer: Writer) -> Iterator[Path]:
    directory = tmp_path / ("d" * 120)  # longer than the address of a socket can be
    directory.mkdir()
    door = ControlDoor(directory, writer.submit, HandClock())
    stop = threading.Event()
    thread = threading.Thread(target=door.run, args=(stop,))
    thread.start()
    yield directory
    stop.set()
    thread.join(10)
    assert not (directory / SOCKET).exists()


def test_an_instruction_is_carried_out_in_the_name_of_the_account_that_asked(data_dir: Path, writer: Writer) -> None:
    answer = ask(data_dir, "mode.set", {"loop": "LP-1"})
    assert answer == Verdict(Status.OK, "DONE", "mode.set \N{SNOWMAN}")
    (asked,) = writer.asked
    assert (asked.name, asked.body) == ("mode.set", {"loop": "LP-1"})
    assert asked.operator.startswith("user:")


@pytest.mark.promise("R10")
def test_only_the_owner_may_reach_the_socket(data_dir: Path) -> None:
    assert stat.S_IMODE((data_dir / SOCKET).stat().st_mode) == 0o600


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    "line",
    [b"\n", b"{\n", b"[]\n", b"null\n", b'{"do":1,"with":{}}\n', b'{"do":"x"}\n', b"\xff\n", b"[" * 9000 + b"\n",
     b" " * (LINE_LIMIT_BYTES + 10) + b"\n"],
)  # fmt: skip
def test_a_line_that_is_no_instruction_is_refused(data_dir: Path, writer: Writer, line: bytes) -> None:
    assert _call(data_dir, line)["code"] == "BAD_INSTRUCTION"
    assert writer.asked == []
    assert ask(data_dir, "still.there", {}) is not None


def test_a_busy_writer_says_so(data_dir: Path, writer: Writer) -> None:
    writer.is_busy = True
    answer = ask(data_dir, "mode.set", {})
    assert answer is not None
    assert (answer.status, answer.code) == (Status.FAILED, "BUSY")


def test_nobody_answers_where_no_gateway_runs(tmp_path: Path) -> None:
    assert ask(tmp_path, "mode.set", {}) is None


def test_a_gateway_that_breaks_off_is_told_to_the_caller(tmp_path: Path) -> None:
    def drop() -> None:
        caller, _ = server.accept()
        caller.recv(4096)
        caller.close()

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / SOCKET))
        server.listen()
        thread = threading.Thread(target=drop)
        thread.start()
        with pytest.raises(GatewayError, match="broke off"):
            ask(tmp_path, "mode.set", {})
        thread.join()


def _call(data_dir: Path, line: bytes) -> dict[str, str]:
    directory = os.open(data_dir, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(f"/proc/self/fd/{directory}/{SOCKET}")
            caller.sendall(line)
            answer: dict[str, str] = json.loads(caller.recv(4096))
            return answer
    finally:
        os.close(directory)
