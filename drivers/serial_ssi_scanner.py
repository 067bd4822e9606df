"""A Zebra scanner that speaks SSI on a serial line."""

from __future__ import annotations

from functools import partial

from drivers.base import DeviceContext
from drivers.scanner_device import ScannerDevice
from drivers.serial_port import SerialPort
from drivers.serial_ssi_settings import SsiSettings
from drivers.serial_ssi_talk import SsiTalk


class SsiScanner(ScannerDevice):
    """One configured scanner; it is set up anew on each connection."""

    def __init__(self, settings: SsiSettings, context: DeviceContext) -> None:
        opened = partial(SerialPort, settings, context.plugs)
        super().__init__(settings, context, opened, partial(SsiTalk, settings), open_watch=context.plugs.watch)
