"""How many cards a loop needs, by every formula that is in use, side by side with its numbers.

Inputs are integers: quantities in micro-units, times in milliseconds, ratios in millionths. D is the demand of one
hour, L the replenishment time, C what one container holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.exact import ceil, root_up
from gateway.reorder.told import short

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Loop:
    """What a loop is sized by."""

    demand_per_hour: int
    replenishment_ms: int
    container: int  # above 0
    alpha: int = 0  # classic: safety in millionths of the demand
    safety_factor: int = MICRO  # SAP: SF, default 1
    constant: int = 1  # SAP: C, default 1
    safety_stock: int = 0  # two-bin and triangle
    z: int = 1_644_900  # statistical: 95 %
    deviation: int = 0  # statistical: deviation of the demand of one hour
    every_ms: int = 0  # EPEI: every part every interval; the time between two lots


@dataclass(frozen=True, slots=True)
class Size:
    """What one formula says. `cards` is 0 where the formula says how much a container or lot must hold instead."""

    name: str
    formula: str
    cards: int
    quantity: int  # micro-units in a container, a bin or a lot
    numbers: tuple[str, ...]  # what was put in, as text


def sizes(loop: Loop) -> tuple[Size, ...]:
    """All of them, in a fixed order; none when the container or the demand is not above nothing."""
    if loop.container <= 0 or loop.demand_per_hour <= 0 or loop.replenishment_ms < 0:
        return ()
    return tuple(one(loop) for one in (classic, sap, sap_quantity, oracle, statistical, two_bin, triangle))


def classic(loop: Loop) -> Size:
    """`N = ceil(D * L * (1 + alpha) / C)`, at least 1."""
    cards = max(1, ceil(_need(loop) * (MICRO + loop.alpha) / MICRO / loop.container))
    return Size("classic", "ceil(D*L*(1+alpha)/C)", cards, loop.container, _told(loop, alpha=loop.alpha))


def sap(loop: Loop) -> Size:
    """SAP: `K = (RT * AC / CONT) * SF + C`, rounded up; C is the constant, by default 1."""
    cards = ceil(_need(loop) * loop.safety_factor / MICRO / loop.container) + loop.constant
    told = (*_told(loop, factor=loop.safety_factor), f"constant {loop.constant}")
    return Size("SAP", "ceil(RT*AC/CONT*SF)+C", cards, loop.container, told)


def sap_quantity(loop: Loop) -> Size:
    """SAP: `CONT = RT * AC / (K - C) * SF`: what a container must hold for the number of cards that `sap` gives."""
    cards = sap(loop).cards
    quantity = ceil(_need(loop) * loop.safety_factor / MICRO / max(1, cards - loop.constant))
    return Size("SAP quantity", "RT*AC/(K-C)*SF", cards, quantity, _told(loop, factor=loop.safety_factor))


def oracle(loop: Loop) -> Size:
    """Oracle: `(C - 1) * S = D * L`, so `C = D * L / S + 1`; the one more is the bin in use."""
    return Size("Oracle", "ceil(D*L/S)+1", ceil(_need(loop) / loop.container) + 1, loop.container, _told(loop))


def statistical(loop: Loop) -> Size:
    """`K = (d*L + z*s*sqrt(L) + D*EPEI) / C`, rounded up, at least 1."""
    hours = Fraction(loop.replenishment_ms, HOUR_MS)
    safety = root_up(Fraction(loop.z, MICRO) ** 2 * Fraction(loop.deviation) ** 2 * hours)
    interval = Fraction(loop.demand_per_hour * loop.every_ms, HOUR_MS)
    cards = max(1, ceil((_need(loop) + safety + interval) / loop.container))
    told = (*_told(loop, z=loop.z), f"safety {short(safety)}", f"interval {short(ceil(interval))}")
    return Size("statistical", "ceil((d*L+z*s*sqrt(L)+D*EPEI)/C)", cards, loop.container, told)


def two_bin(loop: Loop) -> Size:
    """`Q >= d*L + SS` for each of two bins."""
    quantity = ceil(_need(loop)) + loop.safety_stock
    return Size("two-bin", "Q = d*L+SS", 2, quantity, (*_told(loop), f"safety {format_quantity(loop.safety_stock)}"))


def triangle(loop: Loop) -> Size:
    """One card at `ceil((d*L + SS) / C)` containers; the lot is `D * EPEI`, at least one container."""
    height = max(1, ceil((_need(loop) + loop.safety_stock) / loop.container))
    lot = max(loop.container, ceil(Fraction(loop.demand_per_hour * loop.every_ms, HOUR_MS)))
    told = (*_told(loop), f"safety {format_quantity(loop.safety_stock)}", f"card at {height} containers")
    return Size("triangle", "card at ceil((d*L+SS)/C), lot = D*EPEI", 1, lot, told)


def _need(loop: Loop) -> Fraction:
    """The demand of one replenishment time in micro-units."""
    return Fraction(loop.demand_per_hour * loop.replenishment_ms, HOUR_MS)


def _told(loop: Loop, **ratios: int) -> tuple[str, ...]:
    return (
        f"demand {format_quantity(loop.demand_per_hour)}/h", f"replenishment {loop.replenishment_ms // 1000} s",
        f"container {format_quantity(loop.container)}",
        *(f"{name} {format_quantity(value)}" for name, value in ratios.items()),
    )  # fmt: skip
