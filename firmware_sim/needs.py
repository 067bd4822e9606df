"""Compares what reorder rules of the gateways asked for with the ERP's orders: each need is one order, and no more.

A need may be worked out at every gateway; it has the same key there, and the ERP knows it by that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from firmware_sim.planning import WATCHED
from firmware_sim.plant import SUPERMARKET, Plant


@dataclass(frozen=True, slots=True)
class Need:
    """What one gateway's journal says that a rule asked for."""

    key: str  # rule/<site>/<item>/<place>/<rule>/<episode>
    is_shadow: bool


@dataclass(frozen=True, slots=True)
class RuleOrder:
    """An order of the ledger that a need led to."""

    key: str
    item: str
    quantity: Decimal
    state: str


def numbers_of(asked: Mapping[str, Sequence[Need]], orders: Sequence[RuleOrder]) -> dict[str, int]:
    """For people: needs by their key, however many gateways worked them out."""
    by_key = Counter(need.key for needs in asked.values() for need in needs if not need.is_shadow)
    return {
        "rules: needs": len(by_key),
        "rules: needs worked out twice": sum(count > 1 for count in by_key.values()),
        "rules: orders": len(orders),
        "rules: orders delivered": sum(order.state == "closed" for order in orders),
        "rules: needs in shadow": sum(need.is_shadow for needs in asked.values() for need in needs),
    }


def differences(asked: Mapping[str, Sequence[Need]], orders: Sequence[RuleOrder]) -> list[str]:
    """None doubled, none lost, none that nobody asked for; the ERP never heard of what is in shadow."""
    found = []
    booked = Counter(order.key for order in orders)
    wanted: dict[str, str] = {}
    for gateway, needs in asked.items():
        live = Counter(need.key for need in needs if not need.is_shadow)
        found += [f"{gateway} asked for the need {key} {count} times" for key, count in live.items() if count > 1]
        wanted |= dict.fromkeys(live, gateway)
        found += [
            f"the need {need.key} of {gateway} is in shadow, and there is an order for it"
            for need in needs
            if need.is_shadow and booked[need.key]
        ]
    found += [
        f"the need {key} of {gateway} has {booked[key]} orders, expected 1"
        for key, gateway in wanted.items()
        if booked[key] != 1
    ]
    return found + [f"an order for the need {key}, which no gateway asked for" for key in booked if key not in wanted]


def shortages(plant: Plant, stock: Mapping[tuple[str, str], Decimal], orders: Sequence[RuleOrder]) -> list[str]:
    """At or below its order point something must be on order, whatever any gateway said: else a need was lost."""
    found = []
    on_order = {order.item for order in orders if order.state == "open"}
    for watched in WATCHED:
        per_bin = next((loop.quantity for loop in plant.loops if loop.item == watched.item), None)
        if not watched.is_live or per_bin is None or watched.item in on_order:
            continue
        point = watched.point(plant.opening_stock()[watched.item, SUPERMARKET], per_bin)
        left = stock.get((watched.item, SUPERMARKET), Decimal(0))
        if left <= point:
            found.append(f"{left} {watched.item} are left and none is on order, expected more than {point}")
    return found
