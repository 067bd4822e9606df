"""Levelling (heijunka): in which order the packs of several items are made, evenly mixed over a shift.

A pitch is the time in which the line makes one pack: takt x pack. In each pitch one pack is released, so that the
source sees a steady flow instead of what the day happened to bring. When waiting cards become a batch (trigger point,
maximum age) is decided by gateway/kanban/batch.py.
"""

from __future__ import annotations

from collections.abc import Mapping

SLOTS_LIMIT = 10_000  # pitches of one plan


def pitch_ms(work_ms: int, packs: int) -> int | None:
    """Milliseconds for one pack when `packs` are made in `work_ms` of working time, down; None without packs."""
    return work_ms // packs if packs > 0 else None


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
