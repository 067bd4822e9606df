"""The faults: what goes wrong, how often in a day, and for how long. Knows nothing of the work."""

from __future__ import annotations

from collections.abc import Callable

from firmware_sim.erp.mischief import Ruling
from tests.simulation.site import Site
from tests.simulation.world import DAY_MS

HOUR_MS = 3_600_000
YEAR_MS = 365 * DAY_MS


class Trouble:
    """Each kind comes by chance, so many times a day on average."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._dice = site.world.dice
        for kind, per_day in (
            (self._cut_link, 4), (self._bad_weather, 4), (self._kill, 8), (self._failing_disk, 8),
            (self._lying_disk, 4), (self._reboot, 2), (self._clock_jump, 2), (self._erp_down, 2),
            (self._erp_restart, 4), (self._lost_acks, 6), (self._parked, 2),
        ):  # fmt: skip
            self._repeat(kind, per_day)

    def _repeat(self, kind: Callable[[], None], per_day: float) -> None:
        def happen() -> None:
            kind()
            self._site.counts[kind.__name__.strip("_").replace("_", " ")] += 1
            self._repeat(kind, per_day)

        self._site.agenda.after(self._dice.expovariate(per_day / DAY_MS), happen)

    def _someone(self) -> str:
        return self._dice.choice(sorted(self._site.boxes))

    def _after(self, least_ms: int, most_ms: int, act: Callable[[], None]) -> None:
        self._site.agenda.after(self._dice.randrange(least_ms, most_ms), act)

    def _cut_link(self) -> None:
        """For seconds or for hours."""
        name, wire = self._someone(), self._site.wire
        wire.cut.add(name)
        wire.break_link(name)
        self._after(5_000, self._dice.choice((60_000, 4 * HOUR_MS)), lambda: wire.cut.discard(name))

    def _bad_weather(self) -> None:
        weather = self._site.wire.weather
        weather.lost, weather.doubled, weather.delay_ms = 0.2, 0.2, self._dice.choice((0, 500, 30_000))

        def clear() -> None:
            weather.lost = weather.doubled = 0.0
            weather.delay_ms = 0

        self._after(60_000, HOUR_MS, clear)

    def _kill(self) -> None:
        """Right before or right after its next commit."""
        self._site.disks[self._someone()].kill = self._dice.choice(("before", "after"))

    def _failing_disk(self) -> None:
        self._site.disks[self._someone()].failing = self._dice.choice((1, 1, 2, 6))

    def _lying_disk(self) -> None:
        self._site.disks[self._someone()].lying = 1

    def _reboot(self) -> None:
        self._site.fall(self._someone(), reboots=True)

    def _clock_jump(self) -> None:
        """Nobody tells it the time for a while; the kernel knows that."""
        clock = self._site.boxes[self._someone()].clock
        clock.offset_ms = self._dice.choice((YEAR_MS, -YEAR_MS, HOUR_MS, -HOUR_MS, -3_000))
        clock.known = "unsynced"

        def corrected() -> None:
            clock.offset_ms, clock.known = 0, "ntp:5ms"

        self._after(60_000, 3 * HOUR_MS, corrected)

    def _erp_down(self) -> None:
        office = self._site.office
        office.is_down = True

        def back() -> None:
            if office.is_down:
                office.is_down = False
                office.restart()

        self._after(60_000, HOUR_MS, back)

    def _erp_restart(self) -> None:
        if not self._site.office.is_down:
            self._site.office.restart()

    def _lost_acks(self) -> None:
        self._site.office.mischief.arm(self._dice.choice(("lose", "repeat")), self._dice.randrange(1, 6))

    def _parked(self) -> None:
        self._site.office.mischief.decree(Ruling("parked", "PERIOD_CLOSED"))
