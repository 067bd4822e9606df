"""A label printer on the network: raw TCP, and what it says of itself (ZPL II, ~HS)."""

from __future__ import annotations

import contextlib
import re
import socket

from gateway.clock import Clock
from gateway.errors import GatewayError

CONNECT_LIMIT_S = 5.0
SEND_LIMIT_S = 60.0  # a printer that is printing takes no more for a while
STATUS_LIMIT_S = 2.0
STATUS_LIMIT_BYTES = 4096

_STATUS = re.compile(rb"\x02([^\x02\x03]*)\x03")
# (line, field, what it means when it is 1), ZPL II Programming Guide, ~HS
_FLAGS = (
    (0, 1, "no paper"), (0, 2, "paused"), (0, 9, "its memory is corrupt"),
    (0, 10, "too cold"), (0, 11, "too hot"), (1, 2, "its head is open"), (1, 3, "no ribbon"),
)  # fmt: skip


class PrinterError(GatewayError):
    """The labels were not printed, or it is not known; the message says which."""


def send(host: str, port: int, labels: str, clock: Clock) -> bool:
    """Print; False when the printer took the labels but tells nothing of its state. PrinterError otherwise."""
    place = f"printer {host}:{port}"
    try:
        with socket.create_connection((host, port), CONNECT_LIMIT_S) as line:
            complaints = _complaints(line, clock)
            if complaints:
                raise PrinterError(f"{place} has {', '.join(complaints)}; nothing was printed")
            line.settimeout(SEND_LIMIT_S)
            line.sendall(labels.encode("ascii"))
            after = _complaints(line, clock) if complaints is not None else None
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_WR)
    except TimeoutError as error:
        hint = "look whether it is on, and which labels came out"
        raise PrinterError(f"{place} takes no more data or does not answer", hint=hint) from error
    except OSError as error:
        hint = "look whether it is on and in the network"
        raise PrinterError(f"{place}: {error.strerror or error}", hint=hint) from error
    if after:
        raise PrinterError(f"{place} has {', '.join(after)}", hint="look which labels came out, and print the others")
    return complaints is not None


def _complaints(line: socket.socket, clock: Clock) -> list[str] | None:
    """What is wrong with the printer; None when it says nothing, as printers of other makes do."""
    line.sendall(b"~HS")
    said = b""
    end_ms = clock.mono_ms() + int(STATUS_LIMIT_S * 1000)
    while len(_STATUS.findall(said)) < 2 and len(said) < STATUS_LIMIT_BYTES:
        left_s = (end_ms - clock.mono_ms()) / 1000
        if left_s <= 0:
            return None
        line.settimeout(left_s)
        try:
            part = line.recv(STATUS_LIMIT_BYTES)
        except TimeoutError:
            return None
        if not part:
            return None
        said += part
    rows = [row.split(b",") for row in _STATUS.findall(said)]
    if len(rows) < 2:
        return None
    return [what for row, field, what in _FLAGS if field < len(rows[row]) and rows[row][field].strip() == b"1"]
