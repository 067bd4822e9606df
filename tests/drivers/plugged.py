"""A tree as /sys has it, with devices to plug into it; the node of each is a pty, so that it can be opened and read."""

from __future__ import annotations

import os
import tty
from dataclasses import dataclass
from pathlib import Path

from drivers.plug import Plugs

POS_DESCRIPTOR = bytes.fromhex("068c000902a1018502")  # Usage Page (Bar Code Scanner), Usage (Scanner), Report ID 2
MOUSE_DESCRIPTOR = bytes.fromhex("05010902a101")
KEYBOARD_KEYS = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
BUTTON_KEYS = "10000000000000 0"


@dataclass
class Node:
    """One open device node: what is written to `host` is what the driver reads."""

    host: int
    tty: int

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.host, data) :]

    def heard(self) -> bytes:
        return os.read(self.host, 4096)

    def close(self) -> None:
        for fd in (self.tty, self.host):
            if fd >= 0:
                os.close(fd)
        self.host = self.tty = -1


class FakeKernel:
    """What the kernel would tell of the devices that are plugged in."""

    def __init__(self, root: Path) -> None:
        self.plugs = Plugs(root / "sys", root / "dev")
        self._nodes: dict[str, Node] = {}
        for directory in ("class/tty", "class/hidraw", "class/input", "devices"):
            (self.plugs.sys_root / directory).mkdir(parents=True)
        (self.plugs.dev_root / "input").mkdir(parents=True)

    def plug(
        self, name: str, usb_port: str, ident: str, serial: str = "", *, descriptor: bytes = POS_DESCRIPTOR
    ) -> Node:
        """A device behind a class name such as ttyUSB0, hidraw0 or input/event3."""
        vendor, product = ident.split(":")
        device = self.plugs.sys_root / "devices/usb1" / usb_port
        entry = device / f"{usb_port}:1.0" / Path(name).name
        inner = entry / "device"
        (inner / "capabilities").mkdir(parents=True, exist_ok=True)
        (inner / "report_descriptor").write_bytes(descriptor)
        (inner / "capabilities/key").write_text(KEYBOARD_KEYS)
        told = {"idVendor": vendor, "idProduct": product, "serial": serial, "product": f"Scanner {ident}"}
        for file, text in told.items():
            (device / file).write_text(f"{text}\n")
        kind = "input" if name.startswith("input/") else "hidraw" if name.startswith("hidraw") else "tty"
        (self.plugs.sys_root / "class" / kind / Path(name).name).symlink_to(entry)
        return self._open(name)

    def unplug(self, name: str) -> None:
        kind = "input" if name.startswith("input/") else "hidraw" if name.startswith("hidraw") else "tty"
        (self.plugs.sys_root / "class" / kind / Path(name).name).unlink()
        (self.plugs.dev_root / name).unlink()
        self._nodes.pop(name).close()

    def close(self) -> None:
        for node in self._nodes.values():
            node.close()

    def _open(self, name: str) -> Node:
        host, end = os.openpty()
        tty.setraw(end)
        (self.plugs.dev_root / name).symlink_to(os.ttyname(end))
        self._nodes[name] = Node(host, end)
        return self._nodes[name]
