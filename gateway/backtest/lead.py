"""How long goods take from the signal to the shelf: what was seen, and a seeded draw from it.

The n-th order of a place gets the same lead time under both rule sets, so that what differs is the rules and not luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from gateway.backtest.demand import Place


def draw(samples: Sequence[int], seed: int, place: Place, nth: int) -> int:
    """One of the samples (not empty), the same for the same arguments on every machine."""
    if len(samples) == 1:
        return samples[0]
    text = f"{seed}\0{place[0]}\0{place[1]}\0{nth}".encode()
    return samples[int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % len(samples)]
