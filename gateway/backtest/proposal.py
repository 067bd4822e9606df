"""How many cards a loop should have: the formulas side by side, and what its recorded life says of each number."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.backtest.cards import Batching, Service, serve
from gateway.backtest.turning import Turning
from gateway.errors import GatewayError
from gateway.master import Loop
from gateway.quantity import MICRO, format_quantity
from gateway.reorder.exact import mean, root_up, variance
from gateway.reorder.safety import Z
from gateway.reorder.sizing import Loop as Inputs
from gateway.reorder.sizing import Size, sizes
from gateway.timeline import HOUR_MS

BINS_WANTED = 10  # fewer say little
DRIFT_PCT = 25  # by so much the demand of the master data may be off


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that was put in, and what came out."""

    loop: Loop
    turning: Turning
    fills_ms: tuple[int, ...]
    is_fill_assumed: bool
    inputs: Inputs
    formulas: tuple[Size, ...]
    service: Service
    cards: int
    wanted: int  # percent

    @property
    def bins(self) -> int:
        """Whole containers that were used up."""
        return self.turning.total() // self.loop.quantity

    @property
    def neighbours(self) -> list[int]:
        """N - 1, N and N + 1 cards, none below one."""
        return [cards for cards in (self.cards - 1, self.cards, self.cards + 1) if cards > 0]


def propose(loop: Loop, turning: Turning, wanted: int, seed: int) -> Proposal:
    """`wanted`: percent of the needs that find a full bin, a key of `Z`. GatewayError when too little was used."""
    bins = turning.bins(loop.quantity)
    minutes = (turning.last_ms - turning.first_ms) // 60_000
    if len(bins) < 2 or turning.last_ms - turning.first_ms < HOUR_MS:
        raise GatewayError(
            f"loop {loop.id} used up {len(bins)} bins in {minutes} min: nothing can be said of it, "
            "expected 2 or more in an hour or more",
            hint="take a longer period, or size it by its master data",
        )
    fills_ms = tuple(turning.fills_ms) or (loop.replenishment_ms,)
    inputs = _inputs(loop, turning, fills_ms, Z[f"{wanted} %"])
    service = serve(bins, fills_ms, Batching(loop.trigger_point, loop.max_wait_ms), seed=seed, loop=loop.id)
    cards = service.cards_for(wanted)
    return Proposal(loop, turning, fills_ms, not turning.fills_ms, inputs, sizes(inputs), service, cards, wanted)


def _inputs(loop: Loop, turning: Turning, fills_ms: tuple[int, ...], z: int) -> Inputs:
    """Demand and deviation per hour on the clock: whoever works in shifts has both, higher and lower, in them."""
    hours = turning.hourly()
    deviation = root_up(variance(hours)) if len(hours) > 1 else 0
    back = mean(fills_ms)
    safety = root_up(Fraction(z, MICRO) ** 2 * deviation**2 * back / HOUR_MS)
    demand = turning.total() * HOUR_MS // (turning.last_ms - turning.first_ms)
    return Inputs(demand, round(back), loop.quantity, z=z, deviation=deviation, safety_stock=safety)


def notes(found: Proposal) -> list[str]:
    """What one should know before one believes it."""
    loop, told = found.loop, []
    if found.bins < BINS_WANTED:
        told.append(f"only {found.bins} bins were used up: this says little")
    if found.is_fill_assumed:
        told.append("no refill was seen: the loop's replenishment time of the master data is taken")
    if loop.trigger_point > 1:
        told.append(f"its cards wait until {loop.trigger_point} of them make one order")
    said, seen = loop.demand_per_hour, found.inputs.demand_per_hour
    if said and abs(said - seen) * 100 > DRIFT_PCT * said:
        told.append(f"the master data say {format_quantity(said)} an hour, used were {format_quantity(seen)}")
    return told
