"""What is sent back to a scanner once a read is decided, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ShownBy = Literal["device", "screen", "none"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is sent to a scanner and when; see ScannerFeedback for each. A character stands for a byte."""

    connect: str = ""
    ack: str = ""
    nak: str = ""
    good: str = ""
    bad: str = ""
    rearm: str = ""
    waits_for_ack: bool = False
    response_timeout_ms: int = 0  # 0: it waits for ever, or not at all
    nak_refusals: bool = True
    shown_by: ShownBy | None = None
    decode_beep: bool = False

    @property
    def is_tone_an_answer(self) -> bool:
        """The scanner waits and there is no ACK: it takes a tone for the answer to its code."""
        return self.waits_for_ack and not self.ack

    @property
    def is_given(self) -> bool:
        """Whether anything at all tells the scanner the outcome."""
        return bool(self.ack or self.nak or self.good or self.bad)
