"""Where everything is, in metres: x along the way (0 is the door, below it outside), y across, z up."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]

DOOR_HALF_M = 1.6  # behind it stand the posts, and the wall
TILT_DEG = 30.0  # antennas look across the way and a little away from the door
OUTSIDE, INSIDE = "outside", "inside"


@dataclass(frozen=True, slots=True)
class Antenna:
    """One antenna of the portal; `port` as the reader counts them."""

    port: int
    side: str
    at: tuple[float, float, float]
    looks: tuple[float, float, float]  # unit vector


def _antenna(port: int, side: str, x: float, y: float) -> Antenna:
    away = -1.0 if side == OUTSIDE else 1.0
    across = -1.0 if y > 0 else 1.0
    tilt = radians(TILT_DEG)
    return Antenna(port, side, (x, y, 1.3), (away * sin(tilt), across * cos(tilt), 0.0))


ANTENNAS = (
    _antenna(1, OUTSIDE, -0.8, 1.7), _antenna(2, OUTSIDE, -0.8, -1.7),
    _antenna(3, INSIDE, 0.8, 1.7), _antenna(4, INSIDE, 0.8, -1.7),
)  # fmt: skip
BEAMS = {1: -0.4, 2: 0.4}  # GPI port and where the beam crosses the way: the outer one and the inner one

FAR_M = 9.0  # from here on nothing is read at this door
NEIGHBOUR_M = 5.0  # the next door beside this one
TRUCK_LENGTH_M, TRUCK_WIDTH_M, TRUCK_HEIGHT_M = 2.6, 1.2, 2.1
