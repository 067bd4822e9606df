"""The keys of scanners that send a stream of bytes, whatever it comes through."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drivers.framing import FRAME_LIMIT_BYTES, FrameRule
from drivers.scanner_answers import Answers, ShownBy
from drivers.scanner_separators import LabelScannerSettings


def _check_bytes(text: str) -> str:
    if any(ord(character) > 0xFF for character in text):
        raise ValueError('every character stands for one byte, "\\u0000" to "\\u00ff"')
    return text


# Bytes written as text, one character each: "\r", "\u0002" (STX), "\u001b7" (ESC 7).
ByteText = Annotated[str, AfterValidator(_check_bytes), Field(max_length=32)]


def to_bytes(text: str) -> bytes:
    """The bytes that a ByteText stands for."""
    return text.encode("latin-1")


def unshown_note(shown_by: ShownBy, has_light: bool, remedy: str) -> tuple[str, ...]:
    """The note of a scanner whose outcomes nobody sees; `remedy` says what can be done at this kind of device."""
    if shown_by != "none" or has_light:
        return ()
    note = (
        f"nothing tells the person whether a code was stored: {remedy}, add an "
        '[[output]] for its station, or set feedback.shown_by = "screen" where a screen shows it'
    )
    return (note,)


class ScannerFeedback(BaseModel):
    """What is sent to the scanner once a read is decided; empty means nothing is sent.

    `ack`/`nak` answer one frame. `good`/`bad` drive light and tone, also for news from the ERP. A key that
    is not given is the profile's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    connect: ByteText = ""
    """Sent whenever the line was opened, such as a command that enables the scanner."""
    ack: ByteText = ""
    """Answers a frame that was stored."""
    nak: ByteText = ""
    """Answers a frame that was not stored, or was refused."""
    good: ByteText = ""
    """Light or tone for good news."""
    bad: ByteText = ""
    """Light or tone for bad news, also when the ERP refuses something later."""
    rearm: ByteText = ""
    """Sent after `bad`, for scanners that a bad tone disables."""
    waits_for_ack: bool = False
    """The scanner takes answers in the order of its frames."""
    response_timeout_ms: Annotated[int, Field(ge=0, le=90_000)] = 0
    """How long the scanner waits for its answer; a later one would be taken for the next code's. 0: for ever."""
    nak_refusals: bool = True
    """False: NAK only what could not be stored, for scanners that send again on NAK."""
    shown_by: ShownBy | None = None
    """Where a person sees the outcome: device, screen or none; by default the device if anything is sent to it."""
    decode_beep: bool | None = None
    """Whether the scanner beeps by itself on decode, before anything is stored; false once that is switched off."""


class FramedSettings(LabelScannerSettings):
    """How codes are cut out of the stream."""

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

    @model_validator(mode="after")
    def _check_framing(self) -> Self:
        self.rule()
        return self

    @property
    def answers(self) -> Answers:
        """What is sent back."""
        return Answers()

    @property
    def usual_suffixes(self) -> tuple[str, ...]:
        """What ends a code where the configuration does not say it."""
        return ("\r", "\n")

    def rule(self) -> FrameRule:
        """The framing these keys describe; ValueError when they contradict each other."""
        suffixes = self.suffixes if "suffixes" in self.model_fields_set else self.usual_suffixes
        return FrameRule(
            suffixes=tuple(to_bytes(suffix) for suffix in suffixes),
            prefix=to_bytes(self.prefix),
            gap_ms=self.gap_ms,
            limit_bytes=self.limit_bytes,
            strips_aim=self.aim,
            is_suffix_required=self.suffix_required,
        )


class AnsweredSettings(FramedSettings):
    """... and what is sent back."""

    feedback: ScannerFeedback = ScannerFeedback()
    """What is sent back to the scanner."""

    @property
    def usual_answers(self) -> Answers:
        """What is sent where the configuration does not say it."""
        return Answers()

    @property
    def answers(self) -> Answers:
        """What is sent: the usual, and what the configuration gives in its place."""
        given = {key: getattr(self.feedback, key) for key in self.feedback.model_fields_set}
        return replace(self.usual_answers, **{key: value for key, value in given.items() if value is not None})

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        answers = self.answers
        shown_by = answers.shown_by or ("device" if answers.is_given else "none")
        return unshown_note(shown_by, has_light, "set [device.feedback] or, with a serial line, choose a profile")
