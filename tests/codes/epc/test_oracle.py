"""Another decoder, written by others, reads random EPCs as ours does."""

from __future__ import annotations

import random

from tests.codes.epc.random_epc import attempt


def test_another_decoder_reads_random_epcs_as_we_do() -> None:
    seed = random.randrange(1 << 32)
    tally = attempt(seed, 4000)
    assert tally.broken == 0, f"seed {seed}: {tally.failures}"
    assert len(tally.counts) == 11
