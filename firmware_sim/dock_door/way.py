"""Ways of things that move: points in time and place, straight in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firmware_sim.dock_door.place import FAR_M, Array

THROUGH_M = 2.0  # from here on inside there is room to turn aside
Point = tuple[float, float, float]  # seconds, x, y


@dataclass(frozen=True, slots=True)
class Way:
    """Where the middle of a load is; before the first point and after the last one it is not there."""

    points: tuple[Point, ...]
    is_across: bool = False  # along the wall instead of through the door

    @property
    def rests(self) -> bool:
        """Whether it stands in one place."""
        return len({point[1:] for point in self.points}) == 1

    @property
    def begins_s(self) -> float:
        return self.points[0][0]

    @property
    def ends_s(self) -> float:
        return self.points[-1][0]

    def at(self, times: Array) -> tuple[Array, Array]:
        """x and y at these times, NaN where it is not there."""
        told = np.array(self.points, dtype=np.float64)
        x, y = np.interp(times, told[:, 0], told[:, 1]), np.interp(times, told[:, 0], told[:, 2])
        gone = (times < self.begins_s) | (times > self.ends_s)
        x[gone] = np.nan
        return x.astype(np.float32), y.astype(np.float32)


def along(stops: Sequence[tuple[float, float]], y: float, speed: float, begins_s: float) -> Way:
    """From x to x at one speed, with a pause in seconds at each: `[(-9, 0), (0, 5), (9, 0)]` stops in the door."""
    points: list[Point] = []
    at_s, last = begins_s, stops[0][0]
    for x, pause_s in stops:
        at_s += abs(x - last) / speed
        points.append((at_s, x, y))
        if pause_s:
            at_s += pause_s
            points.append((at_s, x, y))
        last = x
    return Way(tuple(points))


def put_down(way: Way, x: float, y: float, speed: float, rests_s: float) -> Way:
    """The same way as far as the door, and then to a place where it is put down for a while."""
    points = [one for one in way.points if one[1] < THROUGH_M]
    last_s, last_x, lane = points[-1]
    through_s = last_s + (THROUGH_M - last_x) / speed
    arrives_s = through_s + (abs(x - THROUGH_M) + abs(y - lane)) / speed
    return Way((*points, (through_s, THROUGH_M, lane), (arrives_s, x, y), (arrives_s + rests_s, x, y)))


def beside(x: float, speed: float, begins_s: float, *, forward: bool) -> Way:
    """Along the wall, past the door and not through it."""
    first, last = (-FAR_M, FAR_M) if forward else (FAR_M, -FAR_M)
    return Way(((begins_s, x, first), (begins_s + 2 * FAR_M / speed, x, last)), is_across=True)
