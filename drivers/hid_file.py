"""Device files of the kernel's HID drivers: opened by name, never blocking, gone when unplugged."""

from __future__ import annotations

import errno
import os

from drivers.plug import Plugs
from drivers.plug_name import Kind
from gateway.errors import TransientDeviceError


class HidFile:
    """One open device file. TransientDeviceError: absent, without permission, or gone while in use."""

    wants_write = False
    holds_back = False  # the kernel drops what nobody reads

    def __init__(self, port: str, kind: Kind, plugs: Plugs, read_bytes: int, access: int = os.O_RDWR) -> None:
        self.place = port
        self._kind = kind
        self._plugs = plugs
        self._read_bytes = read_bytes
        path = plugs.find(port, kind)
        try:
            self._fd = os.open(path, access | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise TransientDeviceError(f"{port}: {_why(error, str(path))}") from error
        self._node = os.fstat(self._fd).st_rdev

    def fileno(self) -> int:
        return self._fd

    def read(self) -> bytes:
        """What has arrived, at most as much as the kernel gives at once; b"" when nothing has after all."""
        try:
            data = os.read(self._fd, self._read_bytes)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise TransientDeviceError(f"{self.place}: the device is gone ({error.strerror})") from error
        if not data:
            raise TransientDeviceError(f"{self.place}: the device is gone")
        return data

    def write(self, data: bytes) -> bool:
        """One whole report, or none: a device that is busy does not get it later."""
        try:
            return os.write(self._fd, data) == len(data)
        except OSError:
            return False

    def flush(self) -> None:
        """Nothing is ever left to send."""

    def check(self) -> None:
        """TransientDeviceError when the configured name now means another device."""
        if not self._plugs.still_means(self.place, self._kind, self._node):
            raise TransientDeviceError(f"{self.place}: is now another device")

    def close(self) -> None:
        os.close(self._fd)


def _why(error: OSError, path: str) -> str:
    if error.errno == errno.ENOENT:
        return "no such device; is it plugged in?"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission for {path}; the gateway's user must be in its group, usually input"
    return f"{path}: {error.strerror}"
