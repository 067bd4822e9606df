"""Configuration of a serial scanner: the keys of a `[[device]]` table with `type = "serial"`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drivers.framing import FRAME_LIMIT_BYTES, FrameRule
from drivers.scanner_settings import ScannerSettings
from drivers.serial_profile import PROFILES, Answers, Profile, ProfileName, ShownBy


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


class SerialSettings(ScannerSettings):
    """A scanner on a serial line or a USB serial adapter."""

    type: Literal["serial"]
    profile: ProfileName = "plain"
    """Make of the scanner: brings speed, suffixes and feedback; a key that is given goes before it."""
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

    @property
    def answers(self) -> Answers:
        """What is sent: the profile's, and what the configuration gives in its place."""
        given = {key: getattr(self.feedback, key) for key in self.feedback.model_fields_set}
        return replace(self._profile.answers, **{key: value for key, value in given.items() if value is not None})

    @property
    def speed(self) -> int:
        """Bits per second on the line."""
        return self.baud if "baud" in self.model_fields_set else self._profile.baud

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        answers, found = self.answers, []
        if answers.decode_beep:
            how = self._profile.beep_off or "switch that beep off by its manual"
            found.append(
                f"the scanner ({self.profile}) beeps by itself when it decodes, before anything is stored: {how}, "
                "then set feedback.decode_beep = false"
            )
        if answers.nak and answers.nak_refusals and self._profile.on_nak == "resend":
            found.append(
                f"the scanner ({self.profile}) sends a code again that is answered with NAK, so a refused card is "
                "refused several times: set feedback.nak_refusals = false"
            )
        shown_by = answers.shown_by or ("device" if answers.is_given else "none")
        if shown_by == "none" and not has_light:
            found.append(
                "nothing tells the person whether a code was stored: choose a profile, set [device.feedback], add an "
                '[[output]] for its station, or set feedback.shown_by = "screen" where a screen shows it'
            )
        return tuple(found)

    def rule(self) -> FrameRule:
        """The framing these keys describe; ValueError when they contradict each other."""
        suffixes = self.suffixes if "suffixes" in self.model_fields_set else self._profile.suffixes
        return FrameRule(
            suffixes=tuple(to_bytes(suffix) for suffix in suffixes),
            prefix=to_bytes(self.prefix),
            gap_ms=self.gap_ms,
            limit_bytes=self.limit_bytes,
            strips_aim=self.aim,
            is_suffix_required=self.suffix_required,
        )

    @property
    def _profile(self) -> Profile:
        return PROFILES[self.profile]
