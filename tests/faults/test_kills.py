"""The short version of the kill campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import run_kills

pytestmark = [pytest.mark.slow, pytest.mark.promise("R1"), pytest.mark.promise("R2"), pytest.mark.figure("F2")]


@pytest.mark.timeout(300)
def test_what_was_green_is_one_order_and_one_booking_whatever_was_killed(tmp_path: Path) -> None:
    tally = run_kills(tmp_path, seed=21, kills=20)
    assert tally.differences == []
    assert tally.kills == 20
    assert len(tally.emptied) + len(tally.filled) >= 20
