"""A network scanner or smart camera: sends codes over TCP and hears the host's answer. It calls, or it is called."""

from __future__ import annotations

import select
import socket
import time

from firmware_sim.scanner_make import Answer


class TcpScanner:
    """One scanner; `good` and `bad` are what its host is set to send."""

    def __init__(
        self, *, host: tuple[str, int] | None = None, good: bytes = b"OK\r\n", bad: bytes = b"NG\r\n",
        suffix: bytes = b"\r\n", response_timeout_s: float = 5.0,
    ) -> None:  # fmt: skip
        """`host`: where to call; None: it listens, at `port`."""
        self._good, self._bad, self._suffix = good, bad, suffix
        self._timeout_s = response_timeout_s
        self._door = socket.create_server(("127.0.0.1", 0)) if host is None else None
        self._host = host
        self._line: socket.socket | None = None
        self.heard = b""
        self.calls = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._door is None:
            raise ValueError("this scanner calls, it does not listen")
        return int(self._door.getsockname()[1])

    def connect(self) -> None:
        """Call the host, or wait for its call; TimeoutError when there is none."""
        self.hang_up()
        if self._door is None:
            self._line = socket.create_connection(self._host or ("", 0), timeout=self._timeout_s)
        else:
            self._door.settimeout(self._timeout_s)
            self._line, _ = self._door.accept()
        self._line.settimeout(self._timeout_s)
        self.calls += 1

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def close(self) -> None:
        self.hang_up()
        if self._door is not None:
            self._door.close()

    def scan(self, text: str | bytes, aim: str = "]Q1") -> Answer:
        """Read one code and wait for the outcome; calls first when it is not connected."""
        data = text.encode() if isinstance(text, str) else text
        if self._line is None:
            self.connect()
        self.send_raw(aim.encode() + data + self._suffix)
        return self.await_answer()

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are."""
        if self._line is None:
            raise ConnectionError("the scanner is not connected")
        self._line.sendall(data)

    def await_answer(self) -> Answer:
        """The next good or bad the host sends, or silence."""
        end = time.monotonic() + self._timeout_s
        seen = b""
        while self._line is not None and (left := end - time.monotonic()) > 0:
            if not select.select([self._line], [], [], left)[0]:
                break
            try:
                more = self._line.recv(1)
            except OSError:
                more = b""
            if not more:
                self.hang_up()
                break
            seen += more
            self.heard += more
            if seen.endswith(self._good):
                return Answer.ACK
            if seen.endswith(self._bad):
                return Answer.NAK
        return Answer.SILENCE

    def has_heard(self) -> bool:
        """Whether the host has said something that was not listened to yet."""
        return self._line is not None and bool(select.select([self._line], [], [], 0)[0])

    def listen(self, size: int) -> bytes:
        """The next bytes from the host, fewer when it falls silent."""
        data = b""
        while self._line is not None and len(data) < size:
            more = self._line.recv(size - len(data))
            if not more:
                break
            data += more
        return data

    def is_hung_up(self) -> bool:
        """Whether the host has ended the connection; waits a while for it."""
        if self._line is None:
            return True
        try:
            return self._line.recv(4096) == b""
        except TimeoutError:
            return False
        except OSError:
            return True
