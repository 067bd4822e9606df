"""One open serial line: exclusive, raw, never blocking. Meaning and framing are found elsewhere."""

from __future__ import annotations

import errno
import os
import termios
from pathlib import Path

import serial

from drivers.plug import Plugs
from drivers.plug_name import Kind
from drivers.scanner_connection import Outgoing
from drivers.serial_settings import LineSettings
from gateway.errors import PermanentDeviceError, TransientDeviceError

READ_BYTES = 4096

_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class SerialPort:
    """Opens the configured path anew each time, so a by-id link may point to another device node by then.

    Bytes that arrived before the line was opened are discarded, as nobody could be answered for
    them. TransientDeviceError: absent, held by another program, or gone while in use.
    """

    holds_back = False  # a serial line drops what nobody reads

    def __init__(self, settings: LineSettings, plugs: Plugs) -> None:
        self.place = settings.port
        self._plugs = plugs
        self._line = _open(settings, plugs.find(settings.port, Kind.SERIAL))
        self._fd = self._line.fileno()
        self._node = os.fstat(self._fd).st_rdev
        self._outgoing = Outgoing()

    def fileno(self) -> int:
        return self._fd

    @property
    def wants_write(self) -> bool:
        return bool(self._outgoing.data)

    def read(self) -> bytes:
        """What has arrived, b"" when nothing has after all; TransientDeviceError when the device is gone."""
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise TransientDeviceError(f"{self.place}: the device is gone ({error.strerror})") from error
        if not data:
            raise TransientDeviceError(
                f"{self.place}: the device reports readiness but returned no data",
                hint="it was unplugged, or another program (ModemManager, brltty) reads the same line",
            )
        return data

    def write(self, data: bytes) -> bool:
        """Queue and send as much as the line takes; False when the device takes nothing and all was dropped."""
        if not self._outgoing.add(data):
            return False
        self.flush()
        return True

    def flush(self) -> None:
        try:
            while self._outgoing.data:
                sent = os.write(self._fd, self._outgoing.data)
                del self._outgoing.data[:sent]
        except BlockingIOError:
            return
        except OSError as error:
            raise TransientDeviceError(f"{self.place}: the device is gone ({error.strerror})") from error

    def check(self) -> None:
        """TransientDeviceError when the configured path now leads to another device node."""
        if not self._plugs.still_means(self.place, Kind.SERIAL, self._node):
            raise TransientDeviceError(f"{self.place}: now leads to another device")

    def close(self) -> None:
        self._line.close()


def _open(settings: LineSettings, path: Path) -> serial.Serial:
    try:
        # The lock of `exclusive` ends with this process. TIOCEXCL would outlive a kill for as long as
        # anybody else holds the line, and then keep out the restarted gateway.
        return serial.Serial(
            port=str(path),
            baudrate=settings.speed,
            bytesize=settings.data_bits,
            parity=_PARITY[settings.parity],
            stopbits=settings.stop_bits,
            xonxoff=settings.xon_xoff,
            rtscts=settings.rts_cts,
            timeout=0,
            exclusive=True,
        )
    except ValueError as error:
        raise PermanentDeviceError(f"{settings.port}: {error}", hint="check the line settings of the device") from error
    except (OSError, termios.error) as error:  # serial.SerialException is an OSError
        raise TransientDeviceError(f"{settings.port}: {_why(error)}") from error


def _why(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return "no such device; is it plugged in?"
    if number in (errno.EAGAIN, errno.EBUSY):
        return "held by another program; end it or stop it from probing scanners (ModemManager, brltty)"
    if number == errno.EACCES:
        return "no permission; the gateway's user must be in the group of the device, usually dialout"
    return str(error)
