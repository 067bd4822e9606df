"""A day at the door, made by chance from a seed: what happens, in which share, with which pallets."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from firmware_sim.dock_door.episode import BACK, IN, NONE, OUT, Episode, Fact, Mover
from firmware_sim.dock_door.load import Load
from firmware_sim.dock_door.place import FAR_M, NEIGHBOUR_M
from firmware_sim.dock_door.way import Way, along, beside, put_down

SPEED_M_S = (0.5, 3.0)
PUT_DOWN_SHARE = 0.3  # of what comes in: put down near the door, and read there for a while
GAP_S = (8.0, 45.0)
MIX = {
    "in": 36, "out": 24, "stops": 9, "turns back": 7, "two": 7, "walks by": 6, "next door": 6, "person": 3,
    "empty truck": 2,
}  # fmt: skip


@dataclass(slots=True)
class Yard:
    """Where pallets come from and what stands around. `new_load` makes one that is to come in, `next_out` one that is
    to leave, None when none is there.
    """

    chance: random.Random
    new_load: Callable[[], Load]
    next_out: Callable[[], Load | None]
    turned_away: Callable[[], Load]  # comes up to the door and not in
    strange_load: Callable[[], Load]  # of another door, or of nobody
    standing: list[Mover] = field(default_factory=list)


def episodes(yard: Yard, count: int, begins_s: float = 90.0) -> Iterator[Episode]:
    """So many episodes, one after the other with idle time in between."""
    at_s = begins_s
    for _ in range(count):
        kind = yard.chance.choices(list(MIX), list(MIX.values()))[0]
        episode = _EPISODES[kind](yard, at_s)
        yield episode
        at_s = episode.ends_s + yard.chance.uniform(*GAP_S)


def _speed(chance: random.Random) -> float:
    low, high = SPEED_M_S
    return min(high, max(low, chance.lognormvariate(0.25, 0.45)))


def _lane(chance: random.Random) -> float:
    return max(-0.6, min(0.6, chance.gauss(0, 0.25)))


def _ends(*ways: Way) -> float:
    return max(way.ends_s for way in ways) + 3.0


def _fact(kind: str, load: Load, direction: str, way: Way, speed: float) -> Fact:
    return Fact(kind, load.name, direction, way.begins_s, way.ends_s, len(load.epcs), load.material, speed)


def _through(yard: Yard, at_s: float, direction: str, kind: str, stops: list[tuple[float, float]]) -> Episode:
    load = yard.new_load() if direction == IN else yard.next_out()
    if load is None:
        return _through(yard, at_s, IN, kind.replace("out", "in"), [(-x, pause) for x, pause in stops])
    speed, lane = _speed(yard.chance), _lane(yard.chance)
    way = along(stops, lane, speed, at_s)
    movers = [Mover(load, way)]
    if direction == IN and yard.chance.random() < PUT_DOWN_SHARE:
        x, y = yard.chance.uniform(5.0, 7.0), yard.chance.choice((-1, 1)) * yard.chance.uniform(2.2, 4.5)
        way = put_down(way, x, y, speed, yard.chance.uniform(40, 240))
        yard.standing.append(Mover(load, _resting(way), has_truck=False))
        movers = [Mover(load, _driving(way))]
    fact = _fact(kind, load, direction, movers[0].way, speed)
    return Episode(kind, at_s, _ends(movers[0].way), movers, [fact])


def _driving(way: Way) -> Way:
    return Way(way.points[:-1])


def _resting(way: Way) -> Way:
    (from_s, x, y), (until_s, _, _) = way.points[-2:]
    return Way(((from_s, x, y), (until_s, x, y)))


def _in(yard: Yard, at_s: float) -> Episode:
    return _through(yard, at_s, IN, "in", [(-FAR_M, 0), (FAR_M, 0)])


def _out(yard: Yard, at_s: float) -> Episode:
    return _through(yard, at_s, OUT, "out", [(FAR_M, 0), (-FAR_M, 0)])


def _stops(yard: Yard, at_s: float) -> Episode:
    """It waits somewhere about the door and goes on."""
    direction = yard.chance.choice((IN, OUT))
    sign = 1 if direction == IN else -1
    stop = (yard.chance.uniform(-1.5, 1.5), yard.chance.uniform(2, 9))
    stops = [(-FAR_M * sign, 0.0), stop, (FAR_M * sign, 0.0)]
    return _through(yard, at_s, direction, f"stops {direction}", stops)


def _turns_back(yard: Yard, at_s: float) -> Episode:
    """It comes up to the door, or into it, and goes back the way it came."""
    chance = yard.chance
    is_coming = chance.random() < 0.6
    load = yard.turned_away() if is_coming else yard.next_out() or yard.turned_away()
    sign = 1 if is_coming else -1
    deepest, speed = chance.uniform(-2.5, 0.3), _speed(chance)
    way = along(
        [(-FAR_M * sign, 0), (deepest * sign, chance.uniform(0.5, 4)), (-FAR_M * sign, 0)], _lane(chance), speed, at_s
    )
    fact = _fact("turns back", load, BACK, way, speed)
    fact.deepest_m = deepest
    return Episode("turns back", at_s, _ends(way), [Mover(load, way)], [fact])


def _two(yard: Yard, at_s: float) -> Episode:
    """One behind the other, both in."""
    speed, chance = min(_speed(yard.chance), 2.0), yard.chance
    first, second = yard.new_load(), yard.new_load()
    gap_s = chance.uniform(4.2, 9.0) / speed  # a truck and some room between their middles
    ways = [along([(-FAR_M, 0), (FAR_M, 0)], _lane(chance), speed, begins) for begins in (at_s, at_s + gap_s)]
    facts = [_fact("two", load, IN, way, speed) for load, way in zip((first, second), ways, strict=True)]
    for fact in facts:
        fact.gap_s = gap_s
    return Episode("two", at_s, _ends(*ways), [Mover(first, ways[0]), Mover(second, ways[1])], facts)


def _walks_by(yard: Yard, at_s: float) -> Episode:
    """Along the wall inside, with a pallet, past the open door."""
    load, speed = yard.strange_load(), _speed(yard.chance)
    way = beside(yard.chance.uniform(2.4, 4.5), speed, at_s, forward=yard.chance.random() < 0.5)
    return Episode("walks by", at_s, _ends(way), [Mover(load, way)], [_fact("walks by", load, NONE, way, speed)])


def _next_door(yard: Yard, at_s: float) -> Episode:
    """Through the neighbouring door."""
    load, speed = yard.strange_load(), _speed(yard.chance)
    sign, side = yard.chance.choice((-1, 1)), yard.chance.choice((-1, 1))
    way = along([(-FAR_M * sign, 0), (FAR_M * sign, 0)], side * NEIGHBOUR_M + _lane(yard.chance), speed, at_s)
    return Episode("next door", at_s, _ends(way), [Mover(load, way)], [_fact("next door", load, NONE, way, speed)])


def _person(yard: Yard, at_s: float) -> Episode:
    sign = yard.chance.choice((-1, 1))
    way = along([(-3.0 * sign, 0), (3.0 * sign, 0)], _lane(yard.chance), 1.3, at_s)
    return Episode("person", at_s, _ends(way), [Mover(None, way, has_truck=False)])


def _empty_truck(yard: Yard, at_s: float) -> Episode:
    sign = yard.chance.choice((-1, 1))
    way = along([(-FAR_M * sign, 0), (FAR_M * sign, 0)], _lane(yard.chance), _speed(yard.chance), at_s)
    return Episode("empty truck", at_s, _ends(way), [Mover(None, way)])


_EPISODES: dict[str, Callable[[Yard, float], Episode]] = {
    "in": _in, "out": _out, "stops": _stops, "turns back": _turns_back, "two": _two, "walks by": _walks_by,
    "next door": _next_door, "person": _person, "empty truck": _empty_truck,
}  # fmt: skip
