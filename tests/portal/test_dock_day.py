"""Pallets at a simulated dock door, with strays, neighbours and shadows, some turning back: none is booked falsely."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portal.dock_day import run_day


@pytest.mark.slow
@pytest.mark.figure("F24")
@pytest.mark.parametrize(("seed", "has_beams"), [(7, True), (8, False)])
def test_thirty_episodes_at_a_dock_door_have_their_directions_and_no_false_posting(
    seed: int, has_beams: bool, tmp_path: Path
) -> None:
    day = run_day(seed, 30, tmp_path / "store", has_beams=has_beams)
    assert day.false_postings == []
    wrong = [str(one) for one in day.clear if not one.is_right]
    assert wrong == []
    assert len(day.clear) > 15 and sum(bool(one.posted) for one in day.outcomes) > 15
    assert len(day.excepted) <= 3, day.excepted
    assert len(day.silent) <= 1, day.silent
