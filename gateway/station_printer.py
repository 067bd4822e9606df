"""The label printer of a goods station: prints the label of each new pallet or box as soon as its number is on disk.

What is due stands in the store (goods/due_label.py), so a printer that is off, or a restart, loses no label. A printer
that cannot print is a warning with the reason, and is asked again. Never in the way of a scan: a thread for each
printer, with a read-only connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.goods.due_label import LABEL_FACT, UNITS_LIMIT
from gateway.goods.unit import HERE, UNIT_FACT
from gateway.ids import new_id
from gateway.labels.unit import unit_face
from gateway.model import Instruction
from gateway.setting_table import StationSettings
from gateway.setting_value import split_printer
from gateway.store.reader import StoreReader

STEP_S = 0.1  # how late it notices a commit or the stop
LOOK_S = 2.0  # a commit wakes it; this is for what a look could not do
RETRY_LIMIT_S = 30.0  # between two attempts at a printer that cannot print

ACCOUNT = "gateway"  # in whose name it notes what was printed

Note = Callable[[Instruction], None]


class StationPrinter:
    """One printer. `note` hands an instruction to the writer and may raise when that is busy."""

    def __init__(
        self, station: StationSettings, data_dir: Path, clock: Clock, note: Note, *,
        warn: Callable[[str, str], None], clear: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._station = station
        self._data_dir = data_dir
        self._clock = clock
        self._note = note
        self._warn = warn
        self._clear = clear
        self._changed = threading.Event()
        self._out: set[str] = set()  # printed, and not yet noted in the store

    def wake(self) -> None:
        """Something was committed. From any thread; never blocks."""
        self._changed.set()

    def run(self, stop: threading.Event) -> None:
        """Print what is due until `stop`."""
        pause_s = LOOK_S
        while not stop.is_set():
            is_content = self.step()
            pause_s = LOOK_S if is_content else min(2 * pause_s, RETRY_LIMIT_S)
            self._wait(stop, pause_s, is_woken=is_content)

    def step(self) -> bool:
        """One look; False when something is due and cannot be printed."""
        code = f"PRINTER:{self._station.id}"
        try:
            self._print_due()
        except GatewayError as error:
            self._warn(code, f"labels of station {self._station.id} wait: {error}")
            return False
        self._clear(code)
        return True

    def _print_due(self) -> None:
        reader = StoreReader(self._data_dir)
        try:
            mine = [one for one, fact in reader.facts(LABEL_FACT).items() if fact["sta"] == self._station.id]
            self._out &= set(mine)
            for sscc in [one for one in mine if one not in self._out][:UNITS_LIMIT]:
                unit = reader.fact(UNIT_FACT, sscc)
                if unit.get("state") == HERE and unit["rows"]:  # else undone, emptied or gone meanwhile
                    self._print(sscc, unit, reader)
                self._out.add(sscc)
        finally:
            reader.close()
            self._tell()

    def _print(self, sscc: str, unit: dict[str, Any], reader: StoreReader) -> None:
        from gateway.labels import layout, printer, zpl  # with them come the makers of symbols, which take memory

        face = unit_face(sscc, unit, lambda item: reader.master("items", item))
        label = zpl.render(layout.pallet(face), self._station.printer_dpi)
        host, port = split_printer(self._station.printer)
        printer.send(host, port, label * self._station.label_copies, self._clock)

    def _tell(self) -> None:
        """Note what is out; what could not be noted is told again, and printed again only after a restart."""
        if self._out:
            units = sorted(self._out)[:UNITS_LIMIT]
            self._note(Instruction(new_id(self._clock.wall_ms()), "label.printed", {"units": units}, ACCOUNT))

    def _wait(self, stop: threading.Event, pause_s: float, *, is_woken: bool) -> None:
        """Until the stop or the end of the pause, or a commit: a printer out of paper is not asked with every scan."""
        while pause_s > 0 and not stop.wait(STEP_S) and not (is_woken and self._changed.is_set()):
            pause_s -= STEP_S
        self._changed.clear()
