"""From a stream of bytes to frames, incrementally. Pure: no I/O, no clock, nothing but bytes in and frames out.

How the bytes were cut into chunks never changes the frames. A frame ends at the first place where
one of the suffixes is complete, or when the line has been silent for the inter-character gap.
Nothing here assumes any text encoding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

FRAME_LIMIT_BYTES = 4096  # longest frame that is taken for a code; the largest 2D symbols hold less
KEPT_BYTES = 256  # how much of an over-long or damaged frame is kept as evidence

_AIM = re.compile(rb"\][A-Za-z][0-9]")
_LINE_NOISE = b"\r\n\x00"  # what stands between ETX and the next STX without meaning anything


class FrameFault(StrEnum):
    """Why a frame cannot be read as a code."""

    TOO_LONG = "FRAME_TOO_LONG"
    BROKEN_OFF = "FRAME_BROKEN_OFF"
    NO_PREFIX = "FRAME_NO_PREFIX"
    UNKNOWN_KEY = "FRAME_UNKNOWN_KEY"


@dataclass(frozen=True, slots=True)
class FrameRule:
    """How one device marks its frames; see SerialSettings for the configuration of it."""

    suffixes: tuple[bytes, ...] = (b"\r", b"\n")
    prefix: bytes = b""
    gap_ms: int = 100
    limit_bytes: int = FRAME_LIMIT_BYTES
    strips_aim: bool = True
    is_suffix_required: bool = False  # True: silence before the suffix is damage, not an end

    def __post_init__(self) -> None:
        for suffix in self.suffixes:
            if not suffix:
                raise ValueError("a suffix cannot be empty; leave the list empty to frame by silence only")
            for other in self.suffixes:
                if suffix in other[:-1]:
                    raise ValueError(f"suffix {suffix!r} inside suffix {other!r} would always end the frame first")
        if self.is_suffix_required and not self.suffixes:
            raise ValueError("a suffix is required but none is given")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without prefix, suffix and AIM identifier; a faulty one keeps its first bytes as sent."""

    data: bytes
    aim: str = ""
    fault: FrameFault | None = None
    length: int = 0  # bytes of a faulty frame as sent, of which `data` may be only the first


class Framer:
    """The state of one connection's incoming bytes; memory stays below the limit plus one chunk."""

    def __init__(self, rule: FrameRule) -> None:
        self._rule = rule
        self._longest = max((len(suffix) for suffix in rule.suffixes), default=1)
        self._buffer = bytearray()
        self._searched = 0  # no suffix ends in buffer[:_searched]
        self._head = b""  # first bytes of an over-long frame
        self._dropped = 0  # bytes of it that are no longer in the buffer
        self._last_ms = 0

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        """Take the next bytes and return the frames they completed, oldest first.

        Silence is not judged here: a thread that was held up reads late what came in time.
        """
        self._last_ms = now_ms
        self._buffer += chunk
        frames: list[Frame] = []
        while (cut := self._find_suffix()) is not None:
            end, after = cut
            frames += self._finish(bytes(self._buffer[:end]), None)
            del self._buffer[:after]
            self._searched = 0
        self._drop_excess()
        return frames

    @property
    def deadline_ms(self) -> int | None:
        """When the silence will have lasted long enough to call `expire`; None while nothing is pending."""
        return self._last_ms + self._rule.gap_ms if self._buffer or self._dropped else None

    def expire(self, now_ms: int) -> list[Frame]:
        """The line is known to be silent: end the pending frame if the gap has passed."""
        deadline_ms = self.deadline_ms
        if deadline_ms is None or now_ms < deadline_ms:
            return []
        return self._flush(FrameFault.BROKEN_OFF if self._rule.is_suffix_required else None)

    def abort(self) -> list[Frame]:
        """The connection is gone: a pending frame is damaged and never joined with later bytes."""
        return self._flush(FrameFault.BROKEN_OFF)

    def _find_suffix(self) -> tuple[int, int] | None:
        """(end of data, start of the next frame) of the suffix that completes first."""
        best: tuple[int, int] | None = None  # (start of the next frame, end of data)
        start = max(0, self._searched - self._longest + 1)
        for suffix in self._rule.suffixes:
            at = self._buffer.find(suffix, start)
            if at >= 0:
                found = (at + len(suffix), at)
                best = found if best is None else min(best, found)
        self._searched = len(self._buffer)
        return None if best is None else (best[1], best[0])

    def _drop_excess(self) -> None:
        """Forget the middle of a frame that can only become over-long, but not a half-sent suffix."""
        tail = self._longest - 1
        if not self._dropped and len(self._buffer) - tail <= self._rule.limit_bytes:
            return
        excess = len(self._buffer) - tail
        if excess > 0:
            self._head = (self._head + bytes(self._buffer[:excess]))[:KEPT_BYTES]
            del self._buffer[:excess]
            self._dropped += excess
            self._searched = len(self._buffer)

    def _flush(self, fault: FrameFault | None) -> list[Frame]:
        frames = self._finish(bytes(self._buffer), fault) if self._buffer or self._dropped else []
        self._buffer.clear()
        self._searched = 0
        return frames

    def _finish(self, data: bytes, fault: FrameFault | None) -> list[Frame]:
        """The frames, usually one, that a stretch of bytes between two suffixes stands for."""
        length = self._dropped + len(data)
        if length > self._rule.limit_bytes:
            head = (self._head + data)[:KEPT_BYTES]
            self._head, self._dropped = b"", 0
            return [Frame(head, fault=FrameFault.TOO_LONG, length=length)]
        if fault is not None:
            return _damaged(data, fault)
        return self._strip_prefix(data)

    def _strip_prefix(self, data: bytes) -> list[Frame]:
        prefix = self._rule.prefix
        if not prefix:
            return self._strip_aim(data)
        # A control character such as STX never stands inside a code, so the last one begins the frame
        # and whatever came before it is a frame that broke off.
        at = data.rfind(prefix) if prefix[0] < 0x20 else (0 if data.startswith(prefix) else -1)
        if at < 0:
            return _damaged(data, FrameFault.NO_PREFIX)
        return _damaged(data[:at], FrameFault.BROKEN_OFF) + self._strip_aim(data[at + len(prefix) :])

    def _strip_aim(self, data: bytes) -> list[Frame]:
        aim = b""
        if self._rule.strips_aim and _AIM.match(data):
            aim, data = data[:3], data[3:]
        return [Frame(data, aim.decode("ascii"))] if data.strip(_LINE_NOISE) else []


def _damaged(data: bytes, fault: FrameFault) -> list[Frame]:
    if not data.strip(_LINE_NOISE):
        return []
    return [Frame(data[:KEPT_BYTES], fault=fault, length=len(data))]
