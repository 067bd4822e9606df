"""The door for people on this machine: a socket in the data directory, which only its owner can reach.

One connection, one line of JSON with an instruction, one line with the answer, given after the commit.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pwd
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from gateway.clock import Clock
from gateway.errors import BusyError, GatewayError
from gateway.ids import new_id
from gateway.model import Instruction, Outcome, Status, Verdict

SOCKET = "control.sock"
LINE_LIMIT_BYTES = 16 << 20  # a whole dataset in one instruction
ANSWER_LIMIT_S = 30.0
PATIENCE_S = 5.0  # with a caller that says nothing
STOP_LATENCY_S = 0.2

_LOG = logging.getLogger(__name__)


class Submit(Protocol):
    """The writer's entrance."""

    def __call__(self, intake: Instruction, done: Callable[[Outcome], None]) -> None: ...


class ControlDoor:
    """Listens from construction on."""

    def __init__(self, data_dir: Path, submit: Submit, clock: Clock) -> None:
        self._submit = submit
        self._clock = clock
        with _address(data_dir) as (address, path):
            path.unlink(missing_ok=True)  # the lock of the store says that nobody else listens here
            self._socket = socket.socket(socket.AF_UNIX)
            mask = os.umask(0o177)
            try:
                self._socket.bind(address)
            finally:
                os.umask(mask)
        self._path = path
        self._socket.listen(8)
        self._socket.settimeout(STOP_LATENCY_S)

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set, one caller after the other."""
        try:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    caller, _ = self._socket.accept()
                    with caller:
                        self._serve(caller)
        finally:
            self._socket.close()
            self._path.unlink(missing_ok=True)

    def _serve(self, caller: socket.socket) -> None:
        caller.settimeout(PATIENCE_S)
        try:
            verdict = self._answer(_read_line(caller), _account(caller))
            caller.sendall(_render(verdict))
        except OSError as error:
            _LOG.info("a caller at the control socket went away: %s", error)

    def _answer(self, line: bytes, account: str) -> Verdict:
        try:
            document = json.loads(line)
            name, body = document["do"], document["with"]
        except (ValueError, KeyError, TypeError, RecursionError):
            document = None
        if not isinstance(document, dict) or not isinstance(name, str) or not isinstance(body, dict):
            text = f"expected a line of at most {LINE_LIMIT_BYTES} bytes with an object of `do` and `with`"
            return Verdict(Status.REFUSED, "BAD_INSTRUCTION", text)
        answers: list[Verdict] = []
        answered = threading.Event()

        def done(outcome: Outcome) -> None:
            answers.append(outcome.verdict)
            answered.set()

        try:
            self._submit(Instruction(new_id(self._clock.wall_ms()), name, body, account), done)
        except BusyError as error:
            return Verdict(Status.FAILED, "BUSY", str(error))
        if not answered.wait(ANSWER_LIMIT_S):
            return Verdict(Status.FAILED, "NO_ANSWER", "the gateway did not answer in time; look whether it was done")
        return answers[0]


def ask(data_dir: Path, name: str, body: dict[str, Any]) -> Verdict | None:
    """Have a running gateway carry out an instruction; None when none runs on this data directory."""
    with _address(data_dir) as (address, _), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_LIMIT_S + PATIENCE_S)
        try:
            line.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except PermissionError as error:
            hint = "run it as the gateway's user"
            raise GatewayError("only the gateway's own user may give it instructions", hint=hint) from error
        line.sendall(json.dumps({"do": name, "with": body}).encode() + b"\n")
        try:
            document = json.loads(_read_line(line))
            return Verdict(Status(document["status"]), document["code"], document["text"])
        except (OSError, ValueError) as error:
            raise GatewayError("the gateway broke off without an answer; look whether it was done") from error


@contextlib.contextmanager
def _address(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """The socket's address by way of a descriptor: the path itself may be longer than an address can be."""
    directory = os.open(data_dir, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET}", data_dir / SOCKET
    finally:
        os.close(directory)


def _read_line(line: socket.socket) -> bytes:
    data = bytearray()
    while len(data) <= LINE_LIMIT_BYTES and (part := line.recv(65_536)):
        data += part
        if b"\n" in part:
            break
    return bytes(data)


def _render(verdict: Verdict) -> bytes:
    answer = {"status": verdict.status.value, "code": verdict.code, "text": verdict.text}
    return json.dumps(answer).encode() + b"\n"


def _account(caller: socket.socket) -> str:
    """Who is at the other end, from the kernel."""
    _, user, _ = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return account_of(user)


def account_of(user: int) -> str:
    """Name of an account as it stands in events."""
    try:
        return f"user:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"user:{user}"
