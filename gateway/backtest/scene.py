"""What rules may ask about a simulated stock (gateway/reorder/situation.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low

from gateway.backtest.recording import Series
from gateway.backtest.use import Use
from gateway.model import Rejection
from gateway.reorder.bom import Bom, WorkOrder
from gateway.reorder.situation import Demand, Elsewhere, LotAge, OpenSignal, Receipt, Source, Stock
from gateway.reorder.usage import History
from gateway.reorder.working_time import ALWAYS, Calendar


@dataclass(slots=True)
class Scene:
    """One stock at one instant of its simulation; moved on by whoever simulates."""

    series: Series
    use: Use
    lead_times_ms: tuple[int, ...]
    now_ms: int = 0
    row: int = 0
    level: int = 0
    coming: list[Receipt] = field(default_factory=list)
    offered: tuple[Source, ...] = ()
    worked: Calendar = ALWAYS
    without: Receipt | None = None  # what is judged as if it had never been asked for
    is_claimed: bool = False  # work orders or shipments reserved some of it in the period
    asked: set[str] = field(default_factory=set)  # what rules asked for that a simulation has no record of

    @property
    def item(self) -> str:
        return self.series.place[0]

    @property
    def location(self) -> str:
        return self.series.place[1]

    @property
    def expected_ms(self) -> int:
        """When an order of now should come, as far as anybody could know."""
        return self.now_ms + int(median_low(self.lead_times_ms))

    def origin(self, fact: str) -> str:
        return f"{fact} {self.location}, simulated"

    def fault(self, fact: str) -> Rejection | None:
        """What was recorded was good enough to be booked."""
        return None

    def stock(self) -> tuple[Stock, ...]:
        return (Stock(self.level),)

    def allocated(self) -> int:
        if self.is_claimed:
            self.asked.add("reservations")
        return 0

    def receipts(self) -> tuple[Receipt, ...]:
        return tuple(one for one in self.coming if one is not self.without)

    def demands(self) -> tuple[Demand, ...]:
        return self._unknown("reservations", ())

    def open_signals(self) -> tuple[OpenSignal, ...]:
        return ()  # in a simulation a signal is an order at once

    def usage(self) -> History:
        return self.use.until(self.row)

    def calendar(self) -> Calendar:
        return self.worked

    def sources(self) -> tuple[Source, ...]:
        return self.offered or (Source("", lead_times_ms=self.lead_times_ms),)

    def lots(self) -> tuple[LotAge, ...]:
        return self._unknown("lots", ())

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        return self._unknown("stock elsewhere", ())

    def is_custom(self) -> bool:
        return False

    def work_orders(self) -> tuple[WorkOrder, ...]:
        return self._unknown("work orders", ())

    def bom(self, item: str) -> Bom | None:
        self.asked.add("bills of material")
        return None

    def on_hand_of(self, item: str) -> int:
        return self._levels.get(item, 0)

    def _unknown(self, fact: str, nothing: tuple[()]) -> tuple[()]:
        self.asked.add(fact)
        return nothing

    @property
    def _levels(self) -> Mapping[str, int]:
        return {self.item: self.level}
