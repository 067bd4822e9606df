"""The sync thread: keeps a connection to the broker and runs uplink and downlink on it.

One thread does it all; between connections it goes on telling the status page how much waits.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.errors import TransientDeviceError
from gateway.ids import new_id
from sync.conversation import Conversation
from sync.dial import Dialer
from sync.envelope import Sender, render_death
from sync.mqtt import Credential, LinkError, MqttSession, Will
from sync.retry import SlicedPause, connect_attempts
from sync.sender import RESEND_MS, Pace
from sync.settings import SyncSettings
from sync.settlement import Submit
from sync.status import SyncStatus
from sync.topic import STREAMS, Topics
from sync.upkeep import Upkeep
from sync.uplink import Outbox, Uplink
from sync.warning import WarningBook

GOOD_SESSION_MS = 30_000  # after one that lasted this long the next attempt is made at once
FLAP_PAUSE_S = (0.5, 2.0)  # before the next attempt when a short session was of use
ENVELOPE_BYTES = 512  # of a batch's limit, for what stands around the events


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this gateway is on the wire."""

    site: str
    gateway: str
    env: str


class SyncEngine:
    """`run` is the thread's main function; `wake` and `status` may be called from any thread."""

    def __init__(  # noqa: PLR0913 - the composition root names each of them once
        self,
        settings: SyncSettings,
        identity: Identity,
        open_outbox: Callable[[], Outbox],
        submit: Submit,
        clock: Clock,
        warn: Callable[[str, str], None],
        *,
        credential: Credential,
        clear: Callable[[str], None] = lambda code: None,
        resend_ms: int = RESEND_MS,
    ) -> None:
        """`open_outbox` is called in the sync thread; `submit` is the writer's; `warn(code, text)` and
        `clear(code)` tell people; `credential(name)` is the file that holds a secret."""
        self._settings = settings
        self._open_outbox = open_outbox
        self._submit = submit
        self._clock = clock
        self._credential = credential
        self._uniform = random.Random().uniform
        self._client_id = f"kgw-{identity.gateway}"
        self._topics = Topics.of(identity.site, identity.gateway)
        self._sender = Sender(identity.env, identity.gateway, clock.boot, new_id(clock.wall_ms()))
        self._pace = Pace(settings.batch_events, settings.batch_bytes - ENVELOPE_BYTES, resend_ms)
        self._book = WarningBook(warn, clock, clear)
        self._upkeep = Upkeep(clock, self._book)
        self._dialer = Dialer(self._upkeep.beat)

    @property
    def threads(self) -> tuple[tuple[str, Callable[[threading.Event], None]], ...]:
        """Name and main function of each thread."""
        return (("sync", self.run),)

    # -- called from any thread ------------------------------------------------------------

    def wake(self, streams: Iterable[str] = STREAMS) -> None:
        """The store has new events in these streams. Called after each commit; never blocks."""
        self._upkeep.grow(streams)

    def status(self) -> SyncStatus:
        """How things stand, at most about a second old."""
        return self._upkeep.status

    @property
    def progress(self) -> int:
        """Grows with every turn, connected or not; the watchdog looks at it."""
        return self._upkeep.progress

    # -- the thread ------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Sync until `stop` is set. What cannot be mended here (the store) is raised."""
        leave = self._upkeep.begin()
        outbox = self._open_outbox()
        try:
            uplink = Uplink(outbox, self._sender, self._pace, self._uniform, self._book, self._submit, leave)
            while not stop.is_set():
                if uplink.rival:
                    self._upkeep.stand_by(uplink, stop)
                else:
                    self._connect_and_talk(uplink, stop)
            self._upkeep.show(uplink, why_not="stopped")
        finally:
            outbox.close()

    def _connect_and_talk(self, uplink: Uplink, stop: threading.Event) -> None:
        """Attempts with back-off, until a connection has lasted or `stop` is set."""
        pause = SlicedPause(stop, lambda: self._upkeep.idle(uplink))
        try:
            for attempt in connect_attempts(stop, LinkError, pause):
                with attempt:
                    self._talk_once(uplink, stop)
        except LinkError:
            if not stop.is_set():
                raise

    def _talk_once(self, uplink: Uplink, stop: threading.Event) -> None:
        """One connection from dialling to its end; LinkError, and a growing back-off, when it was of no use.

        One in which the ERP answered was of use, however short: a link that flaps must not end in
        waiting a minute for each of its good moments.
        """
        began_ms, is_open = self._clock.mono_ms(), False
        session: MqttSession | None = None
        try:
            birth = new_id(self._clock.wall_ms())
            will = Will(self._topics.state, render_death(self._sender, birth, uplink.epoch))
            session = MqttSession(
                self._settings, self._client_id, will, self._credential, self._clock, self._upkeep.wake
            )
            self._dialer.dial(session, stop)
            conversation = Conversation(
                session, uplink, self._topics, self._sender, birth, self._book, self._clock, self._uniform
            )
            conversation.open(self._submit, self._upkeep.leave, self._settings.max_inflight, stop)
            is_open = True
            self._upkeep.sessions += 1
            self._book.end("BROKER_UNREACHABLE")
            self._talk(conversation, uplink, stop)
        except TransientDeviceError as error:
            if stop.is_set():
                return
            self._book.tell("BROKER_UNREACHABLE", str(error))
            self._upkeep.show(uplink, why_not=str(error))
            has_lasted = self._clock.mono_ms() - began_ms >= GOOD_SESSION_MS
            was_of_use = is_open and uplink.is_answered
            if not (has_lasted or was_of_use):
                raise LinkError(str(error)) from error
            if not has_lasted:  # in case it is something we say that ends it
                SlicedPause(stop, lambda: self._upkeep.idle(uplink))(self._uniform(*FLAP_PAUSE_S))
        finally:
            if session is not None:
                session.close()

    def _talk(self, conversation: Conversation, uplink: Uplink, stop: threading.Event) -> None:
        while not stop.is_set() and not uplink.rival:
            conversation.listen()
            self._upkeep.beat()
            self._upkeep.catch_up(uplink)
            conversation.speak()
            self._upkeep.show(uplink, is_connected=True)
        conversation.close()
