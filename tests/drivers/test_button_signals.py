"""Edge events of the kernel, in gpiod's own values, edge by edge: presses, bounces, gaps and times."""

from __future__ import annotations

import gpiod
import pytest

from drivers.button_contact import Act, HoldRule, Kind
from drivers.button_signals import EventTime, Lines

RULE = HoldRule(long_ms=3000, stuck_ms=60_000)
NOW_MS = 50_000_000  # the gateway's clock when the first event is read


def event(kind: str, at_ms: int, seqno: int, line: int = 4) -> gpiod.EdgeEvent:
    edge = gpiod.EdgeEvent.Type.RISING_EDGE if kind == "up" else gpiod.EdgeEvent.Type.FALLING_EDGE
    return gpiod.EdgeEvent(edge.value, at_ms * 1_000_000 + 123_456, line, seqno, seqno)


def lines(*, debounce_ms: int = 0, **levels: bool) -> Lines:
    return Lines(RULE, debounce_ms, {int(name[1:]): level for name, level in (levels or {"L4": False}).items()}, NOW_MS)


def test_a_press_is_a_rising_and_a_falling_edge() -> None:
    watched = lines()
    assert watched.take([event("up", 1000, 1)], NOW_MS) == []
    assert watched.take([event("down", 1150, 2)], NOW_MS + 150) == [(4, Act(Kind.SHORT, 150))]


def test_two_presses_read_at_once_are_two_presses_with_their_own_lengths() -> None:
    events = [event("up", 1000, 1), event("down", 1100, 2), event("up", 2000, 3), event("down", 6000, 4)]
    assert lines().take(events, NOW_MS) == [(4, Act(Kind.SHORT, 100)), (4, Act(Kind.LONG, 4000))]


def test_a_line_that_is_active_at_the_start_is_no_press() -> None:
    watched = lines(L4=True)
    assert watched.take([event("down", 1000, 1)], NOW_MS) == []
    assert watched.take([event("up", 2000, 2), event("down", 2100, 3)], NOW_MS) == [(4, Act(Kind.SHORT, 100))]


def test_an_edge_that_the_first_look_at_the_level_has_seen_already_is_no_press() -> None:
    assert lines(L4=True).take([event("up", 1000, 1), event("down", 1100, 2)], NOW_MS) == []


def test_bounces_are_one_press_when_software_has_to_debounce() -> None:
    watched = lines(debounce_ms=30)
    bounces = [("up", 0), ("down", 3), ("up", 5), ("down", 9), ("up", 12), ("down", 200), ("up", 204), ("down", 207)]
    events = [event(kind, 1000 + at, n) for n, (kind, at) in enumerate(bounces, start=1)]
    assert watched.take(events, NOW_MS) == []
    assert watched.due_ms() == NOW_MS + 30
    assert watched.look(NOW_MS + 29) == []
    assert watched.look(NOW_MS + 30) == [(4, Act(Kind.SHORT, 195))]
    assert watched.due_ms() is None


def test_a_spike_shorter_than_the_debounce_time_is_nothing() -> None:
    watched = lines(debounce_ms=30)
    assert watched.take([event("up", 1000, 1), event("down", 1029, 2)], NOW_MS) == []
    assert watched.look(NOW_MS + 1000) == []
    assert watched.end(NOW_MS + 1000) == []


def test_edges_that_were_read_late_are_debounced_by_their_own_times() -> None:
    watched = lines(debounce_ms=30)
    events = [event("up", 1000, 1), event("down", 1100, 2)]
    assert watched.take(events, NOW_MS) == []
    assert watched.look(NOW_MS + 30) == [(4, Act(Kind.SHORT, 100))]


@pytest.mark.promise("R3")
def test_a_gap_in_the_numbers_is_told_with_how_many_and_the_edge_itself_still_counts() -> None:
    watched = lines()
    watched.take([event("up", 1000, 1), event("down", 1100, 2)], NOW_MS)
    lost = (4, Act(Kind.LOST, count=2))
    assert watched.take([event("up", 5000, 5)], NOW_MS + 4000) == [lost]
    assert watched.take([event("down", 5100, 6)], NOW_MS + 4100) == [(4, Act(Kind.SHORT, 100))]


@pytest.mark.promise("R3")
def test_a_press_whose_end_was_lost_is_not_guessed() -> None:
    watched = lines()
    watched.take([event("up", 1000, 1)], NOW_MS)
    events = [event("up", 9000, 3), event("down", 9100, 4)]
    assert watched.take(events, NOW_MS + 8100) == [(4, Act(Kind.LOST, count=1)), (4, Act(Kind.SHORT, 100))]


@pytest.mark.promise("R3")
def test_a_press_whose_beginning_was_lost_is_not_guessed() -> None:
    watched = lines()
    assert watched.take([event("down", 1100, 2)], NOW_MS) == [(4, Act(Kind.LOST, count=1))]
    assert watched.end(NOW_MS) == []


def test_lines_are_numbered_and_watched_each_for_itself() -> None:
    watched = lines(L4=False, L7=False)
    events = [event("up", 1000, 1, 4), event("up", 1001, 1, 7), event("down", 1100, 2, 7), event("down", 1200, 2, 4)]
    assert watched.take(events, NOW_MS) == [(7, Act(Kind.SHORT, 99)), (4, Act(Kind.SHORT, 200))]


def test_a_line_that_stays_active_is_stuck_and_named_until_it_is_free() -> None:
    watched = lines(L4=False, L7=False)
    watched.take([event("up", 1000, 1, 7)], NOW_MS)
    assert watched.look(NOW_MS + 59_999) == []
    assert watched.look(NOW_MS + 60_000) == [(7, Act(Kind.STUCK, 60_000))]
    assert watched.stuck() == [7]
    assert watched.take([event("down", 62_000, 2, 7)], NOW_MS + 61_000) == []
    assert watched.stuck() == []


def test_a_press_under_way_when_the_chip_goes_is_cut() -> None:
    watched = lines()
    watched.take([event("up", 1000, 1)], NOW_MS)
    assert watched.end(NOW_MS + 700) == [(4, Act(Kind.CUT, 700))]


def told(time: EventTime, event_ms: int, now_ms: int) -> int:
    time.note(event_ms * 1_000_000, now_ms)
    return time.ms(event_ms * 1_000_000)


def test_the_kernels_times_are_told_on_our_clock_by_the_quickest_way_an_event_took() -> None:
    time = EventTime()
    assert told(time, 1000, 5020) == 5020  # was read 20 ms late, which nobody can know yet
    assert told(time, 2000, 6000) == 6000
    assert told(time, 3000, 7500) == 7000  # this one half a second late
    assert told(time, 4000, 8000) == 8000


def test_a_machine_that_slept_has_no_events_from_hours_ago() -> None:
    time = EventTime()
    told(time, 1000, 5000)
    assert told(time, 2000, 3_606_000) == 3_606_000  # the kernel's clock stood still, ours did not
