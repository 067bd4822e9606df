"""The door as a stream of what its reader says: reads and edges in time, and the truth beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from firmware_sim.dock_door.episode import Edge, Episode, Mover, edges_of, judge
from firmware_sim.dock_door.inventory import Audience, Heard, channels_of, listen, slots
from firmware_sim.dock_door.radio import Radio

Said = Heard | Edge


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the reader said in one stretch of time, in order, and the episode behind it (None: idle)."""

    begins_s: float
    ends_s: float
    said: list[Said]
    episode: Episode | None = None


class Door:
    """`standing` may be added to while it runs; what stands there is read as long as its way says."""

    def __init__(self, seed: int, standing: list[Mover], *, has_beams: bool) -> None:
        self._radio = Radio(seed)
        self._seed = seed
        self._standing = standing
        self._has_beams = has_beams
        self._count = 0

    def stretches(self, episodes: Iterable[Episode]) -> Iterator[Stretch]:
        """Idle time and episodes in turn, from second 0."""
        at_s = 0.0
        for episode in episodes:
            if episode.begins_s > at_s:
                yield self.listen(at_s, episode.begins_s, None)
            yield self.listen(episode.begins_s, episode.ends_s, episode)
            at_s = episode.ends_s
        yield self.listen(at_s, at_s + 10.0, None)

    def listen(self, begins_s: float, ends_s: float, episode: Episode | None) -> Stretch:
        """What the reader says between two times."""
        self._count += 1
        times = slots(begins_s, ends_s)
        channels = channels_of(times)
        movers = [*(episode.movers if episode else ()), *self._standing]
        loads = [
            (one.load, self._radio.link(one.load, one.way, times, channels, has_truck=one.has_truck))
            for one in movers
            if one.load is not None and one.way.begins_s < ends_s and one.way.ends_s > begins_s
        ]
        heard = listen(Audience.of(loads), times, self._seed * 100_003 + self._count) if loads else []
        said: list[Said] = list(heard)
        if episode is not None:
            judge(episode, heard, has_beams=self._has_beams)
            if self._has_beams:
                said = sorted([*heard, *edges_of(episode)], key=lambda one: one.at_s)
        self._standing[:] = [one for one in self._standing if one.way.ends_s > ends_s]
        return Stretch(begins_s, ends_s, said, episode)
