"""The whole floor in one thread (F6): work, faults and checkers apart, one seed that reproduces everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.model import Action, Status, Verdict
from tests.simulation.checker import findings, sound
from tests.simulation.disk import Disk
from tests.simulation.people import People
from tests.simulation.run import live
from tests.simulation.site import A, B, Site
from tests.simulation.trouble import Trouble
from tests.simulation.world import DAY_MS


@pytest.mark.promise("R2")
@pytest.mark.figure("F6")
@pytest.mark.timeout(300)
def test_half_a_day_with_every_kind_of_trouble_breaks_no_promise() -> None:
    tally = live(seed=7, days=0.5)
    assert tally.failures == []
    assert tally.counts["scans"] > 500
    assert tally.counts["kills"] > 0


@pytest.mark.slow
@pytest.mark.promise("R2")
@pytest.mark.figure("F6")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [11])
def test_two_days_with_every_kind_of_trouble_break_no_promise(seed: int) -> None:
    tally = live(seed, days=2)
    assert tally.failures == []
    assert tally.counts["scans"] > 2 * 1_500


def test_a_seed_reproduces_what_happened() -> None:
    first, second = live(5, 0.1), live(5, 0.1)
    assert first.counts == second.counts
    assert live(6, 0.1).counts != first.counts


def test_a_day_without_trouble_leaves_nothing_to_ask(tmp_path: Path) -> None:
    site = Site(tmp_path, 3)
    People(site)
    site.agenda.run_until(site.world.now_ms + DAY_MS // 8)
    site.come_to_rest()
    assert findings(site) == []
    assert {verdict.status for _, _, verdict in site.told} <= {
        Status.OK, Status.ALREADY, Status.REFUSED, Status.ASK,
    }  # fmt: skip
    site.close()
    assert sound(site) == []


@pytest.mark.promise("R1")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_sees_no_answer_scans_again_and_it_counts_once(tmp_path: Path, moment: str) -> None:
    site = Site(tmp_path, 1)
    answers: list[Verdict | None] = []
    site.disks[A].kill = moment
    site.scan(A, "LINE", "C1-0", Action.EMPTY, "", answers.append)
    assert answers == [None]
    site.rise(A)
    site.world.pass_time(20_000)
    site.scan(A, "LINE", "C1-0", Action.EMPTY, "", answers.append)
    assert answers[1] is not None
    assert answers[1].code == ("CARD_EMPTIED" if moment == "before" else "ALREADY_EMPTY")
    site.come_to_rest()
    assert site.office.rows("SELECT count(*) FROM purchase") == [(1,)]
    assert findings(site) == []
    site.close()


@pytest.mark.promise("R1")
def test_a_failed_commit_is_red_and_the_rescan_within_the_repeat_window_is_no_false_green(tmp_path: Path) -> None:
    site = Site(tmp_path, 1)
    answers: list[Verdict | None] = []
    site.disks[A].failing = 2
    for _ in range(2):
        site.scan(A, "LINE", "C1-0", Action.EMPTY, "", answers.append)
        site.world.pass_time(1_000)
    assert [answer.code for answer in answers if answer] == ["STORE_BROKEN", "CARD_EMPTIED"]
    site.come_to_rest()
    assert findings(site) == []
    site.close()


def test_the_checkers_notice_a_green_that_is_not_on_disk(tmp_path: Path) -> None:
    site = Site(tmp_path, 1)
    read = "019f0000-0000-7000-8000-000000000001"
    site.told.append((B, read, Verdict(Status.OK, "CARD_EMPTIED", card="C1-0")))
    site.come_to_rest()
    assert [one for one in findings(site) if one.startswith("R1 GW-B: green for C1-0")]
    site.close()


def test_the_checkers_notice_what_the_erp_lost_or_invented(tmp_path: Path) -> None:
    site = Site(tmp_path, 1)
    site.scan(A, "LINE", "C1-0", Action.EMPTY, "", lambda verdict: None)
    site.scan(B, "LINE", "C3-0", Action.EMPTY, "", lambda verdict: None)
    site.come_to_rest()
    assert findings(site) == []
    site.office.ledger.db.execute("DELETE FROM event WHERE key='card/P1/C1-0/1/empty'")
    site.office.ledger.db.execute("UPDATE stock SET qty='7' WHERE item='I3'")
    found = findings(site)
    assert [one for one in found if "1 events never arrived" in one]
    assert len([one for one in found if "stock of I3" in one]) == 2
    site.close()


def test_a_fault_plan_knows_nothing_of_the_work(tmp_path: Path) -> None:
    site = Site(tmp_path, 2)
    Trouble(site)
    site.agenda.run_until(site.world.now_ms + DAY_MS // 2)
    site.come_to_rest()
    assert findings(site) == []
    assert site.told == []
    site.close()


def test_each_fault_of_a_disk_is_used_up() -> None:
    disk = Disk()
    disk.failing = 1
    with pytest.raises(Exception, match="disk I/O error"):
        disk.before_commit()
    disk.before_commit()
    disk.after_commit()
