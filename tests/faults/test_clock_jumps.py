"""The wall clock jumps; sequence and monotonic time do not care (promise R7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.decide import Decider
from gateway.model import Acknowledgement
from gateway.store.verify import verify
from gateway.store.writer import SETTLE_DELAY_MS
from tests.faults.strace_log import ROOT
from tests.store.rig import HandClock, Rig

DAY_MS = 86_400_000
JUMPS = {
    "a year ahead": 365 * DAY_MS,
    "a year back": -365 * DAY_MS,
    "an hour back at the end of summer time": -3_600_000,
    "a step of two seconds back": -2000,
}


def _events(rig: Rig) -> list[dict[str, object]]:
    return [json.loads(str(body)) for (body,) in rig.rows("SELECT body FROM journal WHERE stream='sig' ORDER BY seq")]


@pytest.mark.promise("R7")
@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_wall_clock_changes_neither_order_nor_content(tmp_path: Path, jump: str) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock)
    rig.scan("K-1")
    clock.pass_time(1000)
    clock.wall += JUMPS[jump]
    rig.scan("K-1")
    clock.pass_time(1000)
    rig.scan("K-1")
    events = _events(rig)
    assert [event["t"] for event in events] == ["card_emptied", "card_filled", "card_emptied"]
    assert [event["m"] for event in events] == [5_000_000, 5_001_000, 5_002_000]
    assert (events[1]["w"] > events[0]["w"]) is (JUMPS[jump] > 0)  # type: ignore[operator]
    assert rig.rows("SELECT seq FROM outbox WHERE stream='sig' ORDER BY seq") == [(1,), (2,), (3,)]
    rig.close()
    assert verify(tmp_path).findings == []


@pytest.mark.promise("R7")
@pytest.mark.parametrize(("jump_ms", "is_told"), [(3_600_000, True), (-5000, True), (900, False), (0, False)])
def test_a_jump_is_flagged_in_the_journal_and_to_people(tmp_path: Path, jump_ms: int, is_told: bool) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock, decide=Decider({}))
    clock.pass_time(SETTLE_DELAY_MS)
    rig.writer.turn(0.0)
    clock.pass_time(SETTLE_DELAY_MS)
    clock.wall += jump_ms
    rig.writer.turn(0.0)
    told = rig.rows("SELECT body ->> '$.jump_ms' FROM journal WHERE body ->> '$.t'='clock_jumped'")
    assert told == ([(jump_ms,)] if is_told else [])
    assert [code for code, _ in rig.warnings] == (["CLOCK_JUMPED"] if is_told else [])
    rig.close()


def test_a_box_that_believes_in_1970_stores_and_goes_on_when_it_learns_the_time(tmp_path: Path) -> None:
    clock = HandClock(wall_ms=17_000)
    rig = Rig(tmp_path, clock)
    rig.scan("K-1")
    clock.wall = 1_790_000_000_000
    rig.scan("K-1")
    assert [str(event["w"])[:4] for event in _events(rig)] == ["1970", "2026"]
    rig.close()
    assert verify(tmp_path).findings == []
    again = Rig(tmp_path, HandClock(wall_ms=17_000))
    assert again.store.notes == []
    assert again.scan("K-1")[0].verdict.code == "CARD_EMPTIED"
    again.close()


def test_settling_is_timed_by_the_monotonic_clock_whatever_the_wall_says(tmp_path: Path) -> None:
    clock = HandClock()
    rig = Rig(tmp_path, clock)
    rig.scan("K-1")
    rig.writer.turn(0.0)
    digest = rig.rows("SELECT hash FROM outbox WHERE stream='sig'")[0][0]
    assert isinstance(digest, bytes)
    rig.writer.submit(Acknowledgement(rig.store.epoch, "sig", 1, digest))
    clock.wall += 365 * DAY_MS
    rig.writer.turn(0.0)
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(1,)]
    clock.mono += SETTLE_DELAY_MS
    rig.writer.turn(0.0)
    assert rig.rows("SELECT count(*) FROM outbox WHERE stream='sig'") == [(0,)]
    rig.close()


_SCAN = """
import sys
from pathlib import Path
from gateway.clock import SystemClock
from tests.store.rig import Rig
rig = Rig(Path(sys.argv[1]), SystemClock())
assert rig.scan("K-1")[0].verdict.is_good
assert rig.store.notes == []
rig.close()
"""


@pytest.mark.promise("R7")
def test_restarts_in_other_years_add_to_one_unbroken_history(tmp_path: Path) -> None:
    environment = {**os.environ, "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    for date in ("2026-11-22 10:00:00", "2027-11-22 10:00:00", "1970-01-02 00:00:00", "2026-11-22 11:00:00"):
        command = ["faketime", "-f", f"@{date}", sys.executable, "-c", _SCAN, str(tmp_path)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)
    rig = Rig(tmp_path)
    events = _events(rig)
    assert [str(event["w"])[:4] for event in events] == ["2026", "2027", "1970", "2026"]
    assert [event["t"] for event in events] == ["card_emptied", "card_filled"] * 2
    assert events == sorted(events, key=lambda event: int(str(event["m"])))
    assert len({event["boot"] for event in events}) == 1
    rig.close()
    assert verify(tmp_path).findings == []
