"""What udev sends to those who listen, made here: a message in the format of libudev to the netlink group of udev.

libudev takes such messages from root only, and only where udev runs; so whoever sends them needs namespaces of its own
(see test_plug_watch.py), in which it is root and `pretend` makes a machine with udev.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

KOBJECT_UEVENT, UDEV_GROUP = 15, 2  # linux/netlink.h; sd-device's MONITOR_GROUP_UDEV
_HEAD = struct.Struct("=8sIIIIIIII")  # struct monitor_netlink_header
_MAGIC = 0xFEEDCAFE


def pretend(run: Path = Path("/run")) -> None:
    """Make libudev believe that udev runs here."""
    (run / "udev").mkdir(exist_ok=True)
    (run / "udev/control").touch()


def send(action: str, subsystem: str, name: str) -> None:
    """As udev does when its rules for this device have been applied."""
    told = {
        "ACTION": action, "DEVPATH": f"/devices/virtual/{name}", "SUBSYSTEM": subsystem, "DEVNAME": f"/dev/{name}",
        "SEQNUM": "1",
    }  # fmt: skip
    body = b"".join(f"{key}={value}\0".encode() for key, value in told.items())
    filters = (socket.htonl(murmur(subsystem.encode())), 0, 0, 0)
    head = _HEAD.pack(b"libudev\0", socket.htonl(_MAGIC), _HEAD.size, _HEAD.size, len(body), *filters)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, KOBJECT_UEVENT) as sender:
        sender.bind((0, 0))
        sender.sendto(head + body, (0, UDEV_GROUP))


def murmur(data: bytes) -> int:
    """MurmurHash2 with seed 0: libudev's filters compare subsystems by it."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    found = len(data)
    whole = len(data) - len(data) % 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * factor & mask
        found = (found * factor & mask) ^ ((word ^ word >> 24) * factor & mask)
    if rest := data[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * factor & mask
    found = (found ^ found >> 13) * factor & mask
    return found ^ found >> 15
