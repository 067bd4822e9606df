"""A Zebra scanner that speaks SSI on a pty, written from the manual alone.

It sends a code in packets, each again after its response time-out or a NAK, three times in all; then it shows an error
and the code is lost. What the host sets with PARAM_SEND it obeys: AIM identifiers, and whether it beeps on decode.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.pty_line import PtyLine
from firmware_sim.scanner_make import Answer

PARAM_SEND, ACK, NAK, BEEP, LED_ON, LED_OFF, SCAN_ENABLE = 0xC6, 0xD0, 0xD1, 0xE6, 0xE7, 0xE8, 0xE9
DECODE_DATA, EVENT = 0xF3, 0xF6
CODE_ID, BEEP_ON_DECODE, PACKETED = 45, 56, 238
FACTORY = {CODE_ID: 0, BEEP_ON_DECODE: 1, PACKETED: 0}
TYPES = {
    "]A0": 0x01, "]C0": 0x03, "]E0": 0x0B, "]C1": 0x0F, "]L2": 0x11, "]d1": 0x1B, "]Q1": 0x1C, "]d2": 0xC1, "]Q3": 0xC2,
}  # fmt: skip
TRIES = 3
PART_BYTES = 250


def packet(opcode: int, data: bytes = b"", status: int = 0, source: int = 0) -> bytes:
    """A packet with its check sum: what makes the 16-bit sum of everything zero."""
    body = bytes([4 + len(data), opcode, source, status]) + data
    return body + ((0x10000 - sum(body)) & 0xFFFF).to_bytes(2, "big")


@dataclass
class Host:
    """What the host has told, packet by packet; rubbish is counted."""

    buffer: bytes = b""
    rubbish: int = 0
    packets: list[tuple[int, bytes]] = field(default_factory=list)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        self.buffer += data
        found = []
        while self.buffer and len(self.buffer) >= self.buffer[0] + 2:
            end = self.buffer[0] + 2
            one, self.buffer = self.buffer[:end], self.buffer[end:]
            body = one[:-2]
            if len(body) < 4 or (sum(body) + int.from_bytes(one[-2:], "big")) & 0xFFFF:
                self.rubbish += len(one)
                continue
            found.append((body[1], body[4:]))
        self.packets += found
        return found


class SsiScanner:
    """One scanner. `tones` and `lamps` are what the person heard and saw, in order."""

    def __init__(self, directory: Path, name: str, response_timeout_s: float = 2.0) -> None:
        self._line = PtyLine(directory / "by-id" / f"usb-Simulated_SSI_{name}-if00")
        self.port = self._line.port
        self.response_timeout_s = response_timeout_s
        self.parameters = dict(FACTORY)
        self.tones: list[str | int] = []
        self.lamps: list[str] = []
        self.sent = 0  # packets, repeated ones too
        self.is_deaf = False  # takes no orders, as one with another host type
        self.host = Host()
        self._answers: list[bytes | None] = []  # None: ACK, else the cause of a NAK
        self._lock = threading.Lock()

    def close(self) -> None:
        self._line.unplug()

    plug_out = close

    def plug(self) -> None:
        """Appear again, as it left the factory: what the host set is lost without power."""
        self.parameters = dict(FACTORY)
        self._line.plug()

    def attend(self, timeout_s: float = 0.0) -> None:
        """Take what the host sent, at most one wait."""
        for opcode, data in self.host.feed(self._line.listen(timeout_s)):
            if opcode == ACK:
                self._answers.append(None)
            elif opcode == NAK:
                self._answers.append(data)
            elif not self.is_deaf:
                self._line.send(packet(ACK), 1.0)
                self._obey(opcode, data)

    def scan(self, text: str | bytes, aim: str = "]Q1") -> Answer:
        """Pull the trigger once over a code; blocks until the scanner shows green or red."""
        data = text.encode() if isinstance(text, str) else text
        with self._lock:
            self.attend()
            self._answers.clear()
            if self.parameters[BEEP_ON_DECODE]:
                self.tones.append("decode")
            body = (aim.encode() if self.parameters[CODE_ID] == 1 else b"") + data
            parts = [body[n : n + PART_BYTES] for n in range(0, len(body), PART_BYTES)] or [b""]
            for n, part in enumerate(parts, 1):
                status = 0 if n == len(parts) else 2
                answer = self._transmit(bytes([TYPES.get(aim, 0x03)]) + part, status)
                if answer is not Answer.ACK:
                    self.tones.append("transmission error")
                    return answer
        return Answer.ACK

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are: half a packet, or what a scanner without packets sends."""
        self._line.send(data, self.response_timeout_s)

    def boot(self) -> None:
        """Lose power for a moment and say so."""
        self.parameters = dict(FACTORY)
        self.send_raw(packet(EVENT, b"\x03"))

    def wait_until(self, is_so: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Attend to the host until something is so; False when the time is over."""
        end = time.monotonic() + timeout_s
        while not is_so() and time.monotonic() < end:
            self.attend(0.02)
        return is_so()

    def _transmit(self, data: bytes, status: int) -> Answer:
        answer = Answer.SILENCE
        for tries in range(TRIES):
            self.sent += 1
            self._line.send(packet(DECODE_DATA, data, status | (1 if tries else 0)), self.response_timeout_s)
            answer = self._await_answer()
            if answer is Answer.ACK:
                break
        return answer

    def _await_answer(self) -> Answer:
        end = time.monotonic() + self.response_timeout_s
        while (left := end - time.monotonic()) > 0:
            self.attend(left)
            if self._answers:
                return Answer.ACK if self._answers.pop(0) is None else Answer.NAK
        self._line.lose_unread()
        return Answer.SILENCE

    def _obey(self, opcode: int, data: bytes) -> None:
        if opcode == BEEP:
            self.tones.append(data[0])
        elif opcode in (LED_ON, LED_OFF):
            self.lamps.append("on" if opcode == LED_ON else "off")
        elif opcode == PARAM_SEND:
            rest = data[1:]
            while rest:
                size = 3 if rest[0] == 0xF8 else 2 if rest[0] >= 0xF0 else 1
                number = rest[0] if size == 1 else int.from_bytes(rest[1:size], "big")
                if size == 2:
                    number += 256 * (rest[0] - 0xF0 + 1)
                self.parameters[number] = rest[size]
                rest = rest[size + 1 :]
