"""Scripted passages: what the tracker makes of reads, beams and time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.passage import BACK, DISSENTS, IN, INHERITS, MEMBER, OUT, UNKNOWN, Closed, Opened
from gateway.portal.rules import INSIDE, OUTSIDE, Antenna, Layout, Rules
from gateway.portal.tracker import Tracker
from gateway.tag import CUT_OFF, InputEdge, ReadsLost, TagRead
from tests.portal.scene import (
    ANTENNAS,
    BEAMS,
    CASES,
    IN_WAY,
    OUT_WAY,
    READER,
    Door,
    Load,
    grai,
    reads_of,
    sgtin,
    sscc,
    with_beams,
    with_inner,
)

PALLET = (sscc(1), *CASES)
TURNED = ((0, -4000), (3500, -600), (6000, -600), (9500, -4000))
STOPPED = ((0, -4000), (4000, 0), (10_000, 0), (14_000, 4000))


@pytest.mark.parametrize(("way", "direction"), [(IN_WAY, IN), (OUT_WAY, OUT)])
def test_a_pallet_that_is_driven_through_is_one_passage_in_its_direction(way: tuple, direction: str) -> None:  # type: ignore[type-arg]
    [passage] = Door().drive(Load(PALLET, way))
    assert (passage.direction, passage.by, passage.share_pct) == (direction, "vote", 100)
    assert passage.ssccs == (sscc(1),)
    assert {tag.epc for tag in passage.tags} == set(PALLET)
    assert passage.closed_by == "stable" and not passage.incomplete


def test_it_is_opened_by_its_reads_while_it_is_still_on_its_way() -> None:
    door = Door()
    door.drive(Load(PALLET, IN_WAY))
    [opened] = door.opened
    assert (opened.by, opened.portal) == ("reads", "P1")
    assert opened.at_ms < door.passages[0].closed_ms - Rules().stable_set_ms


def test_two_reads_above_the_gate_open_nothing() -> None:
    door = Door()
    for at_ms in (0, 400):
        moment = door.now_ms + at_ms
        door.news += door.tracker.take(READER, [TagRead(sscc(1), 1, -5000, 1, moment, moment)], moment)
    door.rest(3000)
    assert door.news == []


def test_reads_below_the_gate_open_nothing() -> None:
    assert Door().drive(Load(PALLET, IN_WAY, power_cdbm=-6100)) == []


def test_reads_of_an_antenna_without_a_role_are_counted_and_nothing_else() -> None:
    door = Door()
    reads = [TagRead(sscc(1), 9, -4000, 1, door.now_ms, door.now_ms)] * 5
    assert door.tracker.take(READER, reads, door.now_ms) == []
    assert door.tracker.unplaced == 5


@pytest.mark.parametrize(("way", "direction"), [(IN_WAY, IN), (OUT_WAY, OUT)])
def test_with_light_curtains_their_order_says_the_direction(way: tuple, direction: str) -> None:  # type: ignore[type-arg]
    door = Door(with_beams())
    [passage] = door.drive(Load((sscc(1),), way, antennas=(1, 2)), edges=door.beams_of(way))
    assert (passage.direction, passage.by, passage.opened_by) == (direction, "beams", "beam")


@pytest.mark.parametrize("port", [1, 2])
@pytest.mark.parametrize("layout", [Layout("P1", ANTENNAS, BEAMS[:1]), Layout("P1", ANTENNAS, BEAMS[1:]), with_beams()])
def test_a_light_curtain_that_is_missing_or_blind_turns_no_pallet_back(layout: Layout, port: int) -> None:
    door = Door(layout)
    edges = [
        edge for edge in door.beams_of(IN_WAY) if edge.port == port and edge.port in {one.port for one in layout.beams}
    ]
    passages = door.drive(Load(PALLET[:1], IN_WAY), edges=edges)
    assert [(one.direction, one.by) for one in passages] == ([(IN, "vote")] if edges else [])


def test_a_light_curtain_that_goes_blind_is_believed_twice_and_then_the_tags_are() -> None:
    door = Door(with_beams())
    [first] = door.drive(Load(PALLET, IN_WAY), edges=door.beams_of(IN_WAY))
    found = []
    for n in range(2, 5):
        edges = [edge for edge in door.beams_of(IN_WAY) if edge.port == 1]
        found += door.drive(Load((sscc(n), *(sgtin(n * 100 + case) for case in range(20))), IN_WAY), edges=edges)
    assert (first.direction, [one.direction for one in found]) == (IN, [BACK, BACK, IN])


def test_an_antenna_that_hears_nothing_passage_after_passage_is_told() -> None:
    door = Door()
    for _ in range(5):
        assert door.tracker.mute() == []
        door.drive(Load(PALLET, IN_WAY, antennas=(1, 2, 3)))
    assert door.tracker.mute() == [f"{READER}/4"]
    door.drive(Load(PALLET, IN_WAY))
    assert door.tracker.mute() == []


def test_where_there_are_light_curtains_reads_alone_open_nothing_but_are_counted() -> None:
    door = Door(with_beams())
    assert door.drive(Load(PALLET, IN_WAY)) == []
    assert door.tracker.unopened > 100


def test_a_passage_by_a_beam_has_the_reads_of_the_second_before_it() -> None:
    door = Door(with_beams())
    moment = door.now_ms
    door.tracker.take(READER, [TagRead(grai(n), 1, -5000, 3, moment, moment) for n in range(3)], moment)
    door.tracker.edge(READER, InputEdge(1, True, moment + 900))
    door.tracker.edge(READER, InputEdge(1, False, moment + 1000))
    door.now_ms = moment + 1000
    door.rest(3000)
    [passage] = door.passages
    assert {tag.epc for tag in passage.tags} == {grai(0), grai(1), grai(2)}


def test_reads_from_long_before_the_beam_do_not_belong_to_it() -> None:
    door = Door(with_beams())
    moment = door.now_ms
    door.tracker.take(READER, [TagRead(grai(1), 1, -5000, 5, moment, moment)], moment)
    door.tracker.edge(READER, InputEdge(1, True, moment + 1100))
    door.tracker.edge(READER, InputEdge(1, False, moment + 1200))
    door.now_ms = moment + 1200
    door.rest(3000)
    assert door.passages[0].is_empty


def test_beams_that_most_tags_contradict_are_not_believed() -> None:
    door = Door(with_beams())
    [passage] = door.drive(Load(PALLET, IN_WAY), edges=door.beams_of(OUT_WAY))
    assert passage.direction == UNKNOWN
    assert "check how they are mounted" in passage.why


def test_a_single_tag_does_not_contradict_the_beams() -> None:
    door = Door(with_beams())
    [passage] = door.drive(Load(PALLET[:1], IN_WAY), edges=door.beams_of(OUT_WAY))
    assert passage.direction == OUT


def test_a_beam_that_stays_blocked_ends_the_passage_at_its_limit_and_is_told() -> None:
    door = Door(with_beams())
    edges = [InputEdge(1, True, door.now_ms + 2000)]
    passages = door.drive(Load(PALLET, IN_WAY), edges=edges, settle_ms=40_000)
    assert [(one.direction, one.closed_by) for one in passages] == [(UNKNOWN, "limit")]
    assert door.tracker.stuck(door.now_ms) == [f"{READER}/1"]


@pytest.mark.parametrize("layout", [Layout("P1", ANTENNAS), with_beams()])
def test_a_pallet_that_stops_in_the_field_and_leaves_the_way_it_came_went_back(layout: Layout) -> None:
    door = Door(layout)
    [passage] = door.drive(Load(PALLET, TURNED), edges=door.beams_of(TURNED))
    assert passage.direction == BACK


def test_a_pallet_that_never_came_to_the_other_side_went_back() -> None:
    way = ((0, -4000), (2500, -1800), (3000, -1800), (5500, -4000))
    [passage] = Door().drive(Load(PALLET, way, antennas=(1, 2)))
    assert (passage.direction, passage.by) == (BACK, "side")


@pytest.mark.parametrize("layout", [Layout("P1", ANTENNAS), with_beams()])
def test_a_pallet_that_stops_in_the_door_and_goes_on_is_one_passage(layout: Layout) -> None:
    door = Door(layout)
    [passage] = door.drive(Load(PALLET, STOPPED), edges=door.beams_of(STOPPED))
    assert passage.direction == IN


def test_a_pallet_that_is_left_in_the_door_has_no_direction_and_is_told_once() -> None:
    door = Door()
    way = ((0, -4000), (4000, 0), (50_000, 0))
    [passage] = door.drive(Load(PALLET, way))
    assert (passage.direction, passage.closed_by) == (UNKNOWN, "limit")
    assert passage.why == "still in the door when the time was up"


def test_a_pallet_put_down_behind_the_door_ends_its_passage_and_opens_no_other() -> None:
    way = ((0, -4000), (6000, 1500), (40_000, 1500))
    door = Door()
    [passage] = door.drive(Load(PALLET, way))
    assert passage.direction == IN
    assert passage.closed_ms - door.opened[0].at_ms < 8000


def test_what_was_put_down_behind_the_door_can_come_back_out() -> None:
    way = ((0, -4000), (5000, 1500), (15_000, 1500), (20_000, -4000))
    assert [one.direction for one in Door().drive(Load(PALLET, way))] == [IN, OUT]


def test_a_pallet_that_stands_behind_the_door_is_no_part_of_the_next_one() -> None:
    door = Door()
    first = Load((sscc(7), sgtin(700)), ((0, -4000), (5000, 1500), (30_000, 1500)))
    second = Load(PALLET, tuple((at + 14_000, mm) for at, mm in IN_WAY))
    one, two = door.drive(first, second)
    assert (one.ssccs, two.ssccs) == ((sscc(7),), (sscc(1),))
    assert {tag.epc for tag in two.strays} == {sscc(7), sgtin(700)}


def test_two_pallets_one_behind_the_other_are_two_passages_of_one_opening() -> None:
    door = Door()
    second = Load((sscc(2), *(sgtin(n) for n in range(101, 111))), tuple((at + 3000, mm) for at, mm in IN_WAY))
    one, two = door.drive(Load(PALLET, IN_WAY), second)
    assert len(door.opened) == 1
    assert [(p.ssccs, p.direction, p.part, p.parts) for p in (one, two)] == [
        ((sscc(1),), IN, 1, 2), ((sscc(2),), IN, 2, 2),
    ]  # fmt: skip
    assert {tag.epc for tag in one.tags} == set(PALLET)


def test_one_pallet_in_and_another_out_directly_behind_it_each_have_their_own_direction() -> None:
    for layout in (Layout("P1", ANTENNAS), with_beams()):
        door = Door(layout)
        other = tuple((at + 6000, mm) for at, mm in OUT_WAY)
        second = Load((sscc(2), *(sgtin(n) for n in range(101, 111))), other)
        edges = sorted([*door.beams_of(IN_WAY), *door.beams_of(other)], key=lambda edge: edge.at_ms)
        passages = door.drive(Load(PALLET, IN_WAY), second, edges=edges)
        assert [(one.ssccs, one.direction) for one in passages] == [((sscc(1),), IN), ((sscc(2),), OUT)]


def test_two_pallet_numbers_at_the_same_time_stay_together() -> None:
    [passage] = Door().drive(Load((sscc(1), sscc(2), *CASES), IN_WAY))
    assert set(passage.ssccs) == {sscc(1), sscc(2)}


def test_a_much_weaker_pallet_number_stands_elsewhere() -> None:
    [passage] = Door().drive(Load(PALLET, IN_WAY), Load((sscc(2),), IN_WAY, power_cdbm=-5700))
    assert passage.ssccs == (sscc(1),)
    assert [tag.epc for tag in passage.strays] == [sscc(2)]


def test_a_pallet_number_on_one_side_only_is_none_of_a_pallet_that_went_through() -> None:
    standing = Load((sscc(2),), ((0, -1500), (8000, -1500)), antennas=(1, 2))
    door = Door()
    [passage] = door.drive(Load(PALLET, IN_WAY), standing)
    assert passage.ssccs == (sscc(1),)


def test_the_vote_is_that_of_the_pallet_and_dissenters_with_few_reads_inherit_it() -> None:
    door = Door()
    rare = Load((sgtin(500),), ((3500, 1000), (4500, -1000)), per_s=2, antennas=(1, 3))
    [passage] = door.drive(Load(PALLET, IN_WAY), rare)
    assert passage.direction == IN
    [dissenter] = [tag for tag in passage.tags if tag.epc == sgtin(500)]
    assert (dissenter.part, dissenter.direction) == (INHERITS, OUT)


def test_a_dissenter_with_many_reads_is_told_as_one() -> None:
    [passage] = Door().drive(Load(PALLET, IN_WAY), Load((sgtin(500),), OUT_WAY))
    assert passage.direction == IN
    assert [tag.epc for tag in passage.tags if tag.part == DISSENTS] == [sgtin(500)]


def test_a_pallet_half_of_whose_tags_say_otherwise_has_no_direction() -> None:
    [passage] = Door().drive(Load(PALLET, IN_WAY), Load(tuple(sgtin(n) for n in range(500, 520)), OUT_WAY))
    assert passage.direction == UNKNOWN
    assert "80 % are needed" in passage.why


def test_two_readers_one_before_and_one_behind_the_door_are_one_portal() -> None:
    antennas = (Antenna("front", 1, OUTSIDE), Antenna("back", 1, INSIDE))
    tracker = Tracker(Layout("P1", antennas))
    news = tracker.tick(1_000_000)
    for at_ms, read in reads_of([Load(PALLET, IN_WAY, antennas=(1, 3))], 1_000_000):
        assert isinstance(read, TagRead)
        reader = "front" if read.antenna == 1 else "back"
        news += tracker.take(reader, [read._replace(antenna=1)], at_ms)
    news += tracker.tick(1_020_000)
    [passage] = [one for closed in news if isinstance(closed, Closed) for one in closed.passages]
    assert (passage.direction, len(passage.tags)) == (IN, len(PALLET))
    assert {name for tag in passage.tags for name, _, _ in tag.at} == {"front/1", "back/1"}


def test_a_tag_with_two_reads_is_too_weak_to_count() -> None:
    door = Door()
    lone = Load((sgtin(600),), ((3000, -1000), (3200, -1000)), per_s=5, antennas=(1, 2))
    [passage] = door.drive(Load(PALLET, IN_WAY), lone)
    assert passage.weak == 1
    assert sgtin(600) not in {tag.epc for tag in passage.tags}


def test_a_tag_that_the_antenna_in_the_door_never_saw_is_no_candidate() -> None:
    door = Door(with_inner())
    [passage] = door.drive(Load(PALLET, IN_WAY, antennas=(1, 2, 3, 4, 5)), Load((sgtin(600),), IN_WAY))
    assert {tag.epc for tag in passage.tags} == set(PALLET)


def test_what_stands_around_is_learned_while_nothing_passes_and_then_left_out() -> None:
    door = Door()
    stray = Load((sscc(9),), ((0, -1200), (70_000, -1200)), power_cdbm=-5900, per_s=3)
    door.drive(stray)
    passing = replace(stray, way=((0, -1200), (8000, -1200)))
    passages = door.drive(Load(PALLET, IN_WAY), passing)
    assert passages[-1].ssccs == (sscc(1),)
    assert [(tag.epc, tag.why) for tag in passages[-1].strays] == [(sscc(9), "stands here: read while nothing passes")]


def test_what_was_learned_fades_when_it_is_gone() -> None:
    door = Door(Layout("P1", ANTENNAS, (), Rules(decay_ms=120_000)))
    door.drive(Load((sscc(9),), ((0, -1200), (70_000, -1200)), power_cdbm=-6100, per_s=3))
    assert door.tracker.standing == 1
    door.rest(240_000)
    assert door.tracker.standing == 0


def test_a_pallet_that_stood_before_the_door_for_long_is_seen_when_it_is_driven_in() -> None:
    door = Door()
    door.drive(Load(PALLET, ((0, -2600), (90_000, -2600)), per_s=2), settle_ms=0)
    assert door.tracker.standing == len(PALLET)
    passages = door.drive(Load(PALLET, ((0, -2600), (6600, 4000))))
    assert [(one.direction, one.ssccs) for one in passages] == [(IN, (sscc(1),))]


def test_a_pallet_that_stood_in_the_door_and_is_gone_after_a_passage_is_told() -> None:
    door = Door()
    stands = Load((sscc(9),), ((0, -900), (70_000, -900)), power_cdbm=-5500, per_s=3)
    door.drive(stands, settle_ms=0)
    leaves = replace(stands, way=((0, -900), (5000, 1000), (5100, 9000)))
    first, second = door.drive(Load(PALLET, IN_WAY), leaves, settle_ms=25_000)
    assert (first.direction, [tag.epc for tag in first.strays]) == (IN, [sscc(9)])
    assert (second.direction, second.ssccs) == (UNKNOWN, (sscc(9),))
    assert "is gone since" in second.why


def test_what_goes_on_standing_there_after_a_passage_is_not_told() -> None:
    door = Door()
    stands = Load((sscc(9),), ((0, -900), (120_000, -900)), power_cdbm=-5500, per_s=3)
    passing = Load(PALLET, tuple((at + 70_000, mm) for at, mm in IN_WAY))
    passages = door.drive(stands, passing, settle_ms=0)
    assert [one.ssccs for one in passages if one.opened_by == "gone"] == []


def test_what_is_in_passage_after_passage_without_going_anywhere_is_a_stray() -> None:
    door = Door()
    for number in range(4):
        near = Load((sgtin(900),), ((0, 1500), (8000, 1500)), antennas=(3, 4), power_cdbm=-5000)
        passages = door.drive(Load((sscc(20 + number), sgtin(2000 + number)), IN_WAY), near)
    assert [(tag.epc, tag.why) for tag in passages[-1].strays] == [(sgtin(900), "seen in 3 of the last 3 passages")]


def test_an_overflow_in_a_passage_makes_it_incomplete() -> None:
    door = Door()
    loads = Load(PALLET, ((0, -2000), (6000, 4000)))
    door.tracker.take(READER, [TagRead(sscc(1), 1, -5000, 3, door.now_ms, door.now_ms)], door.now_ms)
    door.tracker.lost(READER, ReadsLost("overflow", door.now_ms + 10))
    [passage] = door.drive(loads)
    assert passage.incomplete == f"{READER}: overflow"


def test_a_reader_without_a_link_makes_every_passage_incomplete_until_it_is_back() -> None:
    door = Door()
    door.tracker.lost(READER, ReadsLost(CUT_OFF, door.now_ms))
    [first] = door.drive(Load(PALLET, IN_WAY))
    door.tracker.restored(READER, door.now_ms)
    door.rest(5000)
    [second] = door.drive(Load(PALLET, IN_WAY))
    assert (first.incomplete, second.incomplete) == (f"{READER}: link", "")


def test_a_light_curtain_without_a_link_lets_reads_open_so_that_nothing_passes_unseen() -> None:
    door = Door(with_beams())
    door.tracker.lost(READER, ReadsLost(CUT_OFF, door.now_ms))
    [passage] = door.drive(Load(PALLET, IN_WAY))
    assert passage.incomplete


def test_a_gateway_that_stops_in_a_passage_says_so() -> None:
    door = Door()
    door.drive(Load(PALLET, ((0, -4000), (4000, 0))), settle_ms=0)
    [closed] = door.tracker.stop(door.now_ms)
    assert not isinstance(closed, Opened)
    assert [one.incomplete for one in closed.passages] == ["the gateway was stopped"]


def test_more_tags_than_the_limit_make_it_incomplete() -> None:
    door = Door()
    moment = door.now_ms
    for number in range(2100):
        door.tracker.take(READER, [TagRead(f"E2{number:022X}", 1, -5000, 1, moment, moment)], moment)
    door.rest(4000)
    assert door.passages[0].incomplete == "more than 2000 tags"


def test_tags_that_are_no_epc_stay_as_they_are() -> None:
    [passage] = Door().drive(Load((*PALLET, "E280116060000209"), IN_WAY))
    assert "E280116060000209" in {tag.epc for tag in passage.tags}


def test_a_beam_without_any_tag_is_an_empty_passage() -> None:
    door = Door(with_beams())
    [passage] = door.drive(edges=door.beams_of(IN_WAY))
    assert passage.is_empty


def test_a_reader_that_tells_no_strength_is_taken_as_it_is() -> None:
    door = Door()
    moment = door.now_ms
    for n in range(60):
        antenna = 1 if n < 30 else 3
        at_ms = moment + n * 50
        door.news += door.tracker.take(READER, [TagRead(sscc(1), antenna, None, 1, at_ms, at_ms)], at_ms)
    door.now_ms = moment + 3000
    door.rest(4000)
    assert [one.direction for one in door.passages] == [IN]
    assert door.passages[0].tags[0].part == MEMBER
