"""What the machine knows about its time, and when it learns it (R7)."""

from __future__ import annotations

import ctypes
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from firmware_sim.erp.moment import corrected_time, posting_date
from gateway.clock import (
    WRITTEN_MS,
    KernelClock,
    SyncWatch,
    SystemClock,
    iso_utc,
    parse_iso_utc,
    quality_of,
    read_kernel_clock,
)
from gateway.model import Action
from tests.simulation.site import A, Site

YEAR_MS = 365 * 86_400_000


@pytest.mark.parametrize(
    ("kernel", "wall_ms", "quality"),
    [
        (KernelClock(True, 11_200), WRITTEN_MS, "ntp:12ms"),
        (KernelClock(True, 0), WRITTEN_MS, "ntp:0ms"),
        (KernelClock(True, None), WRITTEN_MS, "ntp"),
        (KernelClock(False, 16_000_000), WRITTEN_MS, "unsynced"),
        (None, WRITTEN_MS, "unsynced"),
        (KernelClock(True, 1), WRITTEN_MS - 1, "untrusted"),
        (None, 17_000, "untrusted"),
    ],
)
def test_the_quality_of_a_time_stamp(kernel: KernelClock | None, wall_ms: int, quality: str) -> None:
    assert quality_of(kernel, wall_ms, WRITTEN_MS) == quality


@pytest.mark.parametrize(
    ("state", "status", "is_synchronised"), [(0, 0x1, True), (1, 0x1, True), (5, 0x41, False), (0, 0x40, False)]
)
def test_the_kernel_says_so_through_ntp_adjtime(state: int, status: int, is_synchronised: bool) -> None:
    def call(timex: ctypes.Structure) -> int:
        timex.status, timex.maxerror = status, 7_000
        return state

    assert read_kernel_clock(call) == KernelClock(is_synchronised, 7_000)


def test_a_sandbox_that_forbids_the_call_leaves_the_mark_of_the_time_service() -> None:
    def refuse(timex: ctypes.Structure) -> int:
        return -1

    found = read_kernel_clock(refuse)
    assert found is not None
    assert found.error_us is None


def test_this_machine_answers() -> None:
    found = read_kernel_clock()
    assert found is not None
    assert SystemClock().quality().split(":")[0] in ("ntp", "unsynced", "untrusted")


def test_a_clock_behind_the_journal_is_not_trusted() -> None:
    clock = SystemClock()
    clock.not_before(clock.wall_ms() + YEAR_MS)
    assert clock.quality() == "untrusted"


def test_a_clock_that_learns_the_time_is_noticed_once() -> None:
    class Learner(SystemClock):
        known = "untrusted"

        def quality(self) -> str:
            return self.known

    clock = Learner()
    watch = SyncWatch(clock)
    seen = [watch.look()]
    for clock.known in ("unsynced", "ntp:5ms", "ntp:9ms", "unsynced", "ntp"):
        seen.append(watch.look())
    assert seen == [False, False, True, False, False, True]


@pytest.mark.promise("R7")
@pytest.mark.parametrize("offset_ms", [-YEAR_MS, YEAR_MS, 3_600_000, -3_600_000, -56 * YEAR_MS])
def test_offline_time_stamps_are_corrected_at_the_erp_when_the_clock_is_known_again(
    tmp_path: Path, offset_ms: int
) -> None:
    site = Site(tmp_path, 4)
    clock = site.boxes[A].clock
    site.fall(A, reboots=True)
    clock.offset_ms, clock.known = offset_ms, "untrusted"
    site.rise(A, reboots=True)
    truth_ms = site.world.now_ms
    answers: list[Any] = []
    site.scan(A, "LINE", "C1-0", Action.EMPTY, "", answers.append)
    event = _event(site)
    assert event["w"] == iso_utc(truth_ms + offset_ms)  # what was stamped stays
    assert corrected_time(site.office.ledger.db, event, A) is None
    site.world.pass_time(90 * 60_000)
    clock.offset_ms, clock.known = 0, "ntp:8ms"
    site.come_to_rest()
    assert _event(site) == event
    told = site.boxes[A].rows("SELECT count(*) FROM journal WHERE body ->> '$.t'='clock_corrected' AND stream='sys'")
    assert told == [(1,)]
    assert corrected_time(site.office.ledger.db, event, A) == datetime.fromisoformat(iso_utc(truth_ms))
    site.close()


def _event(site: Site) -> dict[str, Any]:
    ((body,),) = site.office.rows("SELECT body FROM event WHERE kind='card_emptied'")
    found: dict[str, Any] = orjson.loads(body)
    return found


def test_the_store_remembers_the_newest_time_that_was_right(tmp_path: Path) -> None:
    site = Site(tmp_path, 4)
    box = site.boxes[A]
    site.scan(A, "LINE", "C1-0", Action.EMPTY, "", lambda verdict: None)
    right_ms = site.world.now_ms
    box.clock.offset_ms, box.clock.known = YEAR_MS, "unsynced"
    site.world.pass_time(5_000)
    site.scan(A, "LINE", "C2-0", Action.EMPTY, "", lambda verdict: None)
    assert right_ms <= box.store.newest_trusted_ms() <= right_ms + 5_000
    site.close()


@pytest.mark.decision("K16")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-30T15:59:59.999Z", "2026-11-30"),
        ("2026-11-30T16:00:00.000Z", "2026-12-01"),  # midnight and the end of the month in Shanghai
        ("2026-11-30T23:30:00.000Z", "2026-12-01"),
        ("2026-12-31T16:00:00.000Z", "2027-01-01"),
        ("2028-02-28T16:00:00.000Z", "2028-02-29"),
    ],
)
def test_K16_a_movement_is_posted_on_the_local_day_of_its_time(tmp_path: Path, moment: str, day: str) -> None:
    site = Site(tmp_path, 4)
    ledger, shanghai = site.office.ledger.db, ZoneInfo("Asia/Shanghai")
    event = {"w": moment, "q": "ntp:5ms", "boot": "b0070001", "m": 5_000}
    assert str(posting_date(ledger, event, A, shanghai)) == day
    assert posting_date(ledger, {**event, "q": "unsynced"}, A, shanghai) is None  # nobody knows the day yet
    site.close()


@pytest.mark.decision("K16")
def test_K16_the_day_of_an_offline_movement_is_known_once_the_time_is(tmp_path: Path) -> None:
    site = Site(tmp_path, 4)
    shanghai, clock = ZoneInfo("Asia/Shanghai"), site.boxes[A].clock
    midnight_ms = parse_iso_utc("2026-11-30T16:00:00.000Z")
    site.world.now_ms = midnight_ms - 20 * 60_000
    site.fall(A, reboots=True)
    clock.offset_ms, clock.known = -YEAR_MS, "unsynced"
    site.rise(A, reboots=True)
    days = []
    for card in ("C1-0", "C2-0"):  # ten minutes before local midnight and ten after
        site.world.now_ms += 10 * 60_000
        site.scan(A, "LINE", card, Action.EMPTY, "", lambda verdict: None)
        site.world.now_ms += 10 * 60_000
    clock.offset_ms, clock.known = 0, "ntp:8ms"
    site.come_to_rest()
    for (body,) in site.office.rows("SELECT body FROM event WHERE kind='card_emptied' ORDER BY rowid"):
        days.append(str(posting_date(site.office.ledger.db, orjson.loads(body), A, shanghai)))
    assert days == ["2026-11-30", "2026-12-01"]
    site.close()
