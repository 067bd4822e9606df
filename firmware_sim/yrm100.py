"""A UHF module with the M100 chip on a pty, written from the frames that its public drivers use.

While it polls it sends a notice for each tag in the field, and FF 15 for a round without one.
"""

from __future__ import annotations

import threading
from pathlib import Path

from firmware_sim.pty_line import PtyLine

ROUND_S = 0.02
SEND_S = 1.0


def frame(kind: int, command: int, parameters: bytes = b"") -> bytes:
    """BB, type, command, length, parameters, check sum, 7E."""
    body = bytes([kind, command, len(parameters) >> 8, len(parameters) & 255]) + parameters
    return b"\xbb" + body + bytes([sum(body) % 256]) + b"\x7e"


def tag_crc(data: bytes) -> bytes:
    """CRC-16 as tags compute it, bit by bit."""
    register = 0xFFFF
    for byte in data:
        for n in range(7, -1, -1):
            top = (register >> 15) ^ (byte >> n & 1)
            register = (register << 1) & 0xFFFF ^ (0x1021 if top else 0)
    return (register ^ 0xFFFF).to_bytes(2, "big")


def notice(epc: str, rssi_dbm: int) -> bytes:
    """One tag as the module tells it."""
    data = bytes.fromhex(epc)
    name = (len(data) // 2 << 11).to_bytes(2, "big") + data
    return frame(2, 0x22, bytes([rssi_dbm & 255]) + name + tag_crc(name))


class Yrm100:
    """One module; a context manager. `port` is the link to configure."""

    def __init__(self, directory: Path, name: str = "uhf") -> None:
        self._line = PtyLine(directory / "by-id" / f"usb-Simulated_UHF_{name}-if00")
        self.port = self._line.port
        self.power_cdbm = 2600
        self.is_polling = False
        self.is_dead = False  # does nothing at all
        self.refuses_power = False
        self.noise = b""  # sent once before the next tags
        self.commands: list[int] = []
        self._shown: list[bytes] = []
        self._buffer = b""
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._live, name="yrm100", daemon=True)

    def __enter__(self) -> Yrm100:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        self._line.unplug()

    def show(self, epc: str, *, rssi_dbm: int = -50, reads: int = 1) -> None:
        """A tag is read so many times, in the next round."""
        with self._lock:
            self._shown += [notice(epc, rssi_dbm)] * reads

    def unplug(self) -> None:
        """Without power it forgets that it polled."""
        with self._lock:
            self.is_polling = False
            self._line.unplug()

    def plug(self) -> None:
        with self._lock:
            self._line.plug()

    def _live(self) -> None:
        while not self._stop.is_set():
            heard = self._line.listen(ROUND_S)
            with self._lock:
                if self.is_dead or not self._line.is_plugged:
                    continue
                self._buffer += heard
                answer = self._answer_all()
                if self.is_polling:
                    shown, self._shown = self._shown, []
                    noise, self.noise = self.noise, b""
                    answer += noise + (b"".join(shown) or frame(1, 0xFF, b"\x15"))
                self._line.send(answer, SEND_S)

    def _answer_all(self) -> bytes:
        answer = b""
        while len(self._buffer) >= 7:
            length = int.from_bytes(self._buffer[3:5], "big")
            command, parameters = self._buffer[2], self._buffer[5 : 5 + length]
            self._buffer = self._buffer[7 + length :]
            self.commands.append(command)
            answer += self._answer(command, parameters)
        return answer

    def _answer(self, command: int, parameters: bytes) -> bytes:
        if command == 0x03:
            return frame(1, command, parameters + b"V2.3.5")
        if command == 0xB6:
            if self.refuses_power:
                return frame(1, 0xFF, b"\x17")
            self.power_cdbm = int.from_bytes(parameters, "big")
            return frame(1, command, b"\x00")
        if command == 0x27:
            self.is_polling = True
            return b""
        if command == 0x28:
            self.is_polling = False
            return frame(1, command, b"\x00")
        return frame(1, 0xFF, b"\x17")
