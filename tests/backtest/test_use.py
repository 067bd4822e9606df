"""The history that a simulated rule is shown is the one that a live rule would have been shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.backtest.demand import Flow
from gateway.backtest.recording import Series
from gateway.backtest.use import Use
from gateway.clock import offset_ms
from gateway.quantity import MICRO
from gateway.reorder.usage import History, used, watched
from tests.backtest.script import PLACE, START_MS

ZONE = ZoneInfo("Europe/Berlin")  # changes its clock within the year


@given(
    st.lists(st.tuples(st.integers(1, 40 * 3_600_000), st.integers(-5, 20)), min_size=1, max_size=80),
    st.lists(st.integers(0, 80), max_size=5),
)
def test_adding_up_later_is_adding_up_at_once(steps: list[tuple[int, int]], looks: list[int]) -> None:
    series, at_ms = Series(PLACE), START_MS
    histories = [History()]
    for number, (passed, quantity) in enumerate(steps):
        at_ms += passed
        series.add(number, at_ms, -quantity * MICRO, int(Flow.USE))
        before = histories[-1] if histories[-1].since_ms else watched(histories[-1], at_ms)
        histories.append(used(before, at_ms, quantity * MICRO, offset_ms=offset_ms(ZONE, at_ms)))
    use = Use(series, ZONE)
    for look in sorted(min(one, len(steps)) for one in [*looks, len(steps)]):
        if look:
            assert use.until(look) == histories[look]


def test_receipts_and_corrections_are_no_use() -> None:
    series = Series(PLACE)
    series.add(1, START_MS, 50 * MICRO, int(Flow.RECEIPT))
    series.add(2, START_MS + 1, -5 * MICRO, int(Flow.REST))
    assert Use(series, ZONE).until(2).is_empty
