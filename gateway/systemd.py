"""What the gateway tells systemd, and learns from it: sd_notify over its datagram socket.

Outside systemd there is no socket and every call does nothing.
"""

from __future__ import annotations

import os
import socket

from gateway.errors import GatewayError


class Notifier:
    """Speaks to the service manager. Sending never blocks and never fails: the line matters more."""

    def __init__(self, address: str) -> None:
        """`address`: the value of NOTIFY_SOCKET, a path or an abstract name beginning with @; "" for none."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    @classmethod
    def from_environment(cls) -> Notifier:
        return cls(os.environ.get("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """Started: reads are taken and answered from now on."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send("STATUS=" + " ".join(text.split()))

    def watchdog(self) -> None:
        """Alive. Call only when there was real progress."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError:
            # systemd is restarting, or its queue is full: the next message follows soon
            pass


def watchdog_interval_s() -> float | None:
    """How often to call `watchdog`: half of what the unit allows; None when nobody watches this process."""
    limit_us, watched = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if watched and watched != str(os.getpid()):
        return None
    if not limit_us:
        return None
    if not limit_us.isdecimal() or int(limit_us) == 0:
        raise GatewayError(f"WATCHDOG_USEC is {limit_us!r}, expected microseconds as systemd sets them")
    return int(limit_us) / 2_000_000


def is_logging_to_journal() -> bool:
    """Whether stderr goes to journald, which understands priorities and stamps times itself."""
    return bool(os.environ.get("JOURNAL_STREAM"))


def boot_id() -> str:
    """First 8 hex digits of the boot id as the unit passes it, "" outside; its sandbox hides the kernel's file."""
    return os.environ.get("KANBAN_BOOT_ID", "")[:8]
