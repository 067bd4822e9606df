"""Levelling (heijunka): which waiting lots are released in which pitch, evenly mixed over a shift.

A pitch is the time in which the line makes one pack: takt x pack. In each pitch one pack may be released, so that the
source sees a steady flow instead of what the day happened to bring. The batch itself (trigger point, maximum age) is
decided by gateway/kanban/batch.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SLOTS_LIMIT = 10_000  # pitches of one plan


@dataclass(frozen=True, slots=True)
class Release:
    """How many waiting cards may go now, and why."""

    cards: int
    why: str  # trigger point, maximum age, due, or "" for none


def pitch_ms(takt_ms: int, pack: int, unit: int) -> int:
    """Milliseconds in which the line makes a pack of `pack` micro-units, one of `unit` micro-units per takt; up."""
    return -(-takt_ms * pack // unit)


def takt_ms(worked_ms: int, demand: int, unit: int) -> int | None:
    """Milliseconds per `unit` micro-units: working time / demand, rounded down so that the day's demand is made."""
    return worked_ms * unit // demand if demand > 0 else None


def released(
    waits_ms: Sequence[int], *, trigger_point: int, max_wait_ms: int = 0, due_in_ms: int | None = None,
    replenishment_ms: int = 0, free_pitches: int | None = None,
) -> Release:  # fmt: skip
    """Whether the waiting cards of a family go: `waiting >= trigger_point`, oldest wait >= max_wait_ms, or due.

    `waits_ms` is how long each card waits. Due: the need comes within the replenishment time. `free_pitches` limits how
    many may go now; the others wait for the next pitch.
    """
    waiting = len(waits_ms)
    if not waiting:
        return Release(0, "")
    why = ""
    if waiting >= max(1, trigger_point):
        why = "trigger point"
    elif max_wait_ms and max(waits_ms) >= max_wait_ms:
        why = "maximum age"
    elif due_in_ms is not None and due_in_ms <= replenishment_ms:
        why = "due"
    if not why:
        return Release(0, "")
    cards = waiting if free_pitches is None else min(waiting, max(0, free_pitches))
    return Release(cards, why if cards else "")


def levelled(packs: Mapping[str, int]) -> tuple[str, ...]:
    """The order in which the packs of several items are made so that each is spread evenly over the pitches.

    In each pitch the item goes that lies furthest behind its even share, `(k + 1) * packs / all - made` (goal chasing,
    Monden), and of equals the first by name. Items with no packs do not appear; more than SLOTS_LIMIT packs are cut.
    """
    wanted = {name: count for name, count in sorted(packs.items()) if count > 0}
    total = sum(wanted.values())
    made = dict.fromkeys(wanted, 0)
    plan: list[str] = []
    for k in range(min(total, SLOTS_LIMIT)):
        behind = {name: (k + 1) * wanted[name] - made[name] * total for name in wanted if made[name] < wanted[name]}
        chosen = max(behind, key=lambda name: behind[name])
        made[chosen] += 1
        plan.append(chosen)
    return tuple(plan)
