"""What a reader makes of it: rounds at one antenna after the other, each tag once a round, while there is time for it.

Fitted to public raw traces of fixed readers: a median of about 100 reads a second at a busy door, peaks of about 200,
3 to 60 reads of a tag that goes through. A round costs ROUND_S and READ_S for each tag, so few tags are read slowly by
count and often by tag, many tags fast by count and seldom by tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from firmware_sim.dock_door.load import Load
from firmware_sim.dock_door.place import ANTENNAS, Array
from firmware_sim.dock_door.radio import CHANNELS, WAVELENGTH_M, Link

SLOT_S = 0.05
ROUND_S, READ_S = 0.050, 0.0045
ROUND_LIMIT = 120  # tags; then the next antenna has its turn
SENSITIVE_DBM, SOFT_DB = -17.5, 0.8  # what wakes a tag, and how sharply
HEARD_DBM = -80.0
MISSED_SHARE = 0.06  # collisions and broken answers
NOISE_DB = 0.9
HOP_S = 2.0


class Heard(NamedTuple):
    """One read as the reader tells it."""

    at_s: float
    epc: str
    antenna: int
    rssi_dbm: float
    channel: int
    phase: int  # 0 to 4095


@dataclass(slots=True)
class Audience:
    """Loads with their links over the same slots of time."""

    epcs: list[str]
    at_tag_dbm: list[Array]  # by antenna: tags x slots
    rssi_dbm: list[Array]
    distance_m: list[Array]

    @classmethod
    def of(cls, loads: Sequence[tuple[Load, Link]]) -> Audience:
        ports = range(len(ANTENNAS))
        return cls(
            [epc for load, _ in loads for epc in load.epcs],
            [np.concatenate([link.at_tag_dbm[n] for _, link in loads]) for n in ports],
            [np.concatenate([link.rssi_dbm[n] for _, link in loads]) for n in ports],
            [np.concatenate([link.distance_m[n] for _, link in loads]) for n in ports],
        )


def slots(begins_s: float, ends_s: float) -> Array:
    """The times at which links are worked out."""
    return np.arange(begins_s, ends_s, SLOT_S)


def channels_of(times: Array) -> Array:
    """The channel at each time: another one every HOP_S."""
    hops = (times / HOP_S).astype(np.int64)
    return ((hops * 7) % CHANNELS).astype(np.int64)


def listen(audience: Audience, times: Array, seed: int) -> list[Heard]:
    """All reads, in time."""
    chance = np.random.default_rng(seed)
    channels = channels_of(times)
    heard: list[Heard] = []
    at_s, port, last = float(times[0]), 0, float(times[-1])
    while at_s < last:
        woken = _woken(audience, port, int((at_s - times[0]) / SLOT_S), chance)
        chance.shuffle(woken)
        woken = woken[:ROUND_LIMIT]
        heard += _round(audience, port, woken, at_s + ROUND_S, times, channels, chance)
        at_s, port = at_s + ROUND_S + READ_S * len(woken), (port + 1) % len(ANTENNAS)
    return heard


def _woken(audience: Audience, port: int, slot: int, chance: np.random.Generator) -> Array:
    power = audience.at_tag_dbm[port][:, slot]
    near = np.flatnonzero(power > SENSITIVE_DBM - 3)
    if not len(near):
        return near
    margin = power[near] - SENSITIVE_DBM + chance.normal(0, SOFT_DB, len(near))
    return near[(margin > 0) & (chance.random(len(near)) > MISSED_SHARE)]


def _round(
    audience: Audience, port: int, tags: Array, begins_s: float, times: Array, channels: Array,
    chance: np.random.Generator,
) -> list[Heard]:  # fmt: skip
    """Each of these tags in turn; one that is out of reach by then is not heard."""
    if not len(tags):
        return []
    at = begins_s + READ_S * np.arange(1, len(tags) + 1)
    slot = np.minimum(((at - times[0]) / SLOT_S).astype(np.int64), len(times) - 1)
    level, power = audience.rssi_dbm[port][tags, slot], audience.at_tag_dbm[port][tags, slot]
    told = np.round(2 * (level + chance.normal(0, NOISE_DB, len(tags)))) / 2
    channel = channels[slot]
    turns = 2 * audience.distance_m[port][tags, slot] / WAVELENGTH_M + channel * 0.37 + port * 0.11
    phase = (np.nan_to_num(turns % 1) * 4096).astype(np.int64)
    is_heard = (level > HEARD_DBM) & (power > SENSITIVE_DBM - SOFT_DB)
    number, epcs = ANTENNAS[port].port, audience.epcs
    rows = zip(at.tolist(), tags.tolist(), told.tolist(), (channel + 1).tolist(), phase.tolist(), strict=True)
    return [
        Heard(moment, epcs[tag], number, rssi, hop, turn)
        for (moment, tag, rssi, hop, turn), one in zip(rows, is_heard.tolist(), strict=True) if one
    ]  # fmt: skip
