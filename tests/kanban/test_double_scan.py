"""Second scans: bounces, lock windows, toggles, and the forgotten FULL (K2)."""

from __future__ import annotations

import pytest

from gateway.model import Action, Scan, Status
from tests.kanban.floor import DOCK, LINE, Floor, kinds


def test_a_second_scan_within_the_lock_window_is_the_same_emptying() -> None:
    floor = Floor()
    first = floor.empty()
    floor.wait(59)
    second = floor.empty()
    assert kinds(second) == ["scan_duplicate"]
    assert second.events[0].body["ref"] == floor.last("card_emptied")["id"]
    assert second.events[0].stream == ""
    assert second.verdict.status is Status.ALREADY
    assert second.verdict.is_good
    assert floor.orders() == [first.events[0].key]


def test_2_6_double_scan_the_lock_window_is_at_most_a_tenth_of_the_replenishment_time() -> None:
    floor = Floor(replenishment_s=100)
    floor.empty()
    floor.wait(9)
    assert floor.empty().verdict.code == "ALREADY_EMPTY"
    floor.wait(2)
    assert floor.empty().verdict.code == "REFILL_NOT_SEEN"


def test_2_6_two_scanners_one_gateway_the_first_wins_the_second_is_a_duplicate() -> None:
    floor = Floor()
    read = floor.read(LINE)
    codes = [floor.scan("C1", LINE).verdict.code for _ in range(2)]
    assert codes == ["CARD_EMPTIED", "ALREADY_EMPTY"]
    assert read.mono_ms == floor.view.now.mono_ms  # in the very same millisecond
    assert len(floor.orders()) == 1


def test_2_6_toggle_hazard_a_card_emptied_a_moment_ago_is_not_toggled_full() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(5)
    decision = floor.scan("C1", DOCK)
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "TOO_SOON")
    assert floor.state() == "EMPTY"


def test_2_6_toggle_hazard_a_card_filled_a_moment_ago_is_not_toggled_empty_and_not_green() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    floor.wait(5)
    decision = floor.empty()
    assert (decision.verdict.status, decision.verdict.code) == (Status.REFUSED, "TOO_SOON")
    assert floor.state() == "FULL"


def test_2_6_toggle_hazard_only_a_receiving_station_turns_empty_to_full() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(3600)
    floor.scan("C1", LINE)
    assert floor.state() == "EMPTY"


def test_2_6_toggle_hazard_a_button_that_says_full_is_no_toggle() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(5)
    assert floor.scan("C1", DOCK, Action.FULL).verdict.code == "CARD_FILLED"


def test_a_card_that_master_data_made_full_a_moment_ago_can_be_emptied() -> None:
    floor = Floor(cards=0)
    from tests.kanban.floor import LOOP

    floor.load("loops", [LOOP])
    floor.load("cards", [{"id": "C1", "loop": "LP-1"}])
    assert floor.empty().verdict.code == "CARD_EMPTIED"


def test_a_second_full_scan_is_a_duplicate_however_much_later_as_long_as_no_refill_was_possible() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    for seconds in (1, 100, 1000):
        floor.wait(seconds)
        assert floor.fill().verdict.code == "ALREADY_FULL"
    assert floor.view.level("SCREW-A", "LINE3") == "0"


@pytest.mark.decision("K2")
def test_K2_forgotten_full_is_inferred_when_enough_time_has_passed() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)  # half the replenishment time: no fill was seen yet
    decision = floor.empty()
    assert kinds(decision) == ["card_filled", "card_emptied"]
    full, empty = decision.events
    assert (full.key, empty.key) == ("card/P1/C1/1/full", "card/P1/C1/2/empty")
    assert full.body["inferred"] == 1
    assert full.body["closes"] == ["card/P1/C1/1/empty"]
    assert "raw" in floor.view.journal[-2]
    assert "raw" not in floor.view.journal[-1]
    assert decision.verdict.status is Status.OK
    assert (floor.state(), floor.cycle(), floor.orders()) == ("EMPTY", 2, ["card/P1/C1/2/empty"])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"


@pytest.mark.decision("K2")
def test_K2_forgotten_full_is_asked_for_when_no_refill_can_have_happened_yet() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1799)
    decision = floor.empty()
    assert (decision.verdict.status, decision.verdict.code) == (Status.ASK, "REFILL_NOT_SEEN")
    assert kinds(decision) == ["scan_refused"]
    assert floor.view.tasks["refill/C1/1"]["station"] == LINE
    floor.empty()
    assert floor.view.task_counts["refill/C1/1"] == 2  # joins the same task
    assert (floor.cycle(), len(floor.orders())) == (1, 1)


@pytest.mark.decision("K2")
def test_K2_the_fastest_recent_fill_of_the_loop_is_the_measure() -> None:
    floor = Floor()
    floor.empty("C2")
    floor.wait(900)
    floor.fill("C2")
    floor.wait(100)
    floor.empty("C2")
    floor.wait(600)
    floor.fill("C2")
    floor.empty("C1")
    floor.wait(599)
    assert floor.empty("C1").verdict.status is Status.ASK
    floor.wait(1)
    assert kinds(floor.empty("C1")) == ["card_filled", "card_emptied"]


@pytest.mark.decision("K2")
def test_K2_an_inferred_full_is_no_fill_duration() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(7200)
    floor.empty()
    assert floor.view.fills("LP-1") == ()


@pytest.mark.decision("K2")
def test_K2_the_time_counts_from_the_emptying_and_not_from_the_order_number() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1790)
    floor.command("order_confirmed", {"key": "card/P1/C1/1/empty", "doc": "PO-7"})
    assert floor.state() == "ORDERED"
    floor.wait(10)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]


@pytest.mark.decision("K2")
@pytest.mark.parametrize("acts", [("start",), ("start", "ship"), ("ship",)])
def test_K2_holds_for_every_state_on_the_way(acts: tuple[str, ...]) -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1700)
    for act in acts:
        floor.scan("C1", "L3-S3", Action(act))
    floor.wait(100)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]


def test_K2_the_lock_window_counts_from_the_emptying_and_not_from_the_order_number() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(50)
    floor.command("order_confirmed", {"key": "card/P1/C1/1/empty", "doc": "PO-7"})
    floor.wait(20)
    assert floor.empty().verdict.code == "REFILL_NOT_SEEN"


def test_2_6_clock_jumps_do_not_stretch_or_shrink_the_lock_window() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(30)
    floor.view.now = floor.view.now.__class__(0, floor.view.now.mono_ms, "boot-1", "free")  # 1970
    assert floor.empty().verdict.code == "ALREADY_EMPTY"
    floor.wait(31)
    assert floor.empty().verdict.code == "REFILL_NOT_SEEN"


def test_2_6_across_a_reboot_the_wall_clock_decides() -> None:
    floor = Floor()
    floor.empty()
    floor.reboot(wall_jump_s=20)
    assert floor.empty().verdict.code == "ALREADY_EMPTY"
    floor.reboot(wall_jump_s=1780)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]


def test_2_6_a_clock_set_back_over_a_reboot_infers_nothing_and_loses_nothing() -> None:
    floor = Floor()
    floor.empty()
    floor.reboot(wall_jump_s=-86_400)
    decision = floor.empty()
    assert decision.verdict.status is Status.ASK
    assert "refill/C1/1" in floor.view.tasks


def test_2_6_out_of_order_a_full_before_its_empty_brings_the_emptying_without_a_second_order() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    floor.wait(7200)
    decision = floor.fill()
    assert kinds(decision) == ["card_emptied", "card_filled"]
    assert [event.key for event in decision.events] == ["card/P1/C1/2/empty", "card/P1/C1/2/full"]
    assert "tr" not in decision.events[0].body
    assert (floor.state(), floor.cycle(), floor.orders()) == ("FULL", 2, [])
    assert floor.view.level("SCREW-A", "LINE3") == "0"


def test_2_6_out_of_order_a_quick_fill_elsewhere_does_not_make_a_second_receipt_plausible() -> None:
    floor = Floor()
    floor.empty("C2")
    floor.wait(61)
    floor.fill("C2")
    floor.wait(500)  # longer than the fastest fill, less than half the replenishment time
    assert floor.fill("C2").verdict.code == "ALREADY_FULL"


def test_reads_that_were_only_counted_are_told_to_the_erp_with_the_next_read() -> None:
    floor = Floor()
    decision = floor.submit(Scan(floor.read(), card="C1", dropped=940))
    assert kinds(decision) == ["card_emptied", "reads_dropped"]
    assert [event.stream for event in decision.events] == ["sig", "sys"]
    assert floor.last("reads_dropped")["count"] == 940


@pytest.mark.decision("K2")
def test_a_bin_seen_in_the_chute_after_a_restart_was_not_emptied_again() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(7200)
    seen = floor.submit(Scan(floor.read(LINE), card="C1", was_there=True))
    assert (kinds(seen), seen.verdict.code) == (["scan_duplicate"], "ALREADY_EMPTY")
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"], "one that comes now was"


def test_a_full_bin_seen_in_the_chute_after_a_restart_was_thrown_in_meanwhile() -> None:
    floor = Floor()
    assert kinds(floor.submit(Scan(floor.read(LINE), card="C1", was_there=True))) == ["card_emptied"]
