"""A label printer on a TCP port: takes ZPL, answers ~HS, and can be out of paper, open, silent or dead."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass


@dataclass
class PrinterState:
    """What the printer says of itself."""

    has_paper: bool = True
    is_paused: bool = False
    is_open: bool = False
    has_ribbon: bool = True
    is_silent: bool = False  # knows no ~HS, as printers of other makes
    paper_after: int = 1_000_000  # labels until the paper ends


class LabelPrinter:
    """Serves one connection after the other until closed; `labels` holds what was printed."""

    def __init__(self) -> None:
        self.state = PrinterState()
        self.labels: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="label-printer", daemon=True)
        self._thread.start()

    def wait(self, count: int, limit_s: float = 10.0) -> list[str]:
        """The labels printed, once there are so many; fewer after the limit."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.labels) >= count, limit_s)
            return list(self.labels)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        pending = b""
        while data := line.recv(65_536):
            pending = self._work(pending + data, line)

    def _work(self, pending: bytes, line: socket.socket) -> bytes:
        """Everything that is complete; the rest is returned."""
        while True:
            question, end = pending.find(b"~HS"), pending.find(b"^XZ")
            if question >= 0 and (end < 0 or question < end):
                pending = pending[:question] + pending[question + 3 :]
                if not self.state.is_silent:
                    line.sendall(self._status())
            elif end >= 0:
                self._print(pending[: end + 3].decode("ascii").strip())
                pending = pending[end + 3 :].lstrip()
            else:
                return pending

    def _print(self, label: str) -> None:
        state = self.state
        with self._changed:
            if state.has_paper:
                self.labels.append(label)
                state.has_paper = len(self.labels) < state.paper_after
            self._changed.notify_all()

    def _status(self) -> bytes:
        """Three lines, as the ZPL II Programming Guide has them for ~HS."""
        state = self.state
        first = f"030,{not state.has_paper:d},{state.is_paused:d},1245,000,0,0,0,000,0,0,0"
        second = f"001,0,{state.is_open:d},{not state.has_ribbon:d},1,2,6,0,00000000,1,000"
        return "".join(f"\x02{row}\x03\r\n" for row in (first, second, "1234,0")).encode()
