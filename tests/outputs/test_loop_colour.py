"""The colour of loops as the real store tells it: to the page, to `status`, and after each commit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import StoreError
from gateway.kanban.colour import Colour
from gateway.loop_colour import loop_colours, loops_json
from gateway.store.connection import DATABASE
from gateway.store.loops import LOOKED_AT_EVENTS, LoopReader
from tests.outputs.rig import Plant, loop_row

HOUR_MS = 3_600_000


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path / "data")
    yield plant
    plant.close()


@pytest.fixture
def reader(plant: Plant) -> Iterator[LoopReader]:
    reader = LoopReader(plant.data_dir)
    yield reader
    reader.close()


def colours(reader: LoopReader, plant: Plant) -> dict[str, Colour]:
    return {one.loop: one.colour for one in loop_colours(reader, plant.clock)}


@pytest.mark.decision("K11")
def test_a_loop_goes_from_green_over_yellow_to_red_and_back(plant: Plant, reader: LoopReader) -> None:
    assert colours(reader, plant) == {"LP-1": Colour.GREEN, "LP-2": Colour.GREEN}
    plant.empty("A1", "B1")
    assert colours(reader, plant) == {"LP-1": Colour.GREEN, "LP-2": Colour.GREEN}
    plant.empty("A2", "B2")
    assert colours(reader, plant) == {"LP-1": Colour.YELLOW, "LP-2": Colour.YELLOW}
    plant.empty("A3", "B3")
    assert colours(reader, plant) == {"LP-1": Colour.RED, "LP-2": Colour.RED}
    plant.hand.pass_time(HOUR_MS // 2)
    plant.fill("A1")
    plant.fill("A2")
    assert colours(reader, plant) == {"LP-1": Colour.GREEN, "LP-2": Colour.RED}


def test_a_bin_under_way_is_due_one_replenishment_time_after_its_signal(plant: Plant, reader: LoopReader) -> None:
    """Told by the signal, not by the card's latest state: an order number or a shipment starts no new hour."""
    plant.load("loops", loop_row("LP-1", demand_per_hour="60"), loop_row("LP-2"))
    plant.empty("A1", "A2")
    assert colours(reader, plant)["LP-1"] is Colour.RED  # 40 pieces for an hour in which 60 are needed
    plant.hand.pass_time(HOUR_MS // 2)
    assert colours(reader, plant)["LP-1"] is Colour.YELLOW  # both are due in half an hour, when 10 are left
    plant.ship("A1", "A2")
    plant.hand.pass_time(HOUR_MS // 4)
    assert colours(reader, plant)["LP-1"] is Colour.YELLOW
    plant.hand.pass_time(HOUR_MS // 4 + 1)
    assert colours(reader, plant)["LP-1"] is Colour.RED  # overdue


def test_the_wall_clock_set_back_makes_nobody_wait_for_a_bin(plant: Plant, reader: LoopReader) -> None:
    plant.load("loops", loop_row("LP-1", demand_per_hour="60"), loop_row("LP-2"))
    plant.empty("A1", "A2")
    plant.hand.pass_time(HOUR_MS // 2)
    plant.hand.boot, plant.hand.wall = "b0070002", plant.hand.wall - HOUR_MS
    assert colours(reader, plant)["LP-1"] is Colour.RED


def test_only_the_loops_that_a_commit_touched_are_asked_for(plant: Plant, reader: LoopReader) -> None:
    before = reader.newest()
    assert reader.touched(before, reader.newest()) == frozenset()
    plant.empty("A1")
    after = reader.newest()
    assert reader.touched(before, after) == frozenset({"LP-1"})
    assert [one.loop for one in loop_colours(reader, plant.clock, {"LP-2", "LP-9"})] == ["LP-2"]


def test_new_master_data_touches_all_loops_and_so_do_too_many_events(plant: Plant, reader: LoopReader) -> None:
    before = reader.newest()
    plant.load("loops", loop_row("LP-1"), loop_row("LP-2"))
    assert reader.touched(before, reader.newest()) is None
    assert reader.touched(0, LOOKED_AT_EVENTS + 1) is None
    assert reader.touched(10, 9) is None  # another store lies here now


def test_the_page_and_status_are_told_numbers_and_texts_only(plant: Plant) -> None:
    plant.empty("A1", "A2")
    first, second = loops_json(plant.data_dir, plant.clock)
    assert first == {
        "loop": "LP-1", "item": "SCREW-A", "colour": "yellow", "full": 1, "open": 2, "cards": 3, "margin": "0",
    }  # fmt: skip
    assert second["margin"] is None


def test_a_store_that_cannot_be_read_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all, and long enough to be looked at" * 100)
    with pytest.raises(StoreError, match=r"cannot be read|cannot read"):
        LoopReader(tmp_path).newest()
