"""Loopback ports: find a free one, wait until one accepts connections."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A TCP port nobody listens on right now. Whoever binds it next may still be someone else: retry then."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether something listens on the loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False


def wait_until(fact: Callable[[], bool], timeout_s: float, poll_s: float = 0.01) -> bool:
    """Poll `fact` until it holds; False when `timeout_s` passed before it did."""
    end = time.monotonic() + timeout_s
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(poll_s)
    return True
