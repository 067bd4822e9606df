"""What a sync thread looks after besides talking, by whichever carrier: notes, news of the store, the numbers shown.

Other threads only leave a note or say what has grown, and wake it; so nothing else in sync needs a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from gateway.clock import Clock
from gateway.wake import Wake
from sync.notebox import NoteBox
from sync.status import SyncStatus
from sync.uplink import Uplink
from sync.warning import WarningBook

REFRESH_MS = 1_000  # how often the store is read for what it settled, and whether a commit was missed
SHOW_MS = 250
STAND_BY_S = 0.5


class Upkeep:
    """`wake`, `leave`, `grow` and `status` are for any thread, the rest for the sync thread."""

    def __init__(self, clock: Clock, book: WarningBook) -> None:
        self.wake = Wake()
        self.progress = 0  # grows with every turn, connected or not; the watchdog looks at it
        self.sessions = 0  # connections made by this process
        self.status = SyncStatus()  # at most about a second old
        self._clock = clock
        self._book = book
        self._lock = threading.Lock()
        self._grown: set[str] = set()
        self._refreshed_ms = 0
        self._shown_ms = 0
        self.begin()

    def begin(self) -> Callable[[Callable[[], None]], None]:
        """A new run, and how to leave notes for it: those of an earlier one, which ended in an error, go nowhere."""
        self._notes = NoteBox(self.wake)
        return self._notes.leave

    def leave(self, note: Callable[[], None]) -> None:
        """Run `note` in the sync thread, whichever run it is in. Never blocks."""
        self._notes.leave(note)

    def grow(self, streams: Iterable[str]) -> None:
        """The store has new events in these streams. Never blocks."""
        with self._lock:
            self._grown.update(streams)
        self.wake.set()

    def beat(self) -> None:
        """The thread is alive."""
        self.progress += 1

    def catch_up(self, uplink: Uplink) -> None:
        """Do what was left in notes, and take in what the store has had since."""
        self._notes.read()
        with self._lock:
            grown, self._grown = self._grown, set()
        if grown:
            uplink.on_commit(grown)
        now = self._clock.mono_ms()
        if now - self._refreshed_ms >= REFRESH_MS:
            self._refreshed_ms = now
            uplink.refresh()

    def idle(self, uplink: Uplink, why_not: str = "") -> None:
        """Between attempts: nothing is sent, but outcomes still come and the numbers go on."""
        self.beat()
        self.catch_up(uplink)
        uplink.on_tick(self._clock.mono_ms())
        self.show(uplink, why_not=why_not or self.status.why_not)

    def stand_by(self, uplink: Uplink, stop: threading.Event) -> None:
        """While another box has our id: nothing is said to anybody, until a person has decided or `stop` is set."""
        while uplink.rival and not stop.is_set():
            self.idle(uplink, uplink.rival)
            stop.wait(STAND_BY_S)

    def show(self, uplink: Uplink, *, is_connected: bool = False, why_not: str = "") -> None:
        """Publish the status, not more often than anybody looks."""
        now = self._clock.mono_ms()
        if is_connected == self.status.is_connected and now - self._shown_ms < SHOW_MS:
            return
        self._shown_ms = now
        streams = uplink.status()
        self.status = SyncStatus(
            is_connected=is_connected,
            erp_online=uplink.erp_online,
            epoch=uplink.epoch,
            sessions=self.sessions,
            why_not=why_not,
            unsettled=sum(stream.unsettled for stream in streams),
            streams=streams,
            warnings=dict(self._book.texts),
            counts=dict(self._book.counts),
        )
