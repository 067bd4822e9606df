"""How the configuration names a device that can be unplugged: never by a number that changes. Pure.

/dev/serial/by-id/…            a path; links are followed anew on each opening
id:05e0:1900                   the only plugged device with this maker and product
id:05e0:1900:S/N 21            … and this serial number
usb-port:1-1.4                 whatever is plugged into this socket
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

PORT_PATTERN = r"^(/.+|id:[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?|usb-port:\d+-\d+(\.\d+)*)$"
PortName = Annotated[str, Field(pattern=PORT_PATTERN, max_length=256)]

_ID = re.compile(r"id:(?P<vendor>[0-9A-Fa-f]{4}):(?P<product>[0-9A-Fa-f]{4})(:(?P<serial>.+))?")


class Kind(StrEnum):
    """What a device looks like to us."""

    SERIAL = "serial"
    HID_POS = "hid-pos"
    KEYBOARD = "hid-keyboard"


@dataclass(frozen=True, slots=True)
class Plugged:
    """One way into a plugged device; a scanner may offer several."""

    kind: Kind
    node: str  # path of the device node, such as /dev/hidraw0
    vendor: str = ""  # four hexadecimal digits
    product: str = ""
    serial: str = ""
    usb_port: str = ""  # such as 1-1.4; "" when it is not plugged into USB
    name: str = ""  # what it calls itself

    @property
    def ident(self) -> str:
        """Maker and product, as an allow-list has them."""
        return f"{self.vendor}:{self.product}"


def identity_of(port: str) -> str:
    """Maker and product that an `id:` names, in lower case; "" for other names."""
    found = _ID.fullmatch(port)
    return f"{found['vendor']}:{found['product']}".lower() if found else ""


def matching(port: str, kind: Kind, plugged: Sequence[Plugged]) -> list[Plugged]:
    """The plugged devices that a name other than a path means; more than one is for a person to decide."""
    found = [one for one in plugged if one.kind is kind]
    if port.startswith("usb-port:"):
        return [one for one in found if one.usb_port == port.removeprefix("usb-port:")]
    wanted = _ID.fullmatch(port)
    if wanted is None:
        return []
    serial = wanted["serial"] or ""
    return [one for one in found if one.ident == identity_of(port) and serial in ("", one.serial)]


def names_of(one: Plugged, plugged: Sequence[Plugged]) -> list[str]:
    """What the configuration can call this device, best first; each name means it and no other now."""
    if not one.vendor:
        return []
    names = [f"id:{one.ident}:{one.serial}"] if one.serial else []
    names.append(f"id:{one.ident}")
    if one.usb_port:
        names.append(f"usb-port:{one.usb_port}")
    return [name for name in names if matching(name, one.kind, plugged) == [one]]
