"""A scanner that looks for its device once in an hour, and udev: run in namespaces of its own by test_plug_watch.py.

python -m tests.drivers.udev_child DIRECTORY
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from drivers.scanner_device import Reopening, ScannerDevice
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from tests.drivers.plugged import FakeKernel
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running
from tests.drivers.udev import pretend, send

HOUR_S = 3600.0
SCANNER = "05e0:1701"


def main(directory: Path) -> None:
    """Prints what was scanned, each time after the device was plugged in."""
    pretend()
    kernel = FakeKernel(directory)
    row = {"type": "serial", "id": "scan", "station": "S1", "port": f"id:{SCANNER}"}
    context = replace(CONTEXT, plugs=kernel.plugs)
    patient = _patient(SerialScanner(SerialSettings.model_validate(row), context))
    sink = HoldingSink(GOOD)
    with Running(patient, sink) as running:
        running.wait_down()
        for number in (1, 2):
            node = kernel.plug(f"ttyUSB{number}", f"1-{number}", SCANNER)
            send("add", "block", "sda")  # nothing of ours
            send("add", "tty", f"ttyUSB{number}")
            running.wait_up(number)
            node.send(b"CODE-%d\r" % number)
            print(sink.wait(number)[-1].data.decode())
            kernel.unplug(f"ttyUSB{number}")
            send("remove", "tty", f"ttyUSB{number}")
            running.wait_down()
    kernel.close()


def _patient(device: ScannerDevice) -> ScannerDevice:
    device._reopening = Reopening(HOUR_S, HOUR_S)
    return device


if __name__ == "__main__":
    main(Path(sys.argv[1]))
