"""The whole floor in one thread: two gateways, their network, the ERP, and the turns that drive them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.model import Action, Verdict
from gateway.stations.station import Station
from tests.simulation.agenda import Agenda
from tests.simulation.box import Box
from tests.simulation.disk import Disk, KilledError, faulty
from tests.simulation.office import Office
from tests.simulation.wire import Wire
from tests.simulation.world import World

A, B = "GW-A", "GW-B"
LOOPS, CARDS = 24, 4  # per loop; every third loop is emptied at A and filled at B
BIN = 40
IDLE_TURN_MS = 60_000  # while something is under way or due
QUIET_TURN_MS = 300_000  # while nothing is
AFTERWARDS_MS = 1_500  # a second turn after each scan: acknowledgements settle within a second
STATIONS = {
    gateway: {
        name: Station(name, role, location)
        for name, role, location in (("LINE", "consume", "LINE3"), ("DOCK", "receive", "LINE3"),
                                     ("OTHER", "consume", "LINE4"))
    }
    for gateway in (A, B)
}  # fmt: skip


def plant() -> dict[str, Any]:
    loops = range(1, LOOPS + 1)
    return {
        "items": [{"id": f"I{n}", "name": "", "uom": "PCE"} for n in loops],
        "locations": [{"id": name, "name": ""} for name in ("LINE3", "LINE4", "STORE")],
        "loops": [
            {"id": f"L{n}", "item": f"I{n}", "quantity": str(BIN), "uom": "PCE", "cards": CARDS, "consumer": "LINE3",
             "source": "STORE", "replenishment_s": 2400, "on_empty": "issue",
             "on_full": "transfer" if n % 2 else "receipt"}
            for n in loops
        ],
        "cards": [{"id": f"C{n}-{k}", "loop": f"L{n}"} for n in loops for k in range(CARDS)],
        "stock": [{"item": f"I{n}", "location": "LINE3", "qty": str(BIN * CARDS)} for n in loops],
    }  # fmt: skip


class Site:
    """Machines only; people are in people.py, what goes wrong in trouble.py."""

    def __init__(self, place: Path, seed: int) -> None:
        self.world = World(seed)
        self.agenda = Agenda(self.world)
        self.wire = Wire(self.world)
        self.office = Office(self.wire, place / "erp.db", plant())
        self.office.snapshot_every_ms = 900_000
        self.disks = {name: Disk() for name in (A, B)}
        self.boxes = {
            name: Box(self.world, self.wire, place / name, name, STATIONS[name], open_store=faulty(self.disks[name]))
            for name in (A, B)
        }
        self.told: list[tuple[str, str, Verdict]] = []  # (gateway, read id, answer) of every scan
        self.counts: Counter[str] = Counter()
        for _ in range(40):
            self.world.pass_time(1000)
            self.turn_all()
        self.world.pass_time(3_600_000)
        self._keep_turning()

    # -- turns -------------------------------------------------------------------------------

    def turn(self, name: str) -> None:
        box = self.boxes[name]
        if box.is_running:
            try:
                box.turn()
                if self.office.step():
                    box.turn()
            except KilledError:
                self.fall(name)

    def turn_all(self) -> None:
        for name in self.boxes:
            self.turn(name)

    def _keep_turning(self) -> None:
        self.turn_all()
        is_quiet = self.wire.is_quiet and all(box.is_quiet for box in self.boxes.values())
        self.agenda.after(QUIET_TURN_MS if is_quiet else IDLE_TURN_MS, self._keep_turning)

    # -- one scan ----------------------------------------------------------------------------

    def scan(
        self,
        name: str,
        station: str,
        card: str,
        action: Action,
        remainder: str,
        answered: Callable[[Verdict | None], None],
    ) -> None:
        """Scan, commit, sync; `answered` gets None when the gateway is off or dies before it answers."""
        box = self.boxes[name]
        answers: list[Verdict] = []
        if not box.is_running:
            self.counts["scanned at a dead gateway"] += 1
            answered(None)
            return
        try:
            box.scan(station, card, answers.append, action, remainder=remainder)
            box.commit()
        except KilledError:
            self.fall(name)
        else:
            self.counts["scans"] += 1
            self.turn(name)
            self.agenda.after(AFTERWARDS_MS, lambda: self.turn(name))
        if answers:  # also when it fell right after answering: the person saw it
            self.told.append((name, box.last_read, answers[0]))
        answered(answers[0] if answers else None)

    # -- falls and rises ---------------------------------------------------------------------

    def fall(self, name: str, *, reboots: bool = False) -> None:
        """The gateway dies and its service manager starts it again."""
        box = self.boxes[name]
        if not box.is_running:
            return
        box.kill()
        self.counts["reboots" if reboots else "kills"] += 1
        self.agenda.after(self.world.dice.randrange(1_000, 40_000), lambda: self.rise(name, reboots=reboots))

    def rise(self, name: str, *, reboots: bool = False) -> None:
        box = self.boxes[name]
        if box.is_running:
            return
        if reboots:
            box.clock.reboot()
        box.start()

    # -- the end -----------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Everything works again and says what it still has to say."""
        self.wire.weather.lost = self.wire.weather.doubled = 0.0
        self.wire.weather.delay_ms = 0
        self.wire.cut.clear()
        self.office.is_down = False
        self.office.snapshot_every_ms = 1_000
        self.office.mischief.calm()
        for name, box in self.boxes.items():
            self.disks[name].mend()
            if not box.is_running:
                box.start()
            box.clock.offset_ms, box.clock.known = 0, "ntp:5ms"
        self._rest()
        self.office.settle_parked("applied")
        self._rest()
        for name in self.boxes:
            self.office.publish_snapshots(name)
        self._rest()

    def _rest(self) -> None:
        for _ in range(400):
            self.world.pass_time(1_000)
            self.turn_all()
            if self.wire.is_quiet and self.office.is_quiet and not any(box.unsettled for box in self.boxes.values()):
                return
        waiting = {name: box.unsettled for name, box in self.boxes.items()}
        raise AssertionError(f"seed {self.world.seed}: the floor does not come to rest, unsettled: {waiting}")

    def close(self) -> None:
        for box in self.boxes.values():
            if box.is_running:
                box.stop()
        self.office.ledger.close()
