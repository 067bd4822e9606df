"""Levelling (heijunka): in which order the packs of several items are made, evenly mixed over a shift.

A pitch is the time in which the line makes one pack: takt x pack. In each pitch the source is given so much and no
more, so that it sees a steady flow instead of what the day happened to bring. What is given when is decided by
gateway/kanban/levelling.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.reorder.working_time import Calendar, next_slot, shift_at

SLOTS_LIMIT = 10_000  # pitches of one plan


@dataclass(frozen=True, slots=True)
class Pitch:
    """A stretch of a source's working time, in milliseconds since 1970 UTC, up to but without its end."""

    start_ms: int
    end_ms: int


def pitch_ms(work_ms: int, packs: int) -> int | None:
    """Milliseconds for one pack when `packs` are made in `work_ms` of working time, down; None without packs."""
    return work_ms // packs if packs > 0 else None


def pitch_at(calendar: Calendar, length_ms: int, at_ms: int) -> Pitch | None:
    """The pitch that runs at an instant; None when nobody works.

    Pitches are counted from the beginning of each shift. The last one of a shift is longer rather than cut short, and a
    shift that is shorter than a pitch is one.
    """
    shift = shift_at(calendar, at_ms)
    if shift is None:
        return None
    start_ms, end_ms = shift
    last = max(1, (end_ms - start_ms) // length_ms) - 1
    n = min((at_ms - start_ms) // length_ms, last)
    return Pitch(start_ms + n * length_ms, end_ms if n == last else start_ms + (n + 1) * length_ms)


def pitches(calendar: Calendar, length_ms: int, from_ms: int) -> Iterator[Pitch]:
    """The pitch that runs and all that follow; none when nobody works within working_time.HORIZON_DAYS."""
    worked = replace(calendar, slots=())  # when deliveries arrive is another matter
    at_ms = next_slot(worked, from_ms)
    while at_ms is not None:
        pitch = pitch_at(worked, length_ms, at_ms)
        if pitch is None:
            return
        yield pitch
        at_ms = next_slot(worked, pitch.end_ms)


def next_turn(wanted: Mapping[str, int], made: Mapping[str, int], among: frozenset[str] | None = None) -> str | None:
    """Whose turn it is when so many of the wanted packs are made; None when nothing of it is left.

    It is the one that lies furthest behind its even share, `(k + 1) * packs / all - made` (goal chasing, Monden), and
    of equals the first by name. `among` are those that have something to be made now; None: all of them.
    """
    total, k = sum(wanted.values()), sum(made.values())
    behind = {
        name: (k + 1) * wanted[name] - made.get(name, 0) * total
        for name in sorted(wanted)
        if made.get(name, 0) < wanted[name] and (among is None or name in among)
    }
    return max(behind, key=behind.__getitem__) if behind else None


def levelled(packs: Mapping[str, int]) -> tuple[str, ...]:
    """The order in which the packs of several items are made so that each is spread evenly over the pitches.

    Items with no packs do not appear; more than SLOTS_LIMIT packs are cut.
    """
    wanted = {name: count for name, count in packs.items() if count > 0}
    made = dict.fromkeys(wanted, 0)
    plan: list[str] = []
    while len(plan) < SLOTS_LIMIT and (chosen := next_turn(wanted, made)) is not None:
        made[chosen] += 1
        plan.append(chosen)
    return tuple(plan)
