"""Links between gateways and the ERP fail as they are told, and heal."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.faults import FaultProxy
from firmware_sim.link_trouble import LinkTrouble
from firmware_sim.truth import Truth, read_truth


@pytest.fixture
def link() -> Iterator[FaultProxy]:
    """A proxy before somebody who repeats what is said."""
    with socket.create_server(("127.0.0.1", 0)) as listener, FaultProxy(listener.getsockname()) as proxy:
        threading.Thread(target=_repeat_everything, args=(listener,), daemon=True).start()
        yield proxy


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    with contextlib.closing(Truth(tmp_path / "truth.jsonl")) as truth:
        yield truth


def _repeat_everything(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(ConnectionResetError):
            while data := connection.recv(100):
                connection.sendall(data)


def _says_back(link: FaultProxy, timeout_s: float = 10) -> bytes:
    with socket.create_connection((link.host, link.port), timeout_s) as connection:
        connection.sendall(b"hello")
        return connection.recv(100)


def test_a_cut_link_ends_what_is_connected_and_lets_nobody_in_until_it_heals(link: FaultProxy, truth: Truth) -> None:
    trouble = LinkTrouble({"G1": link}, truth)
    with socket.create_connection((link.host, link.port), 10) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        trouble.cut("G1")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    with pytest.raises(ConnectionResetError):
        _says_back(link)
    assert trouble.now == {"G1": "cut"}
    trouble.heal("G1")
    assert _says_back(link) == b"hello"
    assert [fact["trouble"] for fact in read_truth(truth.path)] == ["cut", "healed"]


def test_a_stalled_link_keeps_what_is_said_until_it_heals_and_a_slow_one_passes_it_on(
    link: FaultProxy, truth: Truth
) -> None:
    trouble = LinkTrouble({"G1": link}, truth)
    with socket.create_connection((link.host, link.port), 10) as connection:
        trouble.stall("G1")
        connection.sendall(b"hello")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        trouble.heal("G1")
        connection.settimeout(10)
        assert connection.recv(100) == b"hello"
    trouble.slow("G1")
    assert _says_back(link) == b"hello"
    assert [fact["trouble"] for fact in read_truth(truth.path)] == ["stalled", "healed", "slow"]
