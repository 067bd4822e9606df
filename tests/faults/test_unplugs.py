"""The short version of the unplug campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.unplugs import attempt


@pytest.mark.slow
@pytest.mark.figure("F8")
def test_no_complete_frame_is_lost_or_glued_when_a_scanner_is_unplugged_mid_frame(tmp_path: Path) -> None:
    tally = attempt(tmp_path, seed=5, cycles=12)
    assert (tally.tried, tally.broken, tally.failures) == (12, 0, [])
