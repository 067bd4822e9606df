"""What is plugged in, read from /sys: without udev, so that it works in a container too.

A driver looks anew whenever it opens its device: at once when udev tells of a change (`plug_watch.py`), and at least
once a second while it is away. About once a second it looks whether its name still means the device it has open.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.plug_name import Kind, Plugged, matching
from drivers.plug_watch import PlugWatch, open_watch
from gateway.errors import TransientDeviceError

POS_USAGE_PAGE = 0x8C  # HID usage page of bar code scanners (USB HID Point of Sale Usage Tables)
TEXT_LIMIT_BYTES = 4096  # of a file in /sys; a report descriptor has at most as many
_KEYS = (2, 11, 28)  # KEY_1, KEY_0 and KEY_ENTER: whoever has these is a keyboard


@dataclass(frozen=True, slots=True)
class Plugs:
    """Where the kernel tells of devices; tests have a tree of their own."""

    sys_root: Path = Path("/sys")
    dev_root: Path = Path("/dev")
    watch: Callable[[], PlugWatch] = open_watch  # who tells a driver of changes

    def scan(self) -> tuple[Plugged, ...]:
        """Everything that could be a scanner, in a stable order. What vanishes meanwhile is left out."""
        found = [one for kind in Kind for one in self._of(kind)]
        return tuple(sorted(found, key=lambda one: (one.kind, one.usb_port, one.node)))

    def find(self, port: str, kind: Kind) -> Path:
        """The device node that a name means now; TransientDeviceError when none or more than one is it."""
        if port.startswith("/"):
            return Path(port)
        found = matching(port, kind, list(self._of(kind)))
        if not found:
            raise TransientDeviceError(f"{port}: no such device; is it plugged in?")
        if len(found) > 1:
            places = ", ".join(one.usb_port or one.node for one in found)
            raise TransientDeviceError(
                f"{port}: {len(found)} plugged devices are meant ({places})",
                hint="name it by its serial number or its USB port; `kanban-gateway devices` lists both",
            )
        return Path(found[0].node)

    def still_means(self, port: str, kind: Kind, node: int) -> bool:
        """Whether a name still leads to the open device with this number; links may vanish for a moment."""
        try:
            return self.find(port, kind).stat().st_rdev == node
        except (OSError, TransientDeviceError):
            return True  # a device that is really gone says so when it is read

    def _of(self, kind: Kind) -> Iterator[Plugged]:
        match kind:
            case Kind.SERIAL:
                return self._serial_lines()
            case Kind.HID_POS:
                return self._hid_scanners()
            case Kind.KEYBOARD:
                return self._keyboards()

    def _serial_lines(self) -> Iterator[Plugged]:
        for entry in _entries(self.sys_root / "class/tty"):
            device = _usb_device(entry) if (entry / "device").exists() else None  # consoles and the like have none
            if device is not None:
                yield self._usb(Kind.SERIAL, self.dev_root / entry.name, device)

    def _hid_scanners(self) -> Iterator[Plugged]:
        for entry in _entries(self.sys_root / "class/hidraw"):
            if POS_USAGE_PAGE in usage_pages(_bytes(entry / "device/report_descriptor")):
                yield self._hid(Kind.HID_POS, self.dev_root / entry.name, entry)

    def _keyboards(self) -> Iterator[Plugged]:
        for entry in _entries(self.sys_root / "class/input"):
            if entry.name.startswith("event") and _has_keys(_text(entry / "device/capabilities/key")):
                yield self._hid(Kind.KEYBOARD, self.dev_root / "input" / entry.name, entry)

    def _usb(self, kind: Kind, node: Path, device: Path) -> Plugged:
        return Plugged(
            kind, str(node), _text(device / "idVendor"), _text(device / "idProduct"), _text(device / "serial"),
            device.name, _text(device / "product"),
        )  # fmt: skip

    def _hid(self, kind: Kind, node: Path, entry: Path) -> Plugged:
        device = _usb_device(entry)
        if device is not None:
            return self._usb(kind, node, device)
        if kind is Kind.KEYBOARD:  # by Bluetooth, or built in
            inner = entry / "device"
            ids = (_text(inner / "id/vendor"), _text(inner / "id/product"), _text(inner / "uniq"))
            return Plugged(kind, str(node), *ids, "", _text(inner / "name"))
        keys = dict(line.split("=", 1) for line in _text(entry / "device/uevent").splitlines() if "=" in line)
        _, vendor, product = (*keys.get("HID_ID", "").lower().split(":"), "", "", "")[:3]
        serial, name = keys.get("HID_UNIQ", ""), keys.get("HID_NAME", "")
        return Plugged(kind, str(node), vendor[-4:], product[-4:], serial, "", name)


def usage_pages(descriptor: bytes) -> set[int]:
    """The usage pages that a HID report descriptor names (HID 1.11, 6.2.2); of a damaged one those up to the damage."""
    pages, at = set(), 0
    while at < len(descriptor):
        head = descriptor[at]
        size = (0, 1, 2, 4)[head & 3]
        if head == 0xFE:  # a long item: its data length stands in the next byte
            size = 2 + (descriptor[at + 1] if at + 1 < len(descriptor) else 0)
        elif head & 0xFC == 0x04:
            pages.add(int.from_bytes(descriptor[at + 1 : at + 1 + size], "little"))
        at += 1 + size
    return pages


def _entries(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []


def _usb_device(entry: Path) -> Path | None:
    """The USB device that a class entry belongs to: the first directory above it that has a maker."""
    real = Path(os.path.realpath(entry))
    return next((parent for parent in real.parents if (parent / "idVendor").exists()), None)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(TEXT_LIMIT_BYTES)
    except OSError:
        return b""


def _text(file: Path) -> str:
    """A line that a device may have made up: without what could not be shown."""
    text = _bytes(file).decode("utf-8", "replace").strip()
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)


def _has_keys(words: str) -> bool:
    """`words` is the kernel's bit map of keys: hexadecimal words of 64 bits, the highest first."""
    try:
        bits = sum(int(word, 16) << 64 * n for n, word in enumerate(reversed(words.split())))
    except ValueError:
        return False
    return all(bits >> key & 1 for key in _KEYS)
