"""What is wrong with a loop as a whole, and with loops beside each other (K1, K10); rows that cannot even be read are
master.py's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gateway.master import Loop
from gateway.quantity import format_quantity

_HOUR_MS = 3_600_000


def faults_of(loop: Loop) -> list[str]:
    """Reasons to refuse the loop, each with the numbers and what to change; empty when it is sound."""
    return [fault for check in _CHECKS if (fault := check(loop))]


def faults_between(loops: Iterable[Loop]) -> list[tuple[str, str]]:
    """What cannot be true of loops at once, with the id of the loop to look at: a family collects by one rule, and a
    source has one level, which its loops must be able to live on."""
    faults: list[tuple[str, str]] = []
    families: dict[tuple[str, str], Loop] = {}
    levelled: dict[str, list[Loop]] = {}
    for loop in loops:
        if loop.family:
            first = families.setdefault((loop.source, loop.family), loop)
            faults += [(loop.id, text) for text in _differences(loop, first, _OF_A_FAMILY, f"family {loop.family}")]
        if loop.pitch_ms:
            same = levelled.setdefault(loop.source, [])
            same.append(loop)
            faults += [(loop.id, text) for text in _differences(loop, same[0], _OF_A_LEVEL, f"source {loop.source}")]
    return faults + [(same[-1].id, text) for same in levelled.values() if (text := _overloaded(same))]


# Members that must be the same, by the names that they have in a row.
_OF_A_FAMILY = {
    "trigger_point": "trigger_point", "max_wait_s": "max_wait_ms", "deciding_gateway": "deciding_gateway",
    "pitch_s": "pitch_ms",
}  # fmt: skip
_OF_A_LEVEL = {
    "pitch_s": "pitch_ms", "pitch_cards": "pitch_cards", "calendar": "calendar", "deciding_gateway": "deciding_gateway",
}  # fmt: skip


def _differences(loop: Loop, first: Loop, members: dict[str, str], what: str) -> list[str]:
    return [
        f"{name} differs from that of {first.id}, of the same {what}: give both the same"
        for name, member in members.items()
        if getattr(loop, member) != getattr(first, member)
    ]


def _overloaded(loops: list[Loop]) -> str:
    """More cards come than are released: they would wait longer and longer."""
    known = [one for one in loops if one.quantity > 0]
    wanted = sum((Fraction(one.demand_per_hour, one.quantity) for one in known), Fraction(0))
    given = Fraction(loops[0].pitch_cards * _HOUR_MS, loops[0].pitch_ms)
    if wanted <= given:
        return ""
    return (
        f"the loops of source {loops[0].source} need {float(wanted):.2f} containers an hour, and pitch_s with "
        f"pitch_cards lets {float(given):.2f} through: make the pitch shorter or pitch_cards larger"
    )


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


def _collecting(loop: Loop) -> str:
    """Who waits is released by something, and by one thing."""
    if (loop.family or loop.pitch_ms) and loop.independent_source:
        return "an independent_source releases its cards itself: it has no family and no pitch_s"
    if loop.family and loop.trigger_point <= 1 and not loop.pitch_ms:
        return f"family {loop.family} collects nothing with trigger_point 1: set how many of its cards make a set-up"
    if (loop.family or loop.pitch_ms) and not loop.max_wait_ms:
        return "with a family or pitch_s it needs max_wait_s, so that no card waits for ever"
    if loop.is_released_when_due and loop.independent_source:
        return "an independent_source releases its cards itself: set release_when_due to false"
    if loop.is_released_when_due and not loop.demand_per_hour:
        return "release_when_due needs demand_per_hour: without it nobody knows when the line runs dry"
    if loop.is_released_when_due and loop.trigger_point <= 1 and not loop.pitch_ms:
        return "release_when_due without trigger_point or pitch_s: no card of it ever waits"
    return ""


def _level(loop: Loop) -> str:
    if not loop.pitch_ms:
        return f"pitch_cards is {loop.pitch_cards} without pitch_s" if loop.pitch_cards > 1 else ""
    if not loop.deciding_gateway:
        return "with pitch_s it needs a deciding_gateway, because only one can keep the level"
    if loop.trigger_point > loop.pitch_cards:
        return (
            f"a lot of {loop.trigger_point} cards (trigger_point) never fits into a pitch of {loop.pitch_cards}: "
            "pitch_cards must be at least as many"
        )
    return ""


_CHECKS = (_quantity, _double_posting, _same_place, _starving, _collecting, _level)
