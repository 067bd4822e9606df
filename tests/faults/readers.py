"""An RFID reader that misbehaves in random ways, one after another, at a portal.

It is always called again, the driver's thread lives on, every loss is told, and each report that the reader kept or
sent whole arrives.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

from drivers.llrp import reader as driver_module
from drivers.llrp.reader import LlrpReader as Driver
from drivers.llrp.settings import LlrpSettings
from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.llrp_wire import message
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running, wait_until
from tests.faults.report import Tally

QUICK: dict[str, Any] = {
    "RECONNECT_FIRST_S": 0.02, "RECONNECT_LIMIT_S": 0.05, "IN_USE_FIRST_S": 0.02, "IN_USE_LIMIT_S": 0.05,
    "HEARTBEAT_S": 0.02,
}  # fmt: skip
STEPS = (1, 3, 20, 21, 24, 26, 41)  # messages that a session cannot do without
ASKED = (1, 3, 26)  # those of every session


def attempt(seed: int, turns: int = 40) -> Tally:
    """So many faults, each before, within or after some reports."""
    dice, tally = random.Random(seed), Tally()
    with patch.multiple(driver_module, **QUICK):
        for model in ("R420", "FX9600"):
            with _Dock(model, dice, tally) as dock:
                for _ in range(turns):
                    dock.turn()
    return tally


class _Dock:
    """One reader, its driver and what is expected of them."""

    def __init__(self, model: str, dice: random.Random, tally: Tally) -> None:
        self._dice, self._tally = dice, tally
        self._reader = LlrpReader(model, has_utc=dice.random() < 0.7)
        self._portal = Portal()
        self._numbers = count(1)
        self._expected: list[str] = []
        plain = {"id": "dock", "type": "llrp-reader", "station": "S1", "host": "127.0.0.1", "port": self._reader.port,
                 "keepalive_s": 1}  # fmt: skip
        self._running = Running(Driver(LlrpSettings.model_validate(plain), self._portal.context), HoldingSink())
        self._faults: tuple[Callable[[], None], ...] = (
            self._chopped, self._half, self._stranger, self._absurd, self._away, self._reboot, self._stops,
            self._in_use, self._refused, self._unanswered, self._empties, self._odd, self._damaged,
        )  # fmt: skip

    def __enter__(self) -> _Dock:
        self._reader.__enter__()
        self._running.__enter__()
        self._reader.wait_reading()
        return self

    def __exit__(self, *error: object) -> None:
        self._running.__exit__(None, None, None)
        self._reader.__exit__()
        missing = set(self._expected) - {read.epc for read in self._portal.reads}
        if missing:
            self._tally.fail(f"{self._reader.model.name}: {len(missing)} of {len(self._expected)} reports never came")

    def turn(self) -> None:
        """One fault; then it reads again, and a tag proves it."""
        fault = self._dice.choice(self._faults)
        name = fault.__name__.strip("_")
        self._tally.tried += 1
        self._tally.counts[name] += 1
        try:
            self._report(self._dice.randrange(8))
            fault()
            self._report(self._dice.randrange(8))
            self._reads_again()
        except AssertionError as error:
            self._tally.fail(f"{self._reader.model.name} after {name}: {str(error)[:300]}")

    def _report(self, number: int, **members: object) -> None:
        tags = [TagSeen(f"{next(self._numbers):024X}", **members) for _ in range(number)]  # type: ignore[arg-type]
        if self._reader.report(tags):
            self._expected += [tag.epc for tag in tags]

    def _reads_again(self) -> None:
        wait_until(lambda: self._reader.is_reading, "an active ROSpec")
        self._report(1)
        last = self._expected[-1]
        self._portal.wait(lambda told: any(read.epc == last for read in told.reads[-200:]), "the tag that proves it")
        wait_until(lambda: self._running.health.is_up, "health says so")

    @contextmanager
    def _told_down(self, losses: int = 1) -> Iterator[None]:
        before = len(self._portal.losses)
        yield
        self._portal.wait(lambda told: len(told.losses) >= before + losses, "the loss is told")

    # -- faults ----------------------------------------------------------------------------

    def _chopped(self) -> None:
        self._reader.faults.is_chopped = True
        self._report(3)
        self._reads_again()
        self._reader.faults.is_chopped = False

    def _half(self) -> None:
        with self._told_down():
            self._reader.faults.half = True
            self._report(3)

    def _stranger(self) -> None:
        self._reader.faults.prefix = message(self._dice.choice((999, 500, 62)), 5, self._dice.randbytes(20))
        self._report(2)

    def _absurd(self) -> None:
        """What follows in the same stream cannot be found, and is not expected."""
        self._reads_again()
        with self._told_down():
            length = self._dice.choice((0, 9, 1 << 25, 0xFFFF_FFFF))
            self._reader.faults.prefix = struct.pack(">HII", 1 << 10 | 61, length, 1)
            self._reader.report([TagSeen("AA")])

    def _away(self) -> None:
        with self._told_down():
            self._reader.disconnect()
            self._report(self._dice.randrange(20))

    def _reboot(self) -> None:
        self._reads_again()
        with self._told_down():
            self._reader.reboot()

    def _stops(self) -> None:
        self._reads_again()
        with self._told_down():
            self._reader.stop_spec()

    def _in_use(self) -> None:
        with self._told_down():
            self._reader.faults.attempt, self._reader.faults.attempts = self._dice.choice((1, 2, 3)), 3
            self._reader.disconnect()

    def _refused(self) -> None:
        """At a step of the next session, by its status or by ERROR_MESSAGE; after a reboot it has them all."""
        step, faults = self._dice.choice(STEPS), self._reader.faults
        if self._dice.random() < 0.5:
            faults.refuse[step] = 401
        else:
            faults.error.add(step)
        self._reads_again()
        with self._told_down():
            (self._reader.disconnect if step in ASKED else self._reader.reboot)()
        if step in (*ASKED, 20, 24):
            wait_until(lambda: "refused" in self._running.health.text, "it is told")
        faults.refuse.clear()
        faults.error.clear()

    def _unanswered(self) -> None:
        with patch("drivers.llrp.session.ANSWER_MS", 50), self._told_down():
            self._reader.faults.unanswered.add(self._dice.choice(ASKED))
            self._reader.disconnect()
            wait_until(lambda: "no answer" in self._running.health.text, "it is told")
            self._reader.faults.unanswered.clear()

    def _empties(self) -> None:
        self._reader.faults.empties = 5
        self._report(1)

    def _odd(self) -> None:
        self._report(1, is_bare=True)
        self._reader.report([TagSeen("F7ABC", bits=18), TagSeen("3066C4409047E140075BCD15AAAA")])

    def _damaged(self) -> None:
        with self._told_down():
            self._reader.state.keep(b"\x00\xf0\x00\x08junk")
