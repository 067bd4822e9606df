"""Configuration of a scanner that pretends to be a keyboard: a `[[device]]` table with `type = "hid-keyboard"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from drivers.hid_keyboard_layout import LayoutName
from drivers.hid_keyboard_state import NAMED_KEYS
from drivers.plug_name import PortName, identity_of
from drivers.scanner_answers import ShownBy
from drivers.scanner_settings import ByteText, FramedSettings, unshown_note

Ident = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$"), AfterValidator(str.lower)]


def _check_keys(keys: dict[str, str]) -> dict[str, str]:
    unknown = sorted(keys.keys() - NAMED_KEYS.keys())
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no key that can be named, expected one of {', '.join(NAMED_KEYS)}")
    return keys


def _check_stable(port: str) -> str:
    if port.startswith("/dev/input/event"):
        raise ValueError(f"{port} may be another keyboard tomorrow, expected id:, usb-port: or a by-id path")
    return port


class KeyboardSettings(FramedSettings):
    """A USB scanner in keyboard mode. It is taken for the gateway alone, so nobody else hears its keys."""

    type: Literal["hid-keyboard"]
    port: Annotated[PortName, AfterValidator(_check_stable)]
    """The device: id:VENDOR:PRODUCT, with :SERIAL if there are two, usb-port:1-1.4, or a by-id path."""
    allow: Annotated[tuple[Ident, ...], Field(max_length=16)] = ()
    """VENDOR:PRODUCT of what may be taken; no other keyboard ever is. Not needed where `port` is an id: itself."""
    layout: LayoutName = "us"
    """Country the scanner is set to."""
    keys: Annotated[dict[str, ByteText], AfterValidator(_check_keys)] = Field(default_factory=dict)
    """What named keys stand for, for scanners that send a separator as F8, say."""
    shown_by: ShownBy = "none"
    """Where a person sees the outcome: screen or none; a keyboard cannot show it."""

    @property
    def allowed(self) -> frozenset[str]:
        """What may be taken."""
        return frozenset(self.allow) | ({identity_of(self.port)} - {""})

    @model_validator(mode="after")
    def _check_allowed(self) -> Self:
        if not self.allowed:
            raise ValueError('`allow` is missing, expected the scanner\'s VENDOR:PRODUCT such as ["05e0:1200"]')
        return self

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        return unshown_note(self.shown_by, has_light, "set the scanner to HID POS or serial")
