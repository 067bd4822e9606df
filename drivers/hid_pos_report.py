"""Reports of scanners in the mode USB HID POS. Pure: one report in, codes out.

    02 · length · AIM identifier (3) · data (56) · … · more

`more` is the last byte of 64: other than 0, the code goes on in the next report. Some makes put one byte in front of
the identifier; Honeywell tells its own code id in byte 61. Sources: USB HID Point of Sale Usage Tables 1.02, usage page
8Ch; the fields as WebHidBarcodeScanner (point-of-sale, MIT) found them on Honeywell, Zebra and Datalogic scanners.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.framing import FRAME_LIMIT_BYTES, KEPT_BYTES, Frame, FrameFault

SCANNED_DATA = 0x02  # id of the report with a code
REPORT_BYTES = 64
DATA_BYTES = 56
PAUSE_LIMIT_MS = 1000  # between two reports of one code; then it is broken off
_CODE_ID_AT = 61

# Honeywell's code ids (Xenon/Granit User Guide, chapter Symbology Charts) as AIM identifiers.
AIM_OF_HONEYWELL = {
    "a": "]F0", "b": "]A0", "c": "]E0", "d": "]E0", "D": "]E4", "E": "]E0", "e": "]I0", "f": "]S0", "g": "]M0",
    "h": "]H0", "H": "]h0", "i": "]G0", "I": "]C1", "|": "]C1", "j": "]C0", "l": "]T0", "r": "]L2", "R": "]L2",
    "s": "]Q1", "w": "]d1", "x": "]U0", "y": "]e0", "{": "]e0", "}": "]e0", "z": "]z0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What one report carries."""

    aim: str
    data: bytes
    has_more: bool


def parse_report(report: bytes, *, is_honeywell: bool) -> Part | None:
    """The code, or its part, in a report; None when it is another one or damaged."""
    if len(report) < REPORT_BYTES or report[0] != SCANNED_DATA or report[1] > DATA_BYTES:
        return None
    at = 3 if report[2] != ord("]") and report[3] == ord("]") else 2
    aim = report[at : at + 3].decode("latin-1").rstrip("\0")
    if is_honeywell and not aim:
        aim = AIM_OF_HONEYWELL.get(chr(report[_CODE_ID_AT]), "")
    data = report[at + 3 : at + 3 + report[1]]
    return Part(aim if len(aim) == 3 and aim.startswith("]") else "", data, report[REPORT_BYTES - 1] != 0)


class ReportAssembler:
    """Joins the parts of long codes; memory stays below the limit of one code."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._aim = ""
        self._length = 0
        self._last_ms = 0

    @property
    def deadline_ms(self) -> int | None:
        """When a begun code counts as broken off; None while there is none."""
        return self._last_ms + PAUSE_LIMIT_MS if self._parts else None

    def add(self, part: Part, now_ms: int) -> list[Frame]:
        """The codes that this part ends; one with another identifier shows that the code before was not finished."""
        frames = self.break_off() if self._parts and part.aim != self._aim else []
        self._aim, self._last_ms = part.aim, now_ms
        self._length += len(part.data)
        if self._length <= FRAME_LIMIT_BYTES or not self._parts:
            self._parts.append(part.data)
        if part.has_more:
            return frames
        return [*frames, *self._finish(None)]

    def break_off(self) -> list[Frame]:
        """What there is of a code whose end never came."""
        return self._finish(FrameFault.BROKEN_OFF) if self._parts else []

    def _finish(self, fault: FrameFault | None) -> list[Frame]:
        data, length, aim = b"".join(self._parts), self._length, self._aim
        self._parts, self._length = [], 0
        if length > FRAME_LIMIT_BYTES:
            fault = FrameFault.TOO_LONG
        if fault is not None:
            return [Frame(data[:KEPT_BYTES], fault=fault, length=length)]
        data = data.rstrip(b"\r\n")
        return [Frame(data, aim)] if data else []
