"""How strongly each antenna hears each tag: path loss, antenna pattern, what stands in between, and echoes.

What is fitted to what:
- power, gains and losses so that RSSI lies between -77 and -28 dBm, as in public raw traces of dock doors; a tag on a
  carton is then read up to some 7 m away in the open, and 2 m behind ten decibels of goods;
- echoes as a sum of plane waves from walls, floor and trucks (Rice, K about 4 dB), so that two places a few centimetres
  apart hear differently and another channel hears anew;
- measurement noise to what readers tell of a tag that does not move (about 1 dB).
Not fitted: nobody measured this door. Attenuation by goods is a plain number for each metre of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware_sim.dock_door.load import LENGTH_M, SWALLOWS_DB_M, WIDTH_M, Load
from firmware_sim.dock_door.place import (
    ANTENNAS,
    DOOR_HALF_M,
    TRUCK_HEIGHT_M,
    TRUCK_LENGTH_M,
    TRUCK_WIDTH_M,
    Antenna,
    Array,
)
from firmware_sim.dock_door.way import Way

WAVELENGTH_M = 0.325  # 922 MHz
POWER_DBM, ANTENNA_DB = 27.0, 6.0  # as a portal is tuned, so that it does not hear the yard
LOSS_AT_1M_DB = 31.7
NEAREST_M = 0.5  # posts keep everything so far from the antennas
BEAM_HALF_DEG, BACK_DB = 35.0, 22.0  # where the antenna is 3 dB weaker; behind it
BACKSCATTER_DB = -6.0
SWALLOWED_AT_MOST_DB, TRUCK_DB, WALL_DB = 32.0, 18.0, 25.0
ECHOES, RICE_K_DB = 5, 4.0
CHANNELS = 16


@dataclass(frozen=True, slots=True)
class Link:
    """Of one load at every antenna: tags x times, decibels."""

    at_tag_dbm: list[Array]  # what reaches the tag, by antenna
    rssi_dbm: list[Array]  # what comes back
    distance_m: list[Array]


class Radio:
    """The door's air. Deterministic by its seed."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        waves = chance.normal(size=(len(ANTENNAS), ECHOES, 3))
        waves *= 2 * np.pi / WAVELENGTH_M / np.linalg.norm(waves, axis=2, keepdims=True)
        self._waves = waves.astype(np.float32)
        self._phases = chance.uniform(0, 2 * np.pi, (len(ANTENNAS), CHANNELS, ECHOES)).astype(np.float32)
        self._known: dict[tuple[str, tuple[float, ...]], Link] = {}
        self._share = np.float32((10 ** (-RICE_K_DB / 10) / ECHOES) ** 0.5)

    def link(self, load: Load, way: Way, times: Array, channels: Array, *, has_truck: bool = True) -> Link:
        """`channels`: which one is used at each time."""
        if way.rests:
            return self._resting(load, way, times, channels)
        x, y = way.at(times)
        return self._link(load, way, x, y, channels, has_truck=has_truck)

    def _resting(self, load: Load, way: Way, times: Array, channels: Array) -> Link:
        """What does not move hears the same in each channel: worked out once for each."""
        key = (load.name, way.points[0][1:])
        known = self._known.get(key)
        if known is None:
            x, y = (np.full(CHANNELS, one, dtype=np.float32) for one in way.points[0][1:])
            known = self._known[key] = self._link(load, way, x, y, np.arange(CHANNELS), has_truck=False)
        is_gone = (times < way.begins_s) | (times > way.ends_s)
        return Link(
            [np.where(is_gone, np.float32(-200), one[:, channels]) for one in known.at_tag_dbm],
            [one[:, channels] for one in known.rssi_dbm],
            [one[:, channels] for one in known.distance_m],
        )

    def _link(self, load: Load, way: Way, x: Array, y: Array, channels: Array, *, has_truck: bool) -> Link:
        heading = _headings(x, y, way)
        tags = _places(load, x, y, heading)
        found = Link([], [], [])
        for number, antenna in enumerate(ANTENNAS):
            vector = np.array(antenna.at, dtype=np.float32) - tags
            distance = np.maximum(np.sqrt((vector * vector).sum(axis=2)), np.float32(NEAREST_M))
            unit = vector / distance[..., None]
            total = _pattern(antenna, unit) - LOSS_AT_1M_DB - 20 * np.log10(distance)
            total += load.gains_db[:, None] - _in_goods(load, unit, heading) - _at_wall(antenna, tags)
            if has_truck:
                total -= _behind_truck(tags, unit, distance, x, y, heading)
            total += self._echo(number, tags, channels)
            total = np.where(np.isnan(total), np.float32(-200), total)
            found.at_tag_dbm.append(POWER_DBM + total)
            found.rssi_dbm.append(POWER_DBM + 2 * total + BACKSCATTER_DB)
            found.distance_m.append(distance)
        return found

    def _echo(self, antenna: int, tags: Array, channels: Array) -> Array:
        angle = tags @ self._waves[antenna].T + self._phases[antenna][channels][None, :, :]
        real = 1 + self._share * np.cos(angle).sum(axis=2)
        imaginary = self._share * np.sin(angle).sum(axis=2)
        told: Array = 10 * np.log10(np.maximum(real * real + imaginary * imaginary, 1e-3))
        return told


def _headings(x: Array, y: Array, way: Way) -> Array:
    """Which way it looks, as the sign along its axis; where it stands still it looks as before."""
    moved = np.diff(y if way.is_across else x, prepend=np.nan)
    sign = np.sign(moved)
    sign[np.isnan(sign)] = 0
    known = np.where(sign != 0, np.arange(len(sign)), 0)
    np.maximum.accumulate(known, out=known)
    filled = sign[known]
    first = filled[np.argmax(filled != 0)] if (filled != 0).any() else 1.0
    told: Array = np.where(filled == 0, first, filled).astype(np.float32)
    # a truck that turns back goes backwards: it looks the way it came
    return np.full_like(told, told[0] if len(told) else 1.0) if not way.is_across else told


def _places(load: Load, x: Array, y: Array, heading: Array) -> Array:
    """Tags x times x 3."""
    spots = load.spots
    tags = np.empty((len(spots), len(x), 3), dtype=np.float32)
    tags[..., 0] = x[None, :] + spots[:, 0:1] * heading[None, :]
    tags[..., 1] = y[None, :] + spots[:, 1:2] * heading[None, :]
    tags[..., 2] = spots[:, 2:3]
    return tags


def _pattern(antenna: Antenna, unit: Array) -> Array:
    """Gain towards a tag; `unit` points from the tag to the antenna."""
    cosine = -(unit @ np.array(antenna.looks, dtype=np.float32))
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    told: Array = ANTENNA_DB - np.minimum(3 * (angle / BEAM_HALF_DEG) ** 2, BACK_DB)
    return told


def _in_goods(load: Load, unit: Array, heading: Array) -> Array:
    """What the own pallet swallows: the length of the straight way through it."""
    half = np.array([LENGTH_M / 2, WIDTH_M / 2], dtype=np.float32)
    along, across = unit[..., 0] * heading[None, :], unit[..., 1] * heading[None, :]
    to_side = [
        (np.where(part >= 0, half[axis], -half[axis]) - load.spots[:, axis : axis + 1]) / _not_zero(part)
        for axis, part in enumerate((along, across))
    ]
    up = (load.height_m + 0.15 - load.spots[:, 2:3]) / _not_zero(np.abs(unit[..., 2]))
    length = np.minimum(np.minimum(to_side[0], to_side[1]), np.maximum(up, 0))
    told: Array = np.minimum(np.maximum(length, 0) * SWALLOWS_DB_M[load.material], SWALLOWED_AT_MOST_DB)
    return told


def _behind_truck(tags: Array, unit: Array, distance: Array, x: Array, y: Array, heading: Array) -> Array:
    """The truck stands behind its load: where the way to the antenna goes through it, little is left."""
    rear = x - heading * (LENGTH_M / 2)
    low, high = np.minimum(rear, rear - heading * TRUCK_LENGTH_M), np.maximum(rear, rear - heading * TRUCK_LENGTH_M)
    step = _not_zero(unit[..., 0])
    enter, leave = (low[None, :] - tags[..., 0]) / step, (high[None, :] - tags[..., 0]) / step
    enter, leave = np.minimum(enter, leave), np.maximum(enter, leave)
    enter = np.maximum(enter, 0)
    middle = (enter + np.minimum(leave, distance)) / 2
    is_on_way = (leave > enter) & (enter < distance)
    is_inside = np.abs(tags[..., 1] + unit[..., 1] * middle - y[None, :]) < TRUCK_WIDTH_M / 2
    is_low = tags[..., 2] + unit[..., 2] * middle < TRUCK_HEIGHT_M
    told: Array = np.where(is_on_way & is_inside & is_low, np.float32(TRUCK_DB), np.float32(0))
    return told


def _at_wall(antenna: Antenna, tags: Array) -> Array:
    """Beside the door there is a wall."""
    x, y = antenna.at[0], antenna.at[1]
    is_other_side = (tags[..., 0] > 0) != (x > 0)
    share = x / _not_zero(x - tags[..., 0])
    crossing = y + (tags[..., 1] - y) * share
    told: Array = np.where(is_other_side & (np.abs(crossing) > DOOR_HALF_M), np.float32(WALL_DB), np.float32(0))
    return told


def _not_zero(values: Array) -> Array:
    told: Array = np.where(np.abs(values) < 1e-4, np.float32(1e-4), values)
    return told
