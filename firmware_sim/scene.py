"""What happens on top of the work: links that stall, are slow or cut, and gateways that cannot hear each other."""

from __future__ import annotations

import threading

from firmware_sim.floor import Floor
from firmware_sim.handover import Handover
from firmware_sim.link_trouble import LinkTrouble

FIRST_AT_S = 1.5
STALL_S = 2.0
SLOW_S = 3.0
PAUSE_S = 20.0


class Scenes:
    """Plays all scenes one after the other, again and again, in a thread of its own; what has begun is finished."""

    def __init__(self, floor: Floor, trouble: LinkTrouble, calm: threading.Lock) -> None:
        self._floor = floor
        self._trouble = trouble
        loop = floor.plant.shared
        self._handover = Handover(floor, loop, trouble, calm) if loop else None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scenes")

    def __enter__(self) -> Scenes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        first, *others = self._floor.gateways
        pause_s = FIRST_AT_S
        while not self._is_over.wait(pause_s):
            pause_s = PAUSE_S
            self._trouble.stall(first)
            self._is_over.wait(STALL_S)
            self._trouble.heal(first)
            if self._handover is not None:
                self._handover.play()
            for gateway in others:
                self._trouble.slow(gateway)
                self._is_over.wait(SLOW_S)
                self._trouble.heal(gateway)
