"""Sync by REST: one thread sends batches, another reads the feed. The counterpart of sync/engine.py.

Every start, and every return after an outage, begins by asking where the ERP stands (the resync
handshake), so that two histories that differ are found before anything more is sent.
"""

from __future__ import annotations

import random
import select
import threading
from collections.abc import Callable, Iterable

from gateway.clock import Clock
from gateway.errors import ContractError
from gateway.ids import new_id
from gateway.store.outbox import OutboxReader
from sync.downlink import Position
from sync.engine import ENVELOPE_BYTES, FLAP_PAUSE_S, GOOD_SESSION_MS, Identity
from sync.envelope import Sender
from sync.mqtt import Credential
from sync.rest.courier import Courier, aside, held
from sync.rest.document import STREAMS_LIMIT_BYTES, Page, parse_streams
from sync.rest.feed import Feed
from sync.rest.http import HttpLine
from sync.rest.judgement import SLOW_S, Do, judge_question
from sync.rest.reply import HeldError, Request
from sync.retry import SlicedPause, connect_attempts
from sync.sender import Pace
from sync.settings import SyncSettings
from sync.settlement import Submit
from sync.status import SyncStatus
from sync.topic import STREAMS
from sync.upkeep import Upkeep
from sync.uplink import CODE_RIVAL, Uplink
from sync.warning import WarningBook

SLICE_MS = 250
STREAMS_AT_ONCE = 8
NO_LIMIT_BYTES = 2**31
NEVER_MS = 2**53  # a batch is repeated by the courier, which knows why
RESYNC_MS = 300_000  # while a stream is stuck: perhaps a person has put the ERP right
TOKEN_LOOK_MS = 2_000
TROUBLE = (
    "TWO_LIVE", "ERP_UNREACHABLE", "CREDENTIAL_REFUSED", "GATEWAY_UNKNOWN", "GATEWAY_RETIRED", "EPOCH_CONFLICT",
    "ERP_MISSES_EVENTS", "HANDSHAKE_MALFORMED", "ACK_UNKNOWN_EPOCH", "ACK_WENT_BACK",
)  # fmt: skip


class RestEngine:
    """`threads` are the main functions of its threads; `wake` and `status` may be called from any thread."""

    def __init__(
        self,
        settings: SyncSettings,
        identity: Identity,
        open_outbox: Callable[[], OutboxReader],
        submit: Submit,
        clock: Clock,
        warn: Callable[[str, str], None],
        *,
        credential: Credential,
        clear: Callable[[str], None] = lambda code: None,
    ) -> None:
        """The same as for SyncEngine."""
        self._settings = settings
        self._gateway = identity.gateway
        self._open_outbox = open_outbox
        self._submit = submit
        self._clock = clock
        self._uniform = random.Random().uniform
        self._sender = Sender(identity.env, identity.gateway, clock.boot, new_id(clock.wall_ms()))
        self._pace = Pace(settings.batch_events, settings.batch_bytes - ENVELOPE_BYTES, NEVER_MS, NEVER_MS)
        self._book = WarningBook(warn, clock, clear)
        self._line = HttpLine(settings, credential)
        self._feed_line = HttpLine(settings, credential)
        self._upkeep = Upkeep(clock, self._book)
        self._uplink: Uplink | None = None
        self._has_met = threading.Event()  # the ERP has answered the handshake once: the feed may begin
        self._met_ms = 0

    @property
    def threads(self) -> tuple[tuple[str, Callable[[threading.Event], None]], ...]:
        """Name and main function of each thread."""
        return (("sync", self.run), ("feed", self.run_feed))

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

    # -- the threads -----------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set. What cannot be mended here (the store) is raised."""
        leave = self._upkeep.begin()
        outbox = self._open_outbox()
        try:
            uplink = Uplink(outbox, self._sender, self._pace, self._uniform, self._book, self._submit, leave)
            uplink.on_session(STREAMS_AT_ONCE, NO_LIMIT_BYTES)
            courier = Courier(
                self._line.ask, uplink, self._gateway, self._book, self._clock, self._uniform, self._submit, leave
            )
            self._uplink = uplink
            with self._line.ending_with(stop):
                while not stop.is_set():
                    if uplink.rival:
                        self._upkeep.stand_by(uplink, stop)
                    else:
                        self._try_to_send(uplink, courier, stop)
            self._upkeep.show(uplink, why_not="stopped")
        finally:
            outbox.close()

    def run_feed(self, stop: threading.Event) -> None:
        """Read the feed until `stop` is set, once the ERP knows our epoch."""
        while not self._has_met.wait(SLICE_MS / 1000):
            if stop.is_set():
                return
        with self._feed_line.ending_with(stop):
            feed = Feed(
                self._feed_line.ask, self._gateway, self._settings.feed_wait_s, self._position, self._on_page,
                self._submit, self._upkeep.leave, self._clock,
            )  # fmt: skip
            feed.run(self._open_outbox, self._book, stop)

    # -- inner -----------------------------------------------------------------------------

    def _position(self) -> Position:
        uplink = self._uplink
        return Position(*uplink.card_position()) if uplink is not None else Position("", 0)

    def _on_page(self, page: Page) -> None:
        """In the sync thread: what the feed told of our events and of the ERP."""
        if self._uplink is not None:
            for state in page.states:
                self._uplink.on_erp_state(state, is_retained=False)
            for ack in page.acks:
                self._uplink.on_ack(ack, is_retained=True, now_ms=self._clock.mono_ms())

    def _try_to_send(self, uplink: Uplink, courier: Courier, stop: threading.Event) -> None:
        """Attempts with back-off, until one was of use or `stop` is set."""
        token = _TokenWatch(self._line, self._clock)
        pause = SlicedPause(stop, lambda: self._upkeep.idle(uplink), lambda: token.has_changed)
        try:
            for attempt in connect_attempts(stop, HeldError, pause):
                with attempt:
                    token.note()
                    self._send_once(uplink, courier, pause, stop)
        except HeldError:
            if not stop.is_set():
                raise

    def _send_once(self, uplink: Uplink, courier: Courier, pause: SlicedPause, stop: threading.Event) -> None:
        """From the handshake to the next trouble; HeldError, and a growing back-off, when it was of no use."""
        began_ms, before = self._clock.mono_ms(), courier.advanced
        try:
            self._handshake(uplink)
            self._upkeep.sessions += 1
            self._send(uplink, courier, stop)
        except HeldError as error:
            if stop.is_set():
                return
            if uplink.rival:
                self._say_why_we_leave(uplink)
                return
            self._book.tell(error.code, str(error))
            self._upkeep.show(uplink, why_not=str(error))
            was_of_use = courier.advanced > before or self._clock.mono_ms() - began_ms >= GOOD_SESSION_MS
            if not was_of_use:
                raise
            pause(max(error.wait_s, self._uniform(*FLAP_PAUSE_S)))

    def _say_why_we_leave(self, uplink: Uplink) -> None:
        """The ERP stops the other box as well; it may know already, or not be there."""
        self._line.ask(self._question(uplink, {"hold": CODE_RIVAL}))

    def _question(self, uplink: Uplink, more: dict[str, str]) -> Request:
        birth = new_id(self._clock.wall_ms())
        params = {
            "env": self._sender.env, "ep": uplink.epoch, "boot": self._sender.boot, "birth": birth,
            "run": self._sender.run,
        }  # fmt: skip
        if uplink.claim:
            params["claim"] = uplink.claim
        uplink.watch.speak(birth)
        path = f"/v1/gw/{self._gateway}/streams"
        return Request("GET", path, params | more, limit_bytes=STREAMS_LIMIT_BYTES)

    def _send(self, uplink: Uplink, courier: Courier, stop: threading.Event) -> None:
        while not stop.is_set() and not uplink.rival:
            self._upkeep.beat()
            self._upkeep.catch_up(uplink)
            uplink.on_tick(self._clock.mono_ms())
            is_due = courier.is_stuck and self._clock.mono_ms() - self._met_ms >= RESYNC_MS
            if uplink.needs_birth or is_due:
                self._handshake(uplink)
            if not courier.turn():
                self._rest()
            self._upkeep.show(uplink, is_connected=True)

    def _handshake(self, uplink: Uplink) -> None:
        """Tell our epoch and hear where the ERP stands with it; nothing is sent before."""
        uplink.refresh()
        uplink.needs_birth = False
        reply = self._line.ask(self._question(uplink, {}))
        action = judge_question(reply, self._clock.wall_ms())
        if action is not None:
            raise aside(action, uplink) if action.do is Do.STAND_ASIDE else held(action)
        try:
            documents = parse_streams(reply.body)
        except ContractError as error:
            raise HeldError("HANDSHAKE_MALFORMED", str(error), wait_s=SLOW_S) from error
        for code in TROUBLE:
            self._book.end(code)
        for document in documents:
            uplink.on_ack(document, is_retained=False, now_ms=self._clock.mono_ms())
        if not uplink.is_answered:
            text = f"the ERP answers for epoch {documents[0].ack.epoch!r}, ours is {uplink.epoch!r}"
            raise HeldError("EPOCH_CONFLICT", text, wait_s=SLOW_S)
        self._met_ms = self._clock.mono_ms()
        self._has_met.set()

    def _rest(self) -> None:
        """Until something happens, or a moment has passed."""
        poller = select.poll()
        poller.register(self._upkeep.wake, select.POLLIN)
        poller.poll(SLICE_MS)
        self._upkeep.wake.clear()


class _TokenWatch:
    """Whether the token is another one than when it was refused; ends a pause early."""

    def __init__(self, line: HttpLine, clock: Clock) -> None:
        self._line = line
        self._clock = clock
        self._looked_ms = 0
        self._token = ""

    def note(self) -> None:
        self._token = self._read()

    @property
    def has_changed(self) -> bool:
        now = self._clock.mono_ms()
        if now - self._looked_ms < TOKEN_LOOK_MS:
            return False
        self._looked_ms = now
        return self._read() not in ("", self._token)

    def _read(self) -> str:
        try:
            return self._line.token()
        except Exception:  # noqa: BLE001 - told by the request that needs it
            return ""
