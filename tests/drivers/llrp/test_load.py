"""Several readers at full speed: nothing is lost. `make bench` does it for a minute."""

from __future__ import annotations

import pytest

from tests.bench import rfid


@pytest.mark.figure("F13")
@pytest.mark.slow
def test_four_readers_at_a_thousand_reads_a_second_lose_nothing() -> None:
    load = rfid.run_readers(2.0)
    assert load.reads == 4 * 2000
