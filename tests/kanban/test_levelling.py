"""The batch board: families with one set-up, due times, and a levelled source (heijunka)."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kanban.levelling import Board, next_lot, plan
from gateway.kanban.lot import Lot, lots_of
from gateway.model import Action, Card
from gateway.reorder.heijunka import Pitch, levelled, pitch_at, pitches
from gateway.reorder.working_time import Calendar, Shift
from tests.kanban.floor import LINE, LOOP, START_MS, STORE, Floor, kinds

PITCH_S = 1200
LEVEL: dict[str, Any] = {"pitch_s": PITCH_S, "deciding_gateway": "L3-07", "max_wait_s": 7200 * 4}


def floor_of(*loops: dict[str, Any], cards: int = 6, **options: Any) -> Floor:
    """Loops A, B, ... of items of the same name; cards A1, A2, ..."""
    floor = Floor(cards=0, **options)
    rows = [{**LOOP, "id": one["id"], "item": f"ITEM-{one['id']}", "cards": cards, **one} for one in loops]
    assert floor.load("loops", rows).verdict.code == "MD_CHANGED"
    floor.load("cards", [{"id": f"{row['id']}{n}", "loop": row["id"]} for row in rows for n in range(1, cards + 1)])
    at_ms = floor.view.now.wall_ms
    floor.wait((-at_ms // 1000) % PITCH_S + 86_400)  # the beginning of a pitch
    return floor


def levelled_floor(*names: str, cards: int = 6, **loop: Any) -> Floor:
    return floor_of(*({"id": name, **LEVEL, **loop} for name in names), cards=cards)


def released(floor: Floor) -> list[list[str]]:
    return [body["tr"]["cards"] for body in floor.view.journal if body["t"] == "batch_released"]


def load_fault(**loop: Any) -> str:
    floor = Floor(cards=0)
    decision = floor.load("loops", [{**LOOP, **loop}])
    assert floor.view.masters["loops"] == {}
    return decision.verdict.text


# -- families ---------------------------------------------------------------------------------


def test_loops_of_a_family_collect_together_and_each_signals_its_own() -> None:
    family = {"family": "BLUE", "trigger_point": 3, "max_wait_s": 7200}
    floor = floor_of({"id": "A", **family}, {"id": "B", **family}, {"id": "C", "trigger_point": 3})
    for card in ("A1", "B1", "C1"):
        assert kinds(floor.empty(card)) == ["card_emptied"]
    decision = floor.empty("A2")
    assert kinds(decision) == ["card_emptied", "batch_released", "batch_released"]
    assert released(floor) == [["B1"], ["A1", "A2"]]
    assert decision.verdict.text == "Card A2 is empty: 80 PCE ITEM-A ordered."
    assert floor.state("C1") == "WAIT"


def test_a_family_that_waited_too_long_is_released_together() -> None:
    family = {"family": "BLUE", "trigger_point": 3, "max_wait_s": 7200}
    floor = floor_of({"id": "A", **family}, {"id": "B", **family})
    floor.empty("A1")
    floor.wait(3600)
    floor.empty("B1")
    floor.wait(3600)
    assert [event.body["why"] for event in floor.tick().events] == ["maximum age"] * 2
    assert released(floor) == [["A1"], ["B1"]]
    assert floor.tick().events == ()


def test_a_scan_that_completes_the_lot_of_a_family_is_undone_with_all_its_releases() -> None:
    family = {"family": "BLUE", "trigger_point": 2, "max_wait_s": 7200}
    floor = floor_of({"id": "A", **family}, {"id": "B", **family})
    floor.empty("B1")
    floor.wait(20)
    floor.empty("A1")
    assert kinds(floor.undo()) == ["card_undone"] * 3
    assert (floor.state("A1"), floor.state("B1"), floor.orders()) == ("FULL", "WAIT", [])


# -- due time ---------------------------------------------------------------------------------


def due_floor(**loop: Any) -> Floor:
    """Three bins of 40 an hour are used, an hour to replenish; five cards collect three."""
    told = {"release_when_due": True, "trigger_point": 3, "demand_per_hour": "120", **loop}
    return floor_of({"id": "A", **told}, cards=5)


def test_waiting_cards_go_when_the_source_could_not_deliver_in_time_any_later() -> None:
    floor = due_floor()
    floor.empty("A1")  # four bins are left: 80 minutes, of which the source needs 60
    floor.wait(20 * 60 - 1)
    assert floor.tick().events == ()
    floor.wait(1)
    [event] = floor.tick().events
    assert (event.body["why"], event.body["tr"]["cards"]) == ("due time", ["A1"])


def test_what_is_under_way_and_not_overdue_puts_the_due_time_off() -> None:
    floor = due_floor()
    for card in ("A1", "A2", "A3"):
        floor.empty(card)
    assert released(floor) == [["A1", "A2", "A3"]]
    floor.fill("A1")
    floor.wait(60)
    floor.empty("A4")  # two bins are left, and two come in an hour: too late for a line that lasts 40 minutes
    [event] = floor.tick().events
    assert event.body["why"] == "due time"
    assert released(floor)[-1] == ["A4"]


def test_a_source_that_rests_is_asked_before_it_goes_home() -> None:
    floor = due_floor(calendar="DAY", replenishment_s=3600)
    floor.load("calendars", [{"id": "DAY", "shifts": [{"from": "06:00", "to": "14:00"}]}])
    at = datetime.fromtimestamp(floor.view.now.wall_ms / 1000, UTC)
    floor.wait((12 * 60 + 50 - at.hour * 60 - at.minute) % 1440 * 60)
    floor.empty("A1")  # dry at 14:10, but the last delivery is at 14:00
    floor.wait(9 * 60)
    assert floor.tick().events == ()
    floor.wait(60)
    assert [event.body["why"] for event in floor.tick().events] == ["due time"]


# -- a levelled source ------------------------------------------------------------------------


def test_a_levelled_source_is_given_one_card_a_pitch_and_families_take_turns() -> None:
    floor = levelled_floor("A", "B")
    for card in ("A1", "A2", "A3", "A4", "B1", "B2"):
        floor.empty(card)
    floor.tick()
    assert released(floor) == [["A1"]]  # with its own scan
    for _ in range(5):
        floor.wait(PITCH_S - 1)
        floor.tick()
        floor.wait(1)
        floor.tick()
        floor.tick()
    assert released(floor) == [["A1"], ["A2"], ["B1"], ["A3"], ["B2"], ["A4"]]
    assert [name[0] for [name] in released(floor)[1:]] == list(levelled({"A": 3, "B": 2}))


def test_the_event_says_why_a_card_went_and_how_full_the_pitch_is() -> None:
    floor = levelled_floor("A", pitch_cards=2)
    at_ms = floor.view.now.wall_ms
    floor.empty("A1")
    floor.empty("A2")
    event = floor.last("batch_released")
    pitch = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert event["why"] == "turn"
    assert event["level"] == {"source": "SUPERMARKET", "family": "A", "pitch": pitch, "released": 2, "most": 2}
    assert kinds(floor.empty("A3")) == ["card_emptied"]


def test_a_restart_neither_forgets_what_the_pitch_had_nor_whose_turn_it_is() -> None:
    floor = levelled_floor("A", "B")
    for card in ("A1", "A2", "B1", "B2"):
        floor.empty(card)
    floor.wait(60)
    floor.reboot(60)
    assert floor.tick().events == ()
    for _ in range(3):
        floor.reboot(PITCH_S)
        floor.tick()
    assert released(floor) == [["A1"], ["B1"], ["A2"], ["B2"]]


def test_nothing_is_released_while_the_source_rests_and_the_level_holds_afterwards() -> None:
    floor = levelled_floor("A", calendar="DAY", max_wait_s=60)
    floor.load("calendars", [{"id": "DAY", "shifts": [{"from": "06:00", "to": "14:00"}]}])
    at = datetime.fromtimestamp(floor.view.now.wall_ms / 1000, UTC)
    floor.wait((15 * 60 - at.hour * 60 - at.minute) % 1440 * 60)
    for card in ("A1", "A2", "A3"):
        floor.empty(card)
    floor.wait(14 * 3600)
    assert floor.tick().events == ()
    floor.wait(3600)
    floor.tick()
    assert released(floor) == [["A1"]]  # six o'clock
    assert floor.last("batch_released")["why"] == "maximum age"


def test_a_source_that_never_works_is_given_what_is_ready() -> None:
    floor = levelled_floor("A", calendar="NEVER")
    floor.load("calendars", [{"id": "NEVER", "days": [], "shifts": [{"from": "06:00", "to": "14:00"}]}])
    floor.empty("A1")
    floor.tick()
    assert released(floor) == [["A1"]]


def test_a_late_family_goes_before_those_whose_turn_it_is() -> None:
    lots = {"trigger_point": 2, "pitch_cards": 2}
    floor = floor_of({"id": "A", **LEVEL, **lots}, {"id": "B", **LEVEL, **lots, "max_wait_s": 1800})
    floor.empty("B1")  # half a lot
    floor.wait(600)
    for card in ("A1", "A2", "A3", "A4"):
        floor.empty(card)
    floor.wait(600)
    floor.tick()
    floor.wait(PITCH_S)
    floor.tick()
    assert released(floor)[:3] == [["A1", "A2"], ["A3", "A4"], ["B1"]]


def test_an_undone_emptying_of_a_levelled_loop_is_undone_with_its_release() -> None:
    floor = levelled_floor("A")
    assert kinds(floor.empty("A1")) == ["card_emptied", "batch_released"]
    assert kinds(floor.undo()) == ["card_undone", "card_undone"]
    assert (floor.state("A1"), floor.orders()) == ("FULL", [])
    assert kinds(floor.empty("A2")) == ["card_emptied"]  # what the pitch had, it had


def test_K10_another_gateway_leaves_a_levelled_source_alone_until_its_turn_must_be_over() -> None:
    floor = levelled_floor("A", deciding_gateway="L9-01", max_wait_s=600)
    floor.empty("A1")
    floor.wait(600 + 2 * 7 * PITCH_S)  # seven turns of less than two pitches each
    assert floor.tick().events == ()
    floor.wait(60)
    assert [event.body["why"] for event in floor.tick().events] == ["maximum age"]


def test_in_shadow_the_level_holds_as_it_would_live() -> None:
    floor = levelled_floor("A")
    floor.instruct("mode.set", {"scope": "loop", "name": "A", "mode": "shadow", "reason": "try"})
    for card in ("A1", "A2", "A3"):
        floor.empty(card)
    for _ in range(3):
        floor.tick()
    states = [floor.state(card) for card in ("A1", "A2", "A3")]
    assert (states, floor.orders()) == (["EMPTY", "WAIT", "WAIT"], [])
    floor.wait(PITCH_S)
    floor.tick()
    assert floor.state("A2") == "EMPTY"


def test_a_clock_set_back_by_a_little_gives_the_source_no_more() -> None:
    floor = levelled_floor("A")
    floor.empty("A1")
    floor.empty("A2")
    floor.wait(-5)
    assert floor.tick().events == ()


def test_the_source_may_still_take_a_waiting_card_itself() -> None:
    floor = levelled_floor("A")
    floor.empty("A1")
    floor.empty("A2")
    decision = floor.scan("A2", STORE, action=Action.RELEASE)
    assert kinds(decision) == ["batch_released"]
    assert decision.events[0].body["why"] == "source"


# -- what is refused at load ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loop", "told"),
    [
        ({**LEVEL, "max_wait_s": 0}, "so that no card waits for ever"),
        ({**LEVEL, "deciding_gateway": ""}, "it needs a deciding_gateway"),
        ({**LEVEL, "independent_source": True}, "it has no family and no pitch_s"),
        ({**LEVEL, "trigger_point": 3, "pitch_cards": 2}, "a lot of 3 cards (trigger_point) never fits"),
        ({**LEVEL, "demand_per_hour": "121"}, "need 3.02 containers an hour, and pitch_s with pitch_cards lets 3.00"),
        ({"pitch_cards": 2}, "pitch_cards is 2 without pitch_s"),
        ({"family": "BLUE", "max_wait_s": 60}, "collects nothing with trigger_point 1"),
        ({"release_when_due": True, "trigger_point": 2}, "release_when_due needs demand_per_hour"),
        ({"release_when_due": True, "demand_per_hour": "1"}, "no card of it ever waits"),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other_are_refused_at_load(loop: dict[str, Any], told: str) -> None:
    assert told in load_fault(**loop)


def test_loops_that_share_a_family_or_a_level_must_agree() -> None:
    floor = Floor(cards=0)
    rows = [{**LOOP, **LEVEL, "id": "A"}, {**LOOP, **LEVEL, "id": "B", "pitch_s": 600}]
    text = "row 'B': pitch_s differs from that of A, of the same source SUPERMARKET: give both the same"
    assert text in floor.load("loops", rows).verdict.text
    family = {"family": "BLUE", "trigger_point": 2, "max_wait_s": 60}
    rows = [{**LOOP, **family, "id": "A"}, {**LOOP, **family, "id": "B", "trigger_point": 3}]
    assert "trigger_point differs from that of A, of the same family BLUE" in floor.load("loops", rows).verdict.text


# -- in general -------------------------------------------------------------------------------


def card(name: str, seq: int) -> Card:
    return Card(name, name[0], "ACTIVE", "WAIT", 1, 0, 1, 0, "", 0, 0, "boot", seq)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), most=st.integers(1, 4))
def test_every_waiting_card_is_released_in_bounded_time_and_never_more_than_the_level(
    data: st.DataObject, most: int
) -> None:
    """Once it is too old, a card goes within as many pitches as older ones wait; in a family the oldest goes first."""
    size = data.draw(st.integers(1, most))
    waiting: dict[str, list[Card]] = {name: [] for name in "ABC"}
    too_old: dict[int, int] = {}  # number of a card -> pitch
    latest: dict[int, int] = {}
    board, seq = Board(), 0
    for n in range(1, 60):
        for name, ones in waiting.items():
            for _ in range(data.draw(st.integers(0, 2)) if n < 8 else 0):
                seq += 1
                ones.append(card(f"{name}{seq}", seq))
                too_old[seq] = n + 5
        known = sorted(one.last_seq for ones in waiting.values() for one in ones)
        latest |= {one: n + known.index(one) for one in known if too_old[one] == n}
        late = {one.card: "maximum age" for ones in waiting.values() for one in ones if too_old[one.last_seq] <= n}
        lots = {name: lots_of(name, size, ones, late) for name, ones in waiting.items()}
        released_now = 0
        for _, lot, after in plan(board, lots, [Pitch(n * 1000, n * 1000 + 1000)], most):
            board, count = after, len(lot.cards)
            assert list(lot.cards) == waiting[lot.family][:count]
            assert all(n <= latest.get(one.last_seq, n) for one in lot.cards)
            del waiting[lot.family][:count]
            released_now += count
        assert released_now <= most
        assert released_now or not any(lots.values())
    assert not any(waiting.values())


@given(packs=st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 9), min_size=1))
def test_what_is_released_pitch_by_pitch_is_the_pure_plan(packs: dict[str, int]) -> None:
    lots = {
        name: tuple(Lot(name, (card(f"{name}{n}", n),), "turn") for n in range(count)) for name, count in packs.items()
    }
    times = (Pitch(n * 1000, n * 1000 + 1000) for n in range(1, 100))
    assert tuple(lot.family for _, lot, _ in plan(Board(), lots, times, 1)) == levelled(packs)


def test_a_lot_that_does_not_fit_waits_for_the_next_pitch_and_lets_no_smaller_one_pass() -> None:
    big = Lot("A", (card("A1", 1), card("A2", 2)), "trigger point", is_late=True)
    small = Lot("B", (card("B1", 3),), "maximum age", is_late=True)
    board = Board(start_ms=1000, released=1)
    assert next_lot(board, {"A": [big], "B": [small]}, Pitch(1000, 2000), 2) is None


def test_pitches_are_counted_from_the_beginning_of_each_shift_and_the_last_one_is_longer() -> None:
    hour = 3_600_000
    calendar = Calendar(zone=UTC, shifts=(Shift(6 * 60, 14 * 60),))
    day_ms = START_MS // (24 * hour) * 24 * hour
    found = list(islice(pitches(calendar, 3 * hour, day_ms), 2))
    assert found == [Pitch(day_ms + 6 * hour, day_ms + 9 * hour), Pitch(day_ms + 9 * hour, day_ms + 14 * hour)]
    assert pitch_at(calendar, 3 * hour, day_ms + 14 * hour) is None
    assert pitch_at(calendar, 9 * hour, day_ms + 7 * hour) == Pitch(day_ms + 6 * hour, day_ms + 14 * hour)


def test_a_card_scanned_at_the_line_of_a_levelled_loop_waits_for_its_turn() -> None:
    floor = levelled_floor("A")
    floor.empty("A1")
    assert floor.scan("A2", LINE).verdict.text == "Card A2 is empty: 40 PCE ITEM-A will be ordered with its batch."
