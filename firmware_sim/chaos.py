"""Kills gateways, ERP and broker at seeded random moments and starts them again, as a service manager would."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping

from firmware_sim.gateway_process import GatewayProcess
from firmware_sim.truth import Truth

POLL_S = 0.1
CALM_S = 3.0  # nobody is killed in the first and last seconds of the day


def kill_plan(seconds: float, kills: Mapping[str, int], seed: int) -> list[tuple[float, str]]:
    """(seconds into the day, side): so many `kills` of each side, spread so that each has time to come back."""
    chance = random.Random(f"{seed}/kills")
    sides = [side for side, count in kills.items() for _ in range(count)]
    chance.shuffle(sides)
    slot_s = max(0.0, seconds - 2 * CALM_S) / max(1, len(sides))
    return [(CALM_S + slot_s * (place + 0.8 * chance.random()), side) for place, side in enumerate(sides)]


class Chaos:
    """Works off a plan in its own thread. A gateway that ends by itself is started again too, and counted."""

    def __init__(
        self,
        plan: list[tuple[float, str]],
        gateways: Mapping[str, GatewayProcess],
        others: Mapping[str, Callable[[], None]],
        truth: Truth,
        calm: threading.Lock,
    ) -> None:
        """Sides of the plan are gateways by id, and `others` with what kills and restarts them; nobody is killed while
        somebody else holds `calm`."""
        self.crashes: list[str] = []  # gateways that ended without being killed
        self._plan = list(plan)
        self._gateways = gateways
        self._others = others
        self._truth = truth
        self._calm = calm
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos")

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic()
        while not self._stop.wait(POLL_S):
            for gateway in self._gateways.values():
                if not gateway.is_running:
                    self.crashes.append(gateway.id)
                    gateway.spawn()
            if self._plan and time.monotonic() - start >= self._plan[0][0]:
                with self._calm:
                    self._kill(self._plan.pop(0)[1])

    def _kill(self, side: str) -> None:
        self._truth.record("killed", side=side)
        if side in self._gateways:
            self._gateways[side].kill()
            self._gateways[side].spawn()
        else:
            self._others[side]()
