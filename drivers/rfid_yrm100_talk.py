"""What is said to an M100 or R200 module and what its frames mean. Pure: time comes in, bytes and tags go out.

It is asked for its version, told its power, and then to poll without end. While it polls it answers every round, with
tags or without: silence means that it has stopped, and it is told again.
"""

from __future__ import annotations

from drivers.rfid_yrm100_frame import NOTICE, RESPONSE, ModuleFrame, ModuleFramer, render
from gateway.tag import TagRead

INFORMATION, POLL_ONCE, POLL, STOP, SET_POWER = 0x03, 0x22, 0x27, 0x28, 0xB6
_ENDLESS = b"\x22\xff\xff"  # so many rounds; then the module is silent and is told again
_SOFTWARE = b"\x01"
SILENCE_MS = 1_500  # without a frame
TRIES = 3  # until the module is given up
ANTENNA = 1  # it has one


class ModuleError(Exception):
    """The module does not do what it should; the text says why, for people."""


class ModuleTalk:
    """One connection. `feed` and `tick`; send what `take_output` gives."""

    def __init__(self, power_cdbm: int, now_ms: int) -> None:
        self.version = ""
        self.is_reading = False
        self._was_told = False  # to poll
        self._power_cdbm = power_cdbm
        self._framer = ModuleFramer()
        self._output = [render(STOP)]  # it may still poll, from before
        self._heard_ms = now_ms
        self._silences = 0
        self._mismatched = 0
        self._ask_version()

    @property
    def damaged(self) -> int:
        """Frames and tags that could not be read."""
        return self._framer.damaged + self._mismatched

    def take_output(self) -> bytes:
        """What is to be sent now."""
        output, self._output = b"".join(self._output), []
        return output

    def feed(self, data: bytes, now_ms: int) -> list[TagRead]:
        """Bytes as they come; the tags in them. ModuleError when the module refuses what it must do."""
        reads = []
        for frame in self._framer.feed(data):
            self._heard_ms, self._silences = now_ms, 0
            if frame.type == NOTICE and frame.command == POLL_ONCE:
                self.is_reading = self._was_told
                read = _tag(frame.parameters, now_ms)
                if read is None:
                    self._mismatched += 1
                elif self.is_reading:  # else it polls since before; the tag will be read again
                    reads.append(read)
            elif frame.type == RESPONSE:
                self._answered(frame)
        return reads

    def tick(self, now_ms: int) -> None:
        """ModuleError when it has been silent in spite of everything."""
        if now_ms - self._heard_ms < SILENCE_MS:
            return
        self._framer.expire()
        self._silences += 1
        if self._silences >= TRIES:
            raise ModuleError("the module does not answer: check its supply, its cable and `baud`")
        self._heard_ms = now_ms
        self._ask_version()

    def close(self) -> None:
        """Stop polling."""
        self._output.append(render(STOP))

    def _ask_version(self) -> None:
        self._output.append(render(INFORMATION, _SOFTWARE))

    def _answered(self, frame: ModuleFrame) -> None:
        match frame.command, frame.parameters[:1]:
            case (0x03, b"\x01"):
                self.version = frame.parameters[1:40].decode("ascii", "replace").strip()
                if self._power_cdbm:
                    self._output.append(render(SET_POWER, self._power_cdbm.to_bytes(2, "big")))
                else:
                    self._poll()
            case (0xB6, b"\x00"):
                self._poll()
            case (0xFF, b"\x15"):  # a round in which nobody answered
                self.is_reading = self._was_told
            case (0xFF, code):
                if not self.is_reading:
                    raise ModuleError(f"the module refused a command (code {code.hex() or 'none'}): check `power_cdbm`")

    def _poll(self) -> None:
        self._was_told = True
        self._output.append(render(POLL, _ENDLESS))


def _tag(parameters: bytes, now_ms: int) -> TagRead | None:
    """RSSI in dBm, PC, EPC, CRC; None when the CRC or the length in the PC says that it is damaged."""
    if len(parameters) < 5:
        return None
    rssi_dbm = int.from_bytes(parameters[:1], "big", signed=True)
    name, crc = parameters[1:-2], int.from_bytes(parameters[-2:], "big")
    words = name[0] >> 3  # of the EPC, in the upper five bits of the PC
    if not words or len(name) != 2 + 2 * words or crc16(name) != crc:
        return None
    return TagRead(name[2:].hex().upper(), ANTENNA, rssi_dbm * 100, 1, now_ms, now_ms)


def crc16(data: bytes) -> int:
    """Of Gen2 (ISO/IEC 18000-63 annex F): polynomial 1021h, preset and inverted with FFFFh."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc ^ 0xFFFF
