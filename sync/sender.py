"""One stream's way to the ERP, as a pure state machine: what may be sent next and what must be repeated.

Positions are sequence numbers of the current epoch: settled <= acked <= sent <= head. Nothing
here does I/O or looks at a clock; the uplink asks, reads, publishes and reports back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from gateway.model import Acknowledgement
from gateway.store.outbox import StreamState, Window
from sync.retry import Uniform, backoff_ms

RESEND_MS = 5_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of one stream; the defaults are the wire contract's."""

    events: int = 500  # per batch
    bytes: int = 131_072 - 512  # of events per batch; the rest is for the envelope around them
    resend_ms: int = RESEND_MS  # without progress
    resend_limit_ms: int = 60_000


class Heard(StrEnum):
    """What an acknowledgement means to the sender."""

    ADVANCED = "advanced"
    REPEATED = "repeated"
    STALE = "stale"  # lower than one that was heard before
    OTHER_EPOCH = "other_epoch"
    OTHER_HISTORY = "other_history"  # above our head, or another hash: the store must decide


class StreamSender:
    """Sends windows in order, several ahead of the acknowledgement, from its position on again when it must."""

    def __init__(self, state: StreamState, pace: Pace, uniform: Uniform) -> None:
        self.state = state  # as last read from the store
        self._pace = pace
        self._uniform = uniform
        self.acked = state.cum
        self.acked_hash = state.cum_hash
        self.sent = state.cum
        self.is_known = False  # the ERP has acknowledged this epoch in this session
        # the ERP remembers another history: nothing is sent until the store has decided on this one
        self.disputed: Acknowledgement | None = None
        self.acked_ms: int | None = None  # when an acknowledgement was last heard
        self.due_ms: int | None = None  # when to send again without progress
        self.resends = 0
        self._in_flight: deque[tuple[int, bytes]] = deque()  # (last sequence, hash there)
        self._has_more = True  # something may lie behind `sent`
        self._is_probing = False  # after a time-out one batch at a time, until there is progress
        self._attempts = 0
        self._gap_at: int | None = None
        self._is_unheard = False  # the broker said that nobody received something we sent

    @property
    def stream(self) -> str:
        return self.state.stream

    @property
    def in_flight(self) -> int:
        """Batches sent and not acknowledged by the ERP."""
        return len(self._in_flight)

    @property
    def is_ready(self) -> bool:
        """Whether a window should be read and sent now, as far as this stream is concerned."""
        is_free = self.is_known and self.disputed is None and not (self._is_probing and self._in_flight)
        return is_free and self._has_more

    # -- what happened ---------------------------------------------------------------------

    def on_commit(self) -> None:
        """The store has new events, or may have: look again."""
        self._has_more = True

    def on_session(self) -> None:
        """A new connection: nothing goes out before the ERP has acknowledged our epoch."""
        self.is_known = False
        self.on_erp_return()

    def on_erp_return(self) -> None:
        """The ERP is back: whatever it did not acknowledge goes out again at once."""
        self._attempts = 0
        self._is_probing = False
        self._gap_at = None
        self._rewind()

    def on_state(self, state: StreamState) -> None:
        """The store was read again (same epoch); it may have settled more than was heard here."""
        self.state = state
        if state.cum > self.acked:
            self._advance(state.cum, state.cum_hash)
        if state.head > self.sent:
            self._has_more = True

    def on_sent(self, window: Window, now_ms: int, *, is_cut: bool) -> None:
        """`window` is on the wire; more waits behind it when it was cut by a limit."""
        self._in_flight.append((window.last, window.hash))
        self.sent = window.last
        if is_cut:
            self._has_more = True
        if self.due_ms is None:
            self._schedule(now_ms)

    def on_ack(self, ack: Acknowledgement, own_hash: bytes | None, now_ms: int) -> Heard:
        """Compare with our own history; `own_hash` is our hash at `ack.cum`, None above our head."""
        if ack.epoch != self.state.epoch:
            return Heard.OTHER_EPOCH
        if ack.cum < self.acked:
            self.is_known = True
            return Heard.STALE
        if own_hash != ack.hash:
            self.disputed = ack
            return Heard.OTHER_HISTORY
        self.disputed = None
        self.is_known = True
        self.acked_ms = now_ms
        heard = Heard.REPEATED if ack.cum == self.acked else Heard.ADVANCED
        if heard is Heard.ADVANCED:
            self._progress(ack, now_ms)
        if self._is_unheard:  # the ERP is there now and still lacks what nobody received
            self._rewind()
        return heard

    def on_gap(self, cum: int) -> None:
        """The ERP misses what follows `cum`. One repetition per position: each later batch on the wire
        makes the ERP say so again, and answering all of them would multiply the load."""
        if cum == self.acked and self._gap_at != cum and self._in_flight:
            self._gap_at = cum
            self.resends += 1
            self._rewind()

    def on_unheard(self) -> None:
        """A hint only: other brokers do not give it, and who received a batch may still lose it."""
        self._is_unheard = bool(self._in_flight)

    def on_refused(self) -> None:
        """What was sent will not be taken as it is: cut it anew."""
        self.resends += 1
        self._rewind()

    def on_release(self, ack: Acknowledgement) -> None:
        """The store has decided on `ack` and our epoch goes on."""
        if self.disputed == ack:
            self.disputed = None
            self._rewind()

    def on_tick(self, now_ms: int) -> bool:
        """True when the time without progress is over and everything will be sent again."""
        if self.disputed or self.due_ms is None or now_ms < self.due_ms:
            return False
        self._attempts += 1
        self._is_probing = True
        self.resends += 1
        self._rewind()
        return True

    # -- what to do ------------------------------------------------------------------------

    def begin_read(self) -> int:
        """The position to read behind. Called before reading, so that a commit meanwhile is not missed."""
        self._has_more = False
        return self.sent

    def hash_at(self, cum: int) -> bytes | None:
        """Our hash at `cum` when it is remembered here, else None: ask the store."""
        if cum == self.acked:
            return self.acked_hash
        return next((digest for last, digest in self._in_flight if last == cum), None)

    # -- inner -----------------------------------------------------------------------------

    def _progress(self, ack: Acknowledgement, now_ms: int) -> None:
        self._advance(ack.cum, ack.hash)
        self._attempts = 0
        self._is_probing = False
        self._gap_at = None
        self.due_ms = None
        if self._in_flight:
            self._schedule(now_ms)

    def _advance(self, cum: int, digest: bytes) -> None:
        self.acked, self.acked_hash = cum, digest
        while self._in_flight and self._in_flight[0][0] <= cum:
            self._in_flight.popleft()
        if cum > self.sent:
            self.sent = cum
            self._has_more = True

    def _rewind(self) -> None:
        self.sent = self.acked
        self._in_flight.clear()
        self._is_unheard = False
        self.due_ms = None
        self._has_more = True

    def _schedule(self, now_ms: int) -> None:
        pace = self._pace
        self.due_ms = now_ms + backoff_ms(self._attempts, pace.resend_ms, pace.resend_limit_ms, self._uniform)
