"""The short version of the link campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.links import TOXICS, run_links
from tests.faults.rest_links import run_rest_links

pytestmark = [pytest.mark.slow, pytest.mark.promise("R2"), pytest.mark.promise("R6"), pytest.mark.figure("F5")]


@pytest.mark.timeout(300)
def test_through_every_toxic_each_event_arrives_once_and_in_order(tmp_path: Path) -> None:
    tally = run_links(tmp_path, seed=11, rounds=1)
    assert tally.failures == []
    assert tally.tried == len(TOXICS)
    assert tally.counts["events"] > 0


@pytest.mark.timeout(300)
def test_by_rest_each_event_arrives_once_whatever_the_server_answers(tmp_path: Path) -> None:
    names = ("200 before its commit", "200 with half a document", "dies after its commit", "cut after n bytes")
    tally = run_rest_links(tmp_path, 12, names)
    assert tally.failures == []
    assert tally.tried == len(names)
    assert tally.counts["events"] > 0
