"""Configuration of a Zebra scanner that speaks SSI: the keys of a `[[device]]` table with `type = "zebra-ssi"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from drivers.scanner_answers import ShownBy
from drivers.scanner_separators import LabelScannerSettings
from drivers.scanner_settings import unshown_note
from drivers.serial_settings import LineSettings
from drivers.serial_ssi_packet import parameter_bytes

BeepCode = Annotated[int, Field(ge=0, le=0x19)]


def _check_numbers(parameters: dict[str, int]) -> dict[str, int]:
    for number in parameters:
        if not number.isascii() or not number.isdigit() or int(number) > 0xFFFF:
            raise ValueError(f"{number!r} is no parameter, expected its number in the manual, such as 140")
        parameter_bytes(int(number))
    return parameters


class SsiFeedback(BaseModel):
    """What the scanner shows once a read is decided. The codes of tones are those of the command BEEP."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    good_beep: BeepCode | Literal["none"] = 0x00
    """Tone for good news: 0 is one short high beep."""
    bad_beep: BeepCode | Literal["none"] = 0x10
    """Tone for bad news: 16 is two long low beeps."""
    led_ms: Annotated[int, Field(ge=0, le=10_000)] = 500
    """How long the good-read lamp is lit for good news; 0: not at all."""
    shown_by: ShownBy = "device"
    """Where a person sees the outcome: device, screen or none."""


class SsiSettings(LabelScannerSettings, LineSettings):
    """A Zebra scanner with host type SSI."""

    type: Literal["zebra-ssi"]
    response_timeout_ms: Annotated[int, Field(ge=500, le=9900)] = 2000
    """The scanner's Host Serial Response Time-out: how long it waits before it sends a code again."""
    setup: bool = True
    """Whether the scanner is set up on every connection: packets, ACK, AIM identifiers, no beep on decode."""
    parameters: Annotated[dict[str, Annotated[int, Field(ge=0, le=255)]], AfterValidator(_check_numbers)] = Field(
        default_factory=dict, max_length=32
    )
    """Further parameters to set, by their numbers in the manual; lost when the scanner loses power."""
    feedback: SsiFeedback = SsiFeedback()
    """What the scanner shows."""

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        found = []
        if not self.setup:
            found.append(
                "the scanner is not set up by the gateway: switch Beep After Good Decode off and Packeted Decode Data "
                "on yourself, or set setup = true"
            )
        if self.parameters.get("56"):
            found.append("the scanner beeps on decode, before anything is stored: leave parameter 56 out")
        return (*found, *unshown_note(self.feedback.shown_by, has_light, 'set feedback.shown_by = "device"'))
