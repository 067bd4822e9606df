"""Posting days and closed periods at the ERP (K16)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.erp.book import Place
from firmware_sim.erp.ledger import Ledger
from firmware_sim.erp.period import FIRST_OPEN_DAY, HOLD
from firmware_sim.identity import new_uuid7
from tests.floor.by_hand import BIRTH, EPOCH, GW, Stream, emptied

pytestmark = pytest.mark.decision("K16")

LINE3: Place = ("SCREW-A", "LINE3", "available", "")
SHANGHAI = "Asia/Shanghai"
LAST_OF_NOVEMBER, FIRST_OF_DECEMBER = "2026-11-30T15:59:59.999Z", "2026-11-30T16:00:00.000Z"  # there


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    yield ledger
    ledger.close()


@pytest.fixture
def sig() -> Stream:
    return Stream()


def emptied_at(card: str, moment: str, quality: str = "ntp:5ms") -> dict[str, Any]:
    return {**emptied(card, 1), "w": moment, "m": 5_000, "boot": "b1", "q": quality}


def told(ledger: Ledger, sig: Stream, *events: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["c"], one.get("code", "")) for one in ledger.apply([sig.batch(*events)]).acks[GW, "sig"].dispositions]


def days(ledger: Ledger) -> list[tuple[str, str]]:
    return ledger.db.execute("SELECT day, posted FROM posted ORDER BY day").fetchall()


def test_a_movement_has_the_plant_s_own_day(ledger: Ledger, sig: Stream) -> None:
    ledger.clerk.periods.keep(SHANGHAI, "2026-11-30", HOLD)
    assert told(ledger, sig, emptied_at("C1", FIRST_OF_DECEMBER)) == []
    assert days(ledger) == [("2026-12-01", "2026-12-01")]


def test_in_a_closed_period_it_is_held_and_booked_on_its_day_once_that_is_open_again(
    ledger: Ledger, sig: Stream
) -> None:
    ledger.clerk.periods.keep(SHANGHAI, "2026-11-30", HOLD)
    held = emptied_at("C1", LAST_OF_NOVEMBER)
    assert told(ledger, sig, held) == [("rejected", "PERIOD_CLOSED")]
    assert (LINE3 in ledger.clerk.book.stock, days(ledger)) == (False, [])
    ledger.clerk.periods.keep(SHANGHAI, "2026-10-31", HOLD)
    again = {
        **held, "id": new_uuid7(), "t": "posting_redriven", "redrives": held["id"], "what": held["t"],
        "w": FIRST_OF_DECEMBER, "at": {"w": held["w"], "q": held["q"]},
    }  # fmt: skip
    told(ledger, sig, {name: value for name, value in again.items() if name not in ("tr", "after")})
    assert ledger.clerk.book.stock[LINE3] == Decimal(-40)
    assert days(ledger) == [("2026-11-30", "2026-11-30")]


def test_or_it_is_posted_on_the_first_open_day_and_both_days_are_listed(ledger: Ledger, sig: Stream) -> None:
    ledger.clerk.periods.keep(SHANGHAI, "2026-11-30", FIRST_OPEN_DAY)
    assert told(ledger, sig, emptied_at("C1", LAST_OF_NOVEMBER)) == []
    assert ledger.clerk.book.stock[LINE3] == Decimal(-40)
    assert days(ledger) == [("2026-11-30", "2026-12-01")]


def test_what_has_no_day_yet_is_parked(ledger: Ledger, sig: Stream) -> None:
    ledger.clerk.periods.keep(SHANGHAI)
    assert told(ledger, sig, emptied_at("C1", LAST_OF_NOVEMBER, "unsynced")) == [("parked", "TIME_UNKNOWN")]
    assert LINE3 not in ledger.clerk.book.stock


def test_what_was_kept_is_known_after_a_restart_and_nonsense_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    ledger.clerk.periods.keep(SHANGHAI, "2026-11-30", HOLD)
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert told(again, Stream(), emptied_at("C1", LAST_OF_NOVEMBER)) == [("rejected", "PERIOD_CLOSED")]
    for words in (("Mars/City", "", HOLD), (SHANGHAI, "November", HOLD), (SHANGHAI, "", "later")):
        with pytest.raises((ValueError, KeyError)):
            again.clerk.periods.keep(*words)
    again.close()
