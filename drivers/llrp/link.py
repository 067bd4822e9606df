"""The connection to a reader, TCP or TLS: bytes in and out, no wait without an end."""

from __future__ import annotations

import select
import socket
import ssl

from drivers.base import STOP_LATENCY_S, DeviceContext
from drivers.buffered_socket import disable_delay
from drivers.llrp.settings import LlrpSettings
from drivers.tls import client_tls
from gateway.errors import TransientDeviceError
from gateway.wake import Wake

CONNECT_TIMEOUT_S = 5.0
SEND_TIMEOUT_S = 5.0  # a reader that takes nothing for so long is given up
READ_BYTES = 65_536


class Link:
    """One connection; TransientDeviceError or OSError when it is over."""

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        raw.settimeout(STOP_LATENCY_S)  # a TLS record may be there in part only

    def receive(self, wake: Wake, wait_s: float = STOP_LATENCY_S) -> bytes:
        """What came within the wait, b"" for nothing; ends early when woken."""
        raw = self._raw
        if not (isinstance(raw, ssl.SSLSocket) and raw.pending()):
            ready, _, _ = select.select([raw.fileno(), wake.fileno()], [], [], wait_s)
            wake.clear()
            if raw.fileno() not in ready:
                return b""
        try:
            data = raw.recv(READ_BYTES)
        except (TimeoutError, ssl.SSLWantReadError):
            return b""
        if not data:
            raise TransientDeviceError("the reader closed the connection")
        return data

    def send(self, data: bytes) -> None:
        """All of it."""
        if data:
            self._raw.settimeout(SEND_TIMEOUT_S)
            self._raw.sendall(data)
            self._raw.settimeout(STOP_LATENCY_S)

    def close(self) -> None:
        self._raw.close()


def connect(settings: LlrpSettings, context: DeviceContext) -> Link:
    """To the reader of these settings; TransientDeviceError says why not."""
    tls = client_tls(settings.tls, context, f"device {settings.id}") if settings.tls.enabled else None
    try:
        raw = socket.create_connection((settings.host, settings.port), CONNECT_TIMEOUT_S)
    except OSError as error:
        why = error.strerror or error
        raise TransientDeviceError(f"cannot connect ({why}): check power, cable and address") from error
    disable_delay(raw)
    if tls is None:
        return Link(raw)
    try:
        return Link(tls.wrap_socket(raw, server_hostname=settings.tls_name or settings.host))
    except ssl.SSLCertVerificationError as error:
        raw.close()
        raise TransientDeviceError(
            f"its certificate cannot be trusted ({error.verify_message})", hint="check `ca_file` and `tls_name`"
        ) from error
    except OSError as error:
        raw.close()
        raise TransientDeviceError(f"no TLS ({error}): is its port the one for TLS?") from error
