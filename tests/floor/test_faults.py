"""Each toxic of the fault proxy has its effect on a real connection, and heals."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from firmware_sim.faults import CLEAN, FaultProxy, Toxics

TIMEOUT_S = 10.0


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        try:
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()
        except OSError:
            return

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                return


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    echo = Echo()
    with FaultProxy(echo.address, seed=7) as proxy:
        yield proxy
    echo.close()


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[socket.socket]:
    with socket.create_connection((proxy.host, proxy.port), timeout=TIMEOUT_S) as client:
        assert exchange(client, b"hello") == b"hello"
        yield client


def exchange(client: socket.socket, data: bytes) -> bytes:
    client.sendall(data)
    answer = b""
    while len(answer) < len(data) and (more := client.recv(65536)):
        answer += more
    return answer


def seconds_for(client: socket.socket, data: bytes) -> float:
    start = time.monotonic()
    assert exchange(client, data) == data
    return time.monotonic() - start


def test_clean_it_passes_everything_both_ways(client: socket.socket) -> None:
    data = bytes(range(256)) * 4000
    threading.Thread(target=client.sendall, args=(data,), daemon=True).start()
    answer = b""
    while len(answer) < len(data):
        answer += client.recv(65536)
    assert answer == data


def test_latency_holds_every_chunk_back(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(up=Toxics(latency_ms=150, jitter_ms=20))
    assert seconds_for(client, b"x") >= 0.13


def test_bandwidth_limits_the_rate(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(down=Toxics(bandwidth_bps=20_000))
    assert seconds_for(client, bytes(4000)) >= 0.2


def test_slow_close_passes_the_end_of_file_on_later(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(Toxics(slow_close_ms=100))
    start = time.monotonic()
    client.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""
    assert time.monotonic() - start >= 0.2  # once up, once down


def test_silence_passes_nothing_while_the_connection_stays(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(Toxics(silent=True))
    client.sendall(b"anybody?")
    client.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(TIMEOUT_S)
    proxy.set(CLEAN)
    assert client.recv(100) == b"anybody?"


def test_a_reset_reaches_the_client_as_a_reset(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(up=Toxics(reset_chance=1.0))
    with pytest.raises(ConnectionResetError):
        exchange(client, b"x")


def test_all_connections_can_be_reset_at_once_and_new_ones_work(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.reset_all()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with socket.create_connection((proxy.host, proxy.port), timeout=TIMEOUT_S) as fresh:
        assert exchange(fresh, b"again") == b"again"


def test_the_slicer_cuts_a_message_into_small_pieces(proxy: FaultProxy, client: socket.socket) -> None:
    proxy.set(down=Toxics(slice_bytes=3, slice_delay_ms=20))
    client.sendall(b"0123456789")
    pieces = [client.recv(100)]
    while sum(map(len, pieces)) < 10:
        pieces.append(client.recv(100))
    assert len(pieces) > 1
    assert b"".join(pieces) == b"0123456789"


def test_a_cut_after_n_bytes_lets_exactly_n_bytes_pass(proxy: FaultProxy) -> None:
    proxy.set(down=Toxics(cut_after_bytes=7))
    with socket.create_connection((proxy.host, proxy.port), timeout=TIMEOUT_S) as client:
        assert exchange(client, b"0123456789") == b"0123456"


def test_a_dead_server_resets_the_client(proxy: FaultProxy) -> None:
    proxy.is_refusing = True
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection((proxy.host, proxy.port), timeout=TIMEOUT_S) as client,
    ):
        client.recv(1)


def test_one_seed_draws_one_sequence_of_faults() -> None:
    draws = []
    for _ in range(2):
        with FaultProxy(("127.0.0.1", 1), seed=42) as proxy:
            draws.append([proxy.chance(0.5) for _ in range(64)] + [proxy.spread(5) > 0 for _ in range(64)])
    assert draws[0] == draws[1]
    assert len(set(draws[0])) == 2
