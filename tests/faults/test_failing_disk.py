"""The n-th sync, write, truncation or removal fails; see failing_disk.py."""

from __future__ import annotations

import pytest

from tests.faults.failing_disk import FAULTS, Fault, attempt

STEPS = {"fdatasync": 8, "pwrite64": 97, "ftruncate": 4}  # every how many n in the test; the campaign takes each one


@pytest.mark.slow
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_failing_call_costs_a_rescan_and_never_an_event(fault: Fault) -> None:
    tally = attempt((fault,), first=1 + FAULTS.index(fault) % 2, step=STEPS.get(fault.kind, 1))
    print(tally)
    assert tally.broken == 0, tally
    assert tally.counts[str(fault)] >= 1
