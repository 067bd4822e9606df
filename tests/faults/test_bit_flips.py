"""One changed bit anywhere in what a store keeps (figure F3); see bit_flips.py for the rules."""

from __future__ import annotations

import pytest

from tests.faults.bit_flips import attempt

FLIPS = 2500


@pytest.mark.slow
@pytest.mark.promise("R5")
@pytest.mark.figure("F3")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [21, 22])
def test_every_bit_that_changes_content_is_noticed(seed: int) -> None:
    tally = attempt(seed, FLIPS)
    print(tally)
    assert tally.broken == 0, tally
    assert min(tally.counts[name] for name in ("noticed", "harmless", "told at start", "export: noticed")) > 50
