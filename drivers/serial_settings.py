"""Configuration of a serial scanner: the keys of a `[[device]]` table with `type = "serial"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drivers.base import DeviceSettings
from drivers.framing import FRAME_LIMIT_BYTES, FrameRule


def _check_bytes(text: str) -> str:
    if any(ord(character) > 0xFF for character in text):
        raise ValueError('every character stands for one byte, "\\u0000" to "\\u00ff"')
    return text


# Bytes written as text, one character each: "\r", "\u0002" (STX), "\u001b7" (ESC 7).
ByteText = Annotated[str, AfterValidator(_check_bytes), Field(max_length=32)]


def to_bytes(text: str) -> bytes:
    """The bytes that a ByteText stands for."""
    return text.encode("latin-1")


class SerialFeedback(BaseModel):
    """What is sent to the scanner once a read is decided; empty means nothing is sent.

    `ack`/`nak` answer one frame. `good`/`bad` drive light and tone, also for news from the ERP.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    ack: ByteText = ""
    """Answers a frame that was stored."""
    nak: ByteText = ""
    """Answers a frame that was not stored, or was refused."""
    good: ByteText = ""
    """Light or tone for good news."""
    bad: ByteText = ""
    """Light or tone for bad news, also when the ERP refuses something later."""
    waits_for_ack: bool = False
    """The scanner takes answers in the order of its frames."""
    nak_refusals: bool = True
    """False: NAK only what could not be stored, for scanners that send again on NAK."""

    @property
    def is_given(self) -> bool:
        """Whether the device itself tells the person the outcome."""
        return bool(self.ack or self.nak or self.good or self.bad)


class SerialSettings(DeviceSettings):
    """A scanner on a serial line or a USB serial adapter."""

    type: Literal["serial"]
    port: Annotated[str, Field(pattern=r"^/")]
    """Device path; best a by-id path, which survives renumbering."""
    baud: Annotated[int, Field(ge=50, le=4_000_000)] = 9600
    """Speed of the line."""
    data_bits: Literal[7, 8] = 8
    """Data bits per character."""
    parity: Literal["none", "even", "odd"] = "none"
    """Parity bit."""
    stop_bits: Literal[1, 2] = 1
    """Stop bits per character."""
    xon_xoff: bool = False
    """Software flow control."""
    rts_cts: bool = False
    """Hardware flow control."""
    suffixes: Annotated[tuple[ByteText, ...], Field(max_length=4)] = ("\r", "\n")
    """What ends a code; an empty list when only silence does."""
    prefix: ByteText = ""
    """What begins a code, such as STX."""
    gap_ms: Annotated[int, Field(ge=30, le=1000)] = 100
    """Silence in milliseconds that ends a code without suffix."""
    suffix_required: bool = False
    """True: silence before the suffix is damage, not an end."""
    limit_bytes: Annotated[int, Field(ge=1, le=FRAME_LIMIT_BYTES)] = FRAME_LIMIT_BYTES
    """Longest code; a longer one is refused."""
    aim: bool = True
    """Whether a leading AIM identifier such as ]d2 is taken off the code."""
    feedback: SerialFeedback = SerialFeedback()
    """What is sent back to the scanner."""

    @model_validator(mode="after")
    def _check_framing(self) -> Self:
        self.rule()
        return self

    def rule(self) -> FrameRule:
        """The framing these keys describe; ValueError when they contradict each other."""
        return FrameRule(
            suffixes=tuple(to_bytes(suffix) for suffix in self.suffixes),
            prefix=to_bytes(self.prefix),
            gap_ms=self.gap_ms,
            limit_bytes=self.limit_bytes,
            strips_aim=self.aim,
            is_suffix_required=self.suffix_required,
        )
