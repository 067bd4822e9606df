"""A door in real time: what is worked out of an episode is told by a reader on the network, moment by moment."""

from __future__ import annotations

import random
import time

from firmware_sim.dock_door.door import Door
from firmware_sim.dock_door.episode import Episode, Mover
from firmware_sim.dock_door.inventory import Heard
from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader

STEP_S = 0.03


class LiveDoor:
    """One reader with four antennas and two light curtains at its inputs. Times of episodes begin at 0."""

    def __init__(self, reader: LlrpReader, seed: int, standing: list[Mover] | None = None) -> None:
        self._reader = reader
        self._door = Door(seed, standing or [], has_beams=True)
        self.chance = random.Random(seed)

    def play(self, episode: Episode) -> None:
        """Until the episode is over."""
        stretch = self._door.listen(episode.begins_s, episode.ends_s, episode)
        began = time.monotonic() - stretch.begins_s
        reads: list[TagSeen] = []
        for said in stretch.said:
            self._wait_for(began + said.at_s, reads)
            if isinstance(said, Heard):
                at_s = time.time() - (time.monotonic() - began - said.at_s)
                reads.append(
                    TagSeen(said.epc, said.antenna, int(said.rssi_dbm * 100), 1, at_s, at_s, said.channel, said.phase)
                )
            else:
                self._tell(reads)
                self._reader.set_input(said.port, is_on=said.is_blocked)
        self._wait_for(began + stretch.ends_s, reads)
        self._tell(reads)

    def _wait_for(self, due_s: float, reads: list[TagSeen]) -> None:
        """What is read in between is told every STEP_S."""
        while (left_s := due_s - time.monotonic()) > STEP_S:
            self._tell(reads)
            time.sleep(min(left_s, STEP_S))

    def _tell(self, reads: list[TagSeen]) -> None:
        if reads:
            self._reader.report(list(reads))
            reads.clear()
