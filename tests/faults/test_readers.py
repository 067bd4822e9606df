"""A short run of misbehaving readers; `make faults` has hundreds of turns."""

from __future__ import annotations

import random

import pytest

from tests.faults import readers


@pytest.mark.slow
@pytest.mark.promise("R2")
@pytest.mark.promise("R3")
def test_whatever_a_reader_does_it_is_called_again_and_no_good_report_is_lost() -> None:
    seed = random.randrange(1 << 32)
    tally = readers.attempt(seed, 8)
    assert tally.broken == 0, f"seed {seed}: {tally.failures}"
    assert tally.tried == 16
