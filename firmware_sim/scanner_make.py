"""How makes of serial scanners take what the host sends, as their manuals say. Written from the manuals alone.

Zebra/Symbol: ACK ends, NAK sends again, error after the third; BEL is a high beep. Honeywell with Host ACK: waits
for an escape command that ends with a comma, never sends again. Datalogic: deaf while it waits, deaf after 'F'
until 'E'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ACK, NAK = b"\x06", b"\x15"
ESC = b"\x1b"


class Answer(StrEnum):
    """What the person sees on the scanner."""

    ACK = "ack"  # green
    NAK = "nak"  # red: the host refused it
    SILENCE = "silence"  # red: the host did not answer
    DEAF = "deaf"  # the trigger does nothing: disabled, or still waiting for the host


@dataclass(frozen=True, slots=True)
class Make:
    """One make; `words` are the byte sequences it understands."""

    answers: Mapping[bytes, Answer] = field(default_factory=lambda: {ACK: Answer.ACK, NAK: Answer.NAK})
    tones: Mapping[bytes, str] = field(default_factory=dict)
    disables: frozenset[bytes] = frozenset()
    enables: frozenset[bytes] = frozenset()
    tries: int = 3  # transmissions of one code that is answered with NAK each time
    is_deaf_while_waiting: bool = False

    @property
    def words(self) -> tuple[bytes, ...]:
        return tuple({*self.answers, *self.tones, *self.disables, *self.enables})


GENERIC = Make()
ZEBRA = Make(tones={b"\x07": "high beep"})
HONEYWELL = Make(
    answers={ESC + b"7,": Answer.ACK, ESC + b"8,": Answer.NAK},
    tones={
        ESC + b"7,": "good", ESC + b"8,": "razz", ESC + b"1,": "green", ESC + b"4,": "low", ESC + b"5,": "medium",
        ESC + b"6,": "high",
    },
    tries=1,
)  # fmt: skip
DATALOGIC = Make(
    tones={b"B": "good read, if the beeper is on", b"\x01": "good read", b"\x07": "good read", b"F": "not on file"},
    disables=frozenset({b"F", b"D"}),
    enables=frozenset({b"E"}),
    is_deaf_while_waiting=True,
)


class HostWords:
    """Cuts what the host sends into words, however it arrives; bytes that are part of none are kept apart."""

    def __init__(self, make: Make) -> None:
        self._words = make.words
        self._buffer = b""
        self.rubbish = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The words that these bytes complete."""
        self._buffer += data
        found: list[bytes] = []
        while self._buffer:
            whole = [word for word in self._words if self._buffer.startswith(word)]
            if whole:
                found.append(max(whole, key=len))
                self._buffer = self._buffer[len(found[-1]) :]
            elif any(word.startswith(self._buffer) for word in self._words):
                break
            else:
                self.rubbish += self._buffer[:1]
                self._buffer = self._buffer[1:]
        return found
