"""A file system without space (figure F4)."""

from __future__ import annotations

import pytest

from tests.faults.disk_full import attempt


@pytest.mark.promise("R1")
@pytest.mark.promise("R8")
@pytest.mark.figure("F4")
def test_a_full_disk_is_red_keeps_the_last_batch_and_resumes_when_there_is_space() -> None:
    tally = attempt(seed=31, rounds=6)
    print(tally)
    assert tally.broken == 0, tally
    assert tally.counts["red"] > 6
