"""Configuration of a scanner in the mode USB HID POS: the keys of a `[[device]]` table with `type = "hid-pos"`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from drivers.plug_name import PortName
from drivers.scanner_answers import ShownBy
from drivers.scanner_separators import LabelScannerSettings
from drivers.scanner_settings import ByteText, unshown_note

HONEYWELL_SWITCH_ON = "\u00fe\u0001"  # feature report 254 with 1, without which a Honeywell or Youjie sends nothing


class HidPosFeedback(BaseModel):
    """Output reports, each with its id as the first byte, for scanners that have any; empty: nothing is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    good: ByteText = ""
    """Light or tone for good news."""
    bad: ByteText = ""
    """Light or tone for bad news, also when the ERP refuses something later."""
    shown_by: ShownBy | None = None
    """Where a person sees the outcome: device, screen or none; by default the device if anything is sent to it."""


class HidPosSettings(LabelScannerSettings):
    """A USB scanner in the mode HID POS (usage page 8Ch): no keyboard layout, nothing lost."""

    type: Literal["hid-pos"]
    port: PortName
    """The device: id:VENDOR:PRODUCT, with :SERIAL if there are two, usb-port:1-1.4, or a path."""
    make: Literal["plain", "honeywell"] = "plain"
    """Make: a Honeywell or Youjie must be switched on, and tells its own code id; all others are plain."""
    switch_on: ByteText | None = None
    """Feature report sent on connect, its id first; by default that of the make."""
    feedback: HidPosFeedback = HidPosFeedback()
    """What the scanner shows."""

    @property
    def feature(self) -> bytes:
        """The report that switches it on, b"" for none."""
        usual = HONEYWELL_SWITCH_ON if self.make == "honeywell" else ""
        return (usual if self.switch_on is None else self.switch_on).encode("latin-1")

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        feedback = self.feedback
        shown_by = feedback.shown_by or ("device" if feedback.good or feedback.bad else "none")
        return unshown_note(shown_by, has_light, "set [device.feedback]")
