"""Portals at work: readers' threads put in what they see, one thread drives the trackers and stores what went through.

A reader's thread never waits here. What does not fit into the queue is lost reads, so the passage of that moment is
incomplete. The opening of a passage is committed at once: when the gateway dies in the middle of one, the next start
finds the opening without an end, and says so in red.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, Full, Queue
from typing import Any

from drivers.base import read_now
from gateway.clock import Clock
from gateway.ids import natural_id, new_id
from gateway.model import Scan, Verdict
from gateway.passage import UNKNOWN, Closed, Opened, Passage
from gateway.pipeline import Submit
from gateway.portal.rules import Layout
from gateway.portal.tracker import News, Tracker
from gateway.portal_post import PortalPost
from gateway.tag import CUT_OFF, OVERFLOWED, InputEdge, ReadsLost, TagRead

CALLS_LIMIT = 5_000  # of readers' threads that wait for the desk's
CALLS_AT_ONCE = 500  # between two looks at the clock
TICK_S = 0.1
STOP_MS = 3_000  # how long the last ones are tried to be stored
OVERFLOW_SHOWN_MS = 600_000
LOOK_MS = 1_000  # how often it is looked whether a beam is stuck or blind
BLIND_READS, BLIND_MS = 200, 60_000  # strong reads without a beam within this time: is one of them blind?
QUIET_CODES = frozenset({"PASSAGE_OPENED", "PORTAL_EMPTY"})  # nobody is waiting for that
WITHOUT_END = "the gateway stopped while it was in the door"

Show = Callable[[str, Verdict], None]
Call = tuple[str, Any, int]  # device, what it says, when


@dataclass(slots=True)
class _Door:
    tracker: Tracker
    station: str
    post: PortalPost
    ids: dict[int, str] = field(default_factory=dict)  # of the passage that is open
    unopened: int = 0
    blind_ms: int = 0
    opened: int = 0


class PortalDesk:
    """The sink of all readers that stand at a portal; `run` is its thread."""

    def __init__(
        self,
        portals: Sequence[tuple[Layout, str]],
        submit: Submit,
        clock: Clock,
        show: Show,
        *,
        warn: Callable[[str, str], None] = lambda code, text: None,
        clear: Callable[[str], None] = lambda code: None,
    ) -> None:
        """`portals`: each with its station. `show` gets station and verdict after the commit, in the desk's thread."""
        self._clock = clock
        self._show = show
        self._warn = warn
        self._clear = clear
        self._calls: Queue[Call | None] = Queue(CALLS_LIMIT)
        self._missed: set[str] = set()  # devices whose calls did not fit
        self._look_ms = 0
        self._overflow_ms: int | None = None
        self._doors = {
            layout.portal: _Door(Tracker(layout), station, PortalPost(submit, clock, self._told, self._wake))
            for layout, station in portals
        }
        self.readers = frozenset(name for layout, _ in portals for name in layout.readers)
        now_ms = clock.mono_ms()
        for name in self.readers:  # nothing is seen until a reader says that it reads
            self._take((name, ReadsLost(CUT_OFF, now_ms), now_ms))

    # -- called by readers, each in its own thread ---------------------------------------------

    def tags(self, device: str, reads: Sequence[TagRead]) -> None:
        self._put(device, reads)

    def edge(self, device: str, edge: InputEdge) -> None:
        self._put(device, edge)

    def lost(self, device: str, lost: ReadsLost) -> None:
        self._put(device, lost)

    def restored(self, device: str, at_ms: int) -> None:
        self._put(device, at_ms)

    # -- the desk's own thread -----------------------------------------------------------------

    def resume(self, open_facts: Mapping[str, Mapping[str, Any]]) -> None:
        """Passages whose end was never stored: `open_facts` by their id, as the journal has them."""
        for name, fact in open_facts.items():
            portal = str(fact["portal"])
            now_ms = self._clock.mono_ms()
            passage = Passage(portal, now_ms, now_ms, "", "stop", 0, UNKNOWN, incomplete=WITHOUT_END, id=name)
            door = self._doors.get(portal) or next(iter(self._doors.values()))
            door.post.put(self._scan(passage, portal, str(fact["sta"]), natural_id(portal, f"{name}/end")))

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; what is in the door then is told as incomplete."""
        while not stop.is_set():
            self.turn(TICK_S)
        self._drain()
        end_ms = self._clock.mono_ms() + STOP_MS
        for door in self._doors.values():
            self._hear(door, door.tracker.stop(self._clock.mono_ms()))
        while self.waiting and self._clock.mono_ms() < end_ms:
            self.turn(TICK_S)

    @property
    def waiting(self) -> int:
        """How many openings and passages are not on disk yet."""
        return sum(door.post.waiting for door in self._doors.values())

    def turn(self, wait_s: float) -> None:
        """Take what came, let time pass, store."""
        try:
            call = self._calls.get(timeout=wait_s) if wait_s else self._calls.get_nowait()
        except Empty:
            pass
        else:
            self._take(call)
            self._drain()
        now_ms = self._clock.mono_ms()
        for door in self._doors.values():
            self._hear(door, door.tracker.tick(now_ms))
            if dropped := door.post.take_dropped():
                self._tell_dropped(door, dropped)
            door.post.turn()
        if now_ms >= self._look_ms:
            self._look_ms = now_ms + LOOK_MS
            self._look(now_ms)

    # -- inner -----------------------------------------------------------------------------

    def _put(self, device: str, what: Any) -> None:
        try:
            self._calls.put_nowait((device, what, self._clock.mono_ms()))
        except Full:
            self._missed.add(device)

    def _wake(self) -> None:
        try:
            self._calls.put_nowait(None)
        except Full:  # then it is awake anyway
            pass

    def _drain(self) -> None:
        for _ in range(CALLS_AT_ONCE):
            try:
                self._take(self._calls.get_nowait())
            except Empty:
                break
        while self._missed:
            device = self._missed.pop()
            now_ms = self._clock.mono_ms()
            self._take((device, ReadsLost(OVERFLOWED, now_ms), now_ms))
            self._overflow_ms = now_ms
            self._warn("PORTAL_QUEUE", f"reads of {device} came faster than they could be taken")

    def _take(self, call: Call | None) -> None:
        if call is None:
            return
        device, what, now_ms = call
        for door in self._doors.values():
            tracker = door.tracker
            if device not in tracker.layout.readers:
                continue
            if isinstance(what, InputEdge):
                self._hear(door, tracker.edge(device, what))
            elif isinstance(what, ReadsLost):
                self._hear(door, tracker.lost(device, what))
            elif isinstance(what, int):
                self._hear(door, tracker.restored(device, what))
            else:
                self._hear(door, tracker.take(device, what, now_ms))

    def _hear(self, door: _Door, news: Sequence[News]) -> None:
        for one in news:
            if isinstance(one, Opened):
                door.opened += 1
                name = door.ids[one.number] = natural_id(one.portal, new_id(self._clock.wall_ms()))
                door.post.put(self._scan(one, one.portal, door.station, name))
            else:
                self._close(door, one)
        door.post.turn()

    def _close(self, door: _Door, closed: Closed) -> None:
        name = door.ids.pop(closed.number)
        for one in closed.passages:
            passage = replace(one, id=name)
            read_id = natural_id(one.portal, f"{name}/{one.part}")
            door.post.put(self._scan(passage, one.portal, door.station, read_id))

    def _tell_dropped(self, door: _Door, count: int) -> None:
        portal, now_ms = door.tracker.layout.portal, self._clock.mono_ms()
        name = natural_id(portal, new_id(self._clock.wall_ms()))
        why = f"{count} openings and passages could not be stored and are lost"
        passage = Passage(portal, now_ms, now_ms, "", "stop", 0, UNKNOWN, incomplete=why, id=name)
        door.post.put(self._scan(passage, portal, door.station, natural_id(portal, f"{name}/1")))

    def _scan(self, passed: Opened | Passage, portal: str, station: str, read_id: str) -> Scan:
        told = {"portal": portal, "passage": read_id if isinstance(passed, Opened) else passed.id}
        data = json.dumps(told, sort_keys=True).encode()
        return Scan(read_now(self._clock, portal, station, data, read_id=read_id), passage=passed, is_press=True)

    def _told(self, scan: Scan, verdict: Verdict) -> None:
        if verdict.code not in QUIET_CODES:
            self._show(scan.read.station, verdict)

    def _look(self, now_ms: int) -> None:
        if self._overflow_ms is not None and now_ms - self._overflow_ms > OVERFLOW_SHOWN_MS:
            self._overflow_ms = None
            self._clear("PORTAL_QUEUE")
        for portal, door in self._doors.items():
            if stuck := door.tracker.stuck(now_ms):
                self._warn(f"PORTAL:{portal}/beam", f"{portal}: light curtain {', '.join(stuck)} stays blocked")
            else:
                self._clear(f"PORTAL:{portal}/beam")
            if mute := door.tracker.mute():
                text = f"{portal}: antenna {', '.join(mute)} heard nothing in the last passages: check the cable"
                self._warn(f"PORTAL:{portal}/antenna", text)
            else:
                self._clear(f"PORTAL:{portal}/antenna")
            if now_ms - door.blind_ms >= BLIND_MS:
                self._look_for_blindness(portal, door)
                door.blind_ms = now_ms

    def _look_for_blindness(self, portal: str, door: _Door) -> None:
        read, door.unopened = door.tracker.unopened - door.unopened, door.tracker.unopened
        if read >= BLIND_READS and not door.opened:
            text = f"{portal}: tags were read in the door {read} times while no light curtain was blocked: check them"
            self._warn(f"PORTAL:{portal}/blind", text)
        elif door.opened:
            self._clear(f"PORTAL:{portal}/blind")
        door.opened = 0
