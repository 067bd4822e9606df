"""The short version of the link campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.links import TOXICS, run_links

pytestmark = [pytest.mark.slow, pytest.mark.promise("R2"), pytest.mark.promise("R6"), pytest.mark.figure("F5")]


@pytest.mark.timeout(300)
def test_through_every_toxic_each_event_arrives_once_and_in_order(tmp_path: Path) -> None:
    passed = run_links(tmp_path, seed=11, rounds=1)
    assert passed.differences == []
    assert passed.schedules == len(TOXICS)
    assert passed.events > 0
