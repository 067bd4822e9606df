"""A disk that fails, and power that goes, at the one seam where it matters: the commit."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, cast

from gateway.master import PARSERS
from gateway.store.store import Store
from tests.simulation.wire import SITE
from tests.simulation.world import BoxClock


class KilledError(BaseException):
    """The process is gone: nobody may catch this on the way."""


class Disk:
    """What happens to the next commits of one gateway; each fault is used up."""

    def __init__(self) -> None:
        self.mend()

    def mend(self) -> None:
        self.failing = 0  # commits that fail and change nothing
        self.lying = 0  # commits that are done and yet reported as failed
        self.kill = ""  # "before" or "after" the next commit

    def before_commit(self) -> None:
        if self.kill == "before":
            self.kill = ""
            raise KilledError
        if self.failing:
            self.failing -= 1
            raise sqlite3.OperationalError("disk I/O error")

    def after_commit(self) -> None:
        if self.kill == "after":
            self.kill = ""
            raise KilledError
        if self.lying:
            self.lying -= 1
            raise sqlite3.OperationalError("disk I/O error")


class _Connection:
    """The real connection, with the disk's say at COMMIT."""

    def __init__(self, real: sqlite3.Connection, disk: Disk) -> None:
        self._real = real
        self._disk = disk

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql != "COMMIT":
            return self._real.execute(sql, *values)
        self._disk.before_commit()
        cursor = self._real.execute(sql)
        self._disk.after_commit()
        return cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FaultyStore(Store):
    """The real store on a disk that may fail once it is open."""

    disk: Disk

    def open(self) -> None:
        super().open()
        self.connection = cast("sqlite3.Connection", _Connection(self.connection, self.disk))


def faulty(disk: Disk) -> Any:
    """Opens a store on this disk; see `Box`."""

    class OnThisDisk(FaultyStore):
        pass

    OnThisDisk.disk = disk

    def open_store(place: Path, clock: BoxClock, gateway: str) -> Store:
        return OnThisDisk(place, clock, PARSERS, site=SITE, gateway=gateway, ballast_kib=0)

    return open_store
