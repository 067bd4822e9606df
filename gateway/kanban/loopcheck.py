"""What is wrong with a loop as a whole (K1, K10); rows that cannot even be read are master.py's business."""

from __future__ import annotations

from gateway.master import Loop
from gateway.quantity import format_quantity

_HOUR_MS = 3_600_000


def faults_of(loop: Loop) -> list[str]:
    """Reasons to refuse the loop, each with the numbers and what to change; empty when it is sound."""
    return [fault for check in (_quantity, _double_posting, _same_place, _starving) if (fault := check(loop))]


def classic_cards(loop: Loop) -> int:
    """N = ceil(D * L / C), at least 1: cards that carry the demand of one replenishment time."""
    need = loop.demand_per_hour * loop.replenishment_ms
    return max(1, -(-need // (_HOUR_MS * loop.quantity)))


def _quantity(loop: Loop) -> str:
    return "" if loop.quantity > 0 else "quantity is 0, expected what one container holds"


def _double_posting(loop: Loop) -> str:
    """K1: back-flush plus scan-empty consumption turns a bin of 40 into -80."""
    if loop.backflush and loop.on_empty != "none":
        return (
            f"consumption would be posted twice, by back-flush and by on_empty = {loop.on_empty}: "
            "set on_empty to none, or backflush to false"
        )
    return ""


def _same_place(loop: Loop) -> str:
    if loop.consumer == loop.source and "transfer" in (loop.on_empty, loop.on_full):
        return f"it transfers from {loop.source} to itself: source and consumer must differ"
    return ""


def _starving(loop: Loop) -> str:
    """K10: while trigger_point - 1 cards wait, the others must still feed the line."""
    if loop.trigger_point <= 1 or loop.quantity <= 0:
        return ""
    least = classic_cards(loop) + loop.trigger_point - 1
    if loop.cards >= least:
        return ""
    return (
        f"{loop.cards} cards cannot feed the line with trigger point {loop.trigger_point}: at least {least} are needed "
        f"(demand {format_quantity(loop.demand_per_hour)}/h, {loop.replenishment_ms // 1000} s to replenish, "
        f"{format_quantity(loop.quantity)} per container)"
    )
