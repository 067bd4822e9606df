"""What systemd hears from us, over a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.systemd import Notifier, boot_id, is_logging_to_journal, watchdog_interval_s


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_every_message_arrives_as_systemd_wants_it(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    notifier = Notifier.from_environment()
    notifier.ready()
    notifier.status("12 cards\nREADY=1")
    notifier.watchdog()
    notifier.stopping()
    notifier.close()
    heard = [manager.recv(200) for _ in range(4)]
    assert heard == [b"READY=1", b"STATUS=12 cards READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_socket_is_reached_too() -> None:
    name = f"kanban-gateway-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        notifier = Notifier(f"@{name}")
        notifier.watchdog()
        notifier.close()
        assert listener.recv(200) == b"WATCHDOG=1"


def test_outside_systemd_nothing_is_said_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier.from_environment()
    notifier.ready()
    notifier.close()
    notifier.watchdog()


def test_a_manager_that_went_away_or_does_not_listen_stops_nobody(manager: socket.socket, tmp_path: Path) -> None:
    notifier = Notifier(str(tmp_path / "notify"))
    for _ in range(2000):  # far more than its queue holds: sending must not block
        notifier.watchdog()
    manager.close()
    notifier.watchdog()
    notifier.close()


@pytest.mark.parametrize(
    ("limit_us", "pid", "interval_s"),
    [("30000000", "", 15.0), ("30000000", "own", 15.0), ("30000000", "1", None), ("", "", None)],
)
def test_the_watchdog_is_fed_at_half_its_limit_if_it_watches_us(
    limit_us: str, pid: str, interval_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit_us)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    assert watchdog_interval_s() == interval_s


def test_a_watchdog_limit_that_is_no_number_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "soon")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    with pytest.raises(GatewayError, match="WATCHDOG_USEC is 'soon', expected microseconds"):
        watchdog_interval_s()


def test_the_boot_id_comes_from_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANBAN_BOOT_ID", "0123456789abcdef0123456789abcdef")
    assert boot_id() == "01234567"
    monkeypatch.delenv("KANBAN_BOOT_ID")
    assert boot_id() == ""


def test_the_journal_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    assert is_logging_to_journal()
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not is_logging_to_journal()
