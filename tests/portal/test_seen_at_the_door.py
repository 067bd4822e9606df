"""What days at the simulated door have shown: each of these was once booked falsely, or asked about for nothing."""

from __future__ import annotations

from dataclasses import replace

from gateway.passage import BACK, IN, NEAR, WEAK, PassedTag
from gateway.tag import InputEdge
from tests.portal.gate import CASES, LISTED, PALLET, TAGS, Gate, made
from tests.portal.scene import IN_WAY, Door, Load, sgtin, sscc, with_beams

LATER_WAY = ((2500, -4000), (10_500, 4000))
TURNED = ((0, -4000), (2000, -2000), (5000, -2000), (7000, -4000))
FAINT_CDBM = -5_600


def tag(epc: str, part: str, rssi_cdbm: int = -5000) -> PassedTag:
    return PassedTag(epc, 5, rssi_cdbm, (("dock-1/1", 5, rssi_cdbm),), part)


def test_two_pallets_one_behind_the_other_have_each_its_own_crossing_of_the_beams() -> None:
    door = Door(with_beams())
    first, second = (sscc(1), *(sgtin(n) for n in range(10))), (sscc(2), *(sgtin(n) for n in range(20, 30)))
    edges = [*door.beams_of(IN_WAY), *door.beams_of(LATER_WAY)]
    found = door.drive(Load(first, IN_WAY), Load(second, LATER_WAY), edges=edges)
    assert [(one.direction, one.by, one.ssccs) for one in found] == [
        (IN, "beams", (sscc(1),)), (IN, "beams", (sscc(2),)),
    ]  # fmt: skip


def test_a_faint_number_of_a_second_pallet_is_no_number_from_elsewhere() -> None:
    door = Door()
    found = door.drive(Load((sscc(1),), IN_WAY, power_cdbm=-3000), Load((sscc(2),), LATER_WAY, power_cdbm=-5000))
    assert [one.ssccs for one in found] == [(sscc(1),), (sscc(2),)]


def test_what_interrupts_one_beam_only_and_leaves_has_turned_back_whatever_its_tags_say() -> None:
    door = Door(with_beams())
    door.drive(Load((sscc(9),), IN_WAY), edges=door.beams_of(IN_WAY))  # both beams are seen at work
    edges = [InputEdge(1, True, door.now_ms + 3000), InputEdge(1, False, door.now_ms + 6000)]
    [passage] = door.drive(Load((sscc(1), *CASES), IN_WAY), edges=edges)
    assert (passage.direction, passage.by) == (BACK, "beams")


def test_a_pallet_that_came_up_to_the_door_and_was_faint_on_the_other_side_has_turned_back() -> None:
    door = Door()
    near = Load((sscc(1), *CASES), TURNED, antennas=(1, 2))
    [passage] = door.drive(near, Load(CASES[:2], TURNED, power_cdbm=-5900, antennas=(3,)))
    assert (passage.direction, passage.by) == (BACK, "side")


def test_weak_new_tags_keep_no_passage_open() -> None:
    door = Door(with_beams())
    weak = [Load((sgtin(900 + n),), ((n * 500, 0), (n * 500 + 200, 0)), power_cdbm=-6900, per_s=20) for n in range(40)]
    [passage] = door.drive(Load((sscc(1), *CASES), IN_WAY), *weak, edges=door.beams_of(IN_WAY))
    assert passage.closed_by == "stable" and passage.closed_ms - passage.opened_ms < 9_000


def test_a_number_that_stands_by_is_not_the_pallets() -> None:
    gate = Gate()
    passage = made(TAGS, id=gate.open())
    assert gate.close(replace(passage, tags=(*passage.tags, tag(sscc(77), NEAR)))).verdict.code == "GOODS_RECEIVED"
    assert gate.view.of_stream("mov")[0]["sscc"] == LISTED


def test_what_only_stands_by_while_an_empty_truck_passes_is_nothing() -> None:
    gate = Gate()
    passage = made([], id=gate.open(), by="beams")
    decision = gate.close(replace(passage, tags=(tag(sscc(77), NEAR), tag(sgtin(5), NEAR))))
    assert decision.verdict.code == "PORTAL_EMPTY" and not gate.view.tasks


def test_what_is_heard_faintly_from_the_next_door_is_no_task() -> None:
    gate = Gate()
    passage = made(CASES[:3], id=gate.open())
    faint = tuple(replace(one, rssi_cdbm=FAINT_CDBM) for one in passage.tags)
    decision = gate.close(replace(passage, tags=faint))
    assert decision.verdict.code == "PORTAL_ELSEWHERE" and not gate.view.tasks and gate.booked() == []


def test_an_announced_pallet_that_was_read_well_enough_is_booked_however_faint() -> None:
    gate = Gate()
    passage = made([sscc_tag_of(PALLET), *CASES], id=gate.open())
    faint = tuple(replace(one, rssi_cdbm=FAINT_CDBM) for one in passage.tags)
    assert gate.close(replace(passage, tags=faint)).verdict.code == "GOODS_RECEIVED"


def test_a_tag_that_was_hardly_read_counts_where_it_is_listed_and_nowhere_else() -> None:
    gate = Gate()
    passage = made(TAGS[:2], id=gate.open())
    hardly = tuple(tag(epc, WEAK, -6500) for epc in (*TAGS[2:], sgtin(999)))
    assert gate.close(replace(passage, weak_tags=hardly)).verdict.code == "GOODS_RECEIVED"
    assert gate.of_kind("passage_closed")[0]["rate"] == 100


def sscc_tag_of(number: str) -> str:
    return sscc(int(number[8:17]))


def test_a_pallet_that_is_driven_past_inside_has_not_come_in_because_two_of_its_tags_echoed() -> None:
    door = Door()
    past = Load(tuple(sgtin(n) for n in range(40)), ((0, 3000), (8000, 1500)), antennas=(3, 4), power_cdbm=-4000)
    echo = [Load((sgtin(900 + n),), IN_WAY, power_cdbm=-5400) for n in range(2)]
    [passage] = door.drive(past, *echo)
    assert passage.direction == BACK


def test_a_lost_label_that_is_heard_now_and_then_stands_here_after_a_minute() -> None:
    door = Door()
    for _ in range(14):  # a read every six seconds is far from half of the time
        door.drive(Load((sscc(900),), ((0, 500), (100, 500)), power_cdbm=-6200, per_s=20), settle_ms=6000)
    [passage] = door.drive(Load((sscc(1), *CASES), IN_WAY), Load((sscc(900),), IN_WAY, power_cdbm=-6100))
    assert passage.ssccs == (sscc(1),)
    assert sscc(900) in {one.epc for one in passage.strays}


def test_tags_of_a_pallet_that_has_just_gone_in_are_no_second_pallet() -> None:
    door = Door()
    load = Load((sscc(1), *CASES), IN_WAY)
    assert [one.direction for one in door.drive(load)] == [IN]
    again = door.drive(Load(CASES[:8], IN_WAY))
    assert all(not one.tags for one in again)
