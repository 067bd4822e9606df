"""A keyboard of the kernel's input system (evdev), taken for ourselves alone.

The few ioctls and the one struct of linux/input.h that are needed stand here; a library for them would have to be
compiled on every gateway.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from fcntl import ioctl

from drivers.hid_file import HidFile
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.plug import Plugs
from drivers.plug_name import Kind
from gateway.errors import TransientDeviceError

_EVENT = struct.Struct("@llHHi")  # struct input_event: seconds, microseconds, type, code, value
_IDENTITY = struct.Struct("@HHHH")  # struct input_id: bus, vendor, product, version
_GET_IDENTITY = 0x80084502  # EVIOCGID
_GRAB = 0x40044590  # EVIOCGRAB
READ_BYTES = _EVENT.size * 64  # the kernel gives whole events only


class EventType(IntEnum):
    """Types of linux/input-event-codes.h; others, such as the scan code of a key, say nothing new."""

    SYNC = 0
    KEY = 1


SYNC_DROPPED = 3  # the kernel's buffer overran: events are missing


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One event: for a key the value is 0 released, 1 pressed, 2 repeated."""

    type: int
    code: int
    value: int


def parse_events(data: bytes) -> list[KeyEvent]:
    """The events in what was read; a rest that is none is left out."""
    whole = len(data) - len(data) % _EVENT.size
    return [KeyEvent(*fields[2:]) for fields in _EVENT.iter_unpack(data[:whole])]


def format_event(event: KeyEvent) -> bytes:
    """An event as the kernel would give it, at time 0."""
    return _EVENT.pack(0, 0, event.type, event.code, event.value)


def identity(fd: int) -> str:
    """Maker and product of an open keyboard as the kernel knows it, such as 05e0:1200."""
    answer = bytearray(_IDENTITY.size)
    ioctl(fd, _GET_IDENTITY, answer)
    _, vendor, product, _ = _IDENTITY.unpack(answer)
    return f"{vendor:04x}:{product:04x}"


def grab(fd: int) -> None:
    """From now on nobody else hears its keys, until it is closed; OSError when somebody else took it."""
    ioctl(fd, _GRAB, 1)


def open_keyboard(settings: KeyboardSettings, plugs: Plugs) -> HidFile:
    """Open and take the configured scanner; TransientDeviceError when it is away, taken, or not on the allow-list.

    What is asked is the open device itself: a name may lead to another keyboard by now.
    """
    file = HidFile(settings.port, Kind.KEYBOARD, plugs, READ_BYTES, os.O_RDONLY)  # the shipped unit allows no more
    try:
        found = identity(file.fileno())
        if found not in settings.allowed:
            raise TransientDeviceError(
                f"{settings.port}: {found} is not to be taken, expected {' or '.join(sorted(settings.allowed))}",
                hint="if it is the scanner, add it to `allow`",
            )
        grab(file.fileno())
    except OSError as error:
        file.close()
        raise TransientDeviceError(
            f"{settings.port}: cannot be taken for ourselves ({error.strerror}); does another program have it?"
        ) from error
    except TransientDeviceError:
        file.close()
        raise
    return file
