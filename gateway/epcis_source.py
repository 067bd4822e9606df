"""The journal as EPCIS events: what the settings say of names, and a store that is read as it stands."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from gateway.epcis.cursor import CURSOR_FACT, cursor_of
from gateway.epcis.naming import Naming
from gateway.epcis.stage import Stage
from gateway.epcis.window import Patience, Window, window_of
from gateway.kanban.moment import wall_ms_of
from gateway.settings import Settings
from gateway.store.reader import StoreReader

REMEMBERED_ROWS = 4096  # rows of master data that are not read again
NO_LIMIT = 2**63
EXTENSION_DIGITS = 1  # of an SSCC, before the company prefix


class EpcisSource:
    """Reads with a connection of its own, which `close` gives back; used by one thread."""

    def __init__(self, settings: Settings, reader: StoreReader) -> None:
        self._reader = reader
        self._wait_ms = settings.epcis.clock_wait_s * 1000
        self._stage = stage_of(settings, reader)

    def cursor(self) -> int:
        """Up to which journal row everything is captured."""
        return cursor_of(self._reader.facts(CURSOR_FACT))

    def next(self, after: int, limit: int, boot: str, mono_ms: int) -> Window:
        """What comes behind a row; events whose time may still become known are left for later."""
        patience = Patience(boot, mono_ms, self._wait_ms)
        return window_of(self._reader.movements(after), self._stage, after, limit, patience)

    def within(self, start: datetime | None = None, end: datetime | None = None) -> list[dict[str, Any]]:
        """Every EPCIS event of the journal that happened from `start` on and before `end`, by the plant's clock."""
        events = window_of(self._reader.movements(0), self._stage, 0, NO_LIMIT).events
        first, last = self._ms_of(start), self._ms_of(end)
        return [one for one in events if _is_within(wall_ms_of(one["eventTime"]), first, last)]

    def _ms_of(self, local: datetime | None) -> int | None:
        return None if local is None else round(local.replace(tzinfo=self._stage.zone).timestamp() * 1000)

    def close(self) -> None:
        self._reader.close()


def stage_of(settings: Settings, reader: StoreReader) -> Stage:
    """What the translation needs beside an event."""
    wait_ms = settings.epcis.clock_wait_s * 1000
    return Stage(
        naming=naming_of(settings, reader),
        zone=ZoneInfo(settings.gateway.timezone),
        stations={row.id: row.location for row in settings.stations},
        journal=reader.event,
        clock_after=lambda event: reader.clock_after(dict(event), wait_ms) if wait_ms else None,
    )


def naming_of(settings: Settings, reader: StoreReader) -> Naming:
    """How this plant names things; the prefix of our own pallet numbers is known without saying."""
    table = settings.epcis
    own = settings.goods.sscc_prefix[EXTENSION_DIGITS:]
    known = {*table.company_prefixes, *([own] if len(own) >= 7 else [])}
    return Naming(
        lru_cache(maxsize=REMEMBERED_ROWS)(reader.master),
        table.private_url,
        table.gln,
        tuple(sorted(known, key=lambda prefix: (-len(prefix), prefix))),
        table.places,
        table.units,
    )


def _is_within(wall_ms: int, first: int | None, last: int | None) -> bool:
    return (first is None or wall_ms >= first) and (last is None or wall_ms < last)
