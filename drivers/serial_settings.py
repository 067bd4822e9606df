"""Configuration of a serial scanner: the keys of a `[[device]]` table with `type = "serial"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.base import DeviceSettings
from drivers.plug_name import PortName
from drivers.scanner_answers import Answers
from drivers.scanner_settings import AnsweredSettings
from drivers.serial_profile import PROFILES, Profile, ProfileName


class LineSettings(DeviceSettings):
    """How a serial line is opened, whatever is spoken on it."""

    port: PortName
    """The device: a path, best by-id; id:VENDOR:PRODUCT, with :SERIAL if there are two; or usb-port:1-1.4."""
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

    @property
    def speed(self) -> int:
        """Bits per second on the line."""
        return self.baud


class SerialSettings(AnsweredSettings, LineSettings):
    """A scanner on a serial line or a USB serial adapter."""

    type: Literal["serial"]
    profile: ProfileName = "plain"
    """Make of the scanner: brings speed, suffixes and feedback; a key that is given goes before it."""

    @property
    def usual_answers(self) -> Answers:
        return self._profile.answers

    @property
    def usual_suffixes(self) -> tuple[str, ...]:
        return self._profile.suffixes

    @property
    def speed(self) -> int:
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
        return (*found, *super().notes(has_light=has_light))

    @property
    def _profile(self) -> Profile:
        return PROFILES[self.profile]
