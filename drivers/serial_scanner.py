"""A barcode scanner on a serial line: frames in, and ACK, NAK, light and tone out after the commit."""

from __future__ import annotations

from functools import partial

from drivers.base import DeviceContext
from drivers.scanner_device import ScannerDevice
from drivers.scanner_plain import PlainTalk
from drivers.serial_port import SerialPort
from drivers.serial_settings import SerialSettings


class SerialScanner(ScannerDevice):
    """One configured scanner; outlives any number of unpluggings."""

    def __init__(self, settings: SerialSettings, context: DeviceContext) -> None:
        opened = partial(SerialPort, settings, context.plugs)
        super().__init__(settings, context, opened, partial(PlainTalk, settings), open_watch=context.plugs.watch)
