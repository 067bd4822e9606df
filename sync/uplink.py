"""The way up: reads windows from the outbox, gives batches to the session, hears acknowledgements.

Runs in the sync thread. Which stream may send, and when again, is decided in sender.py; here
the streams share the batches that may be under way, and the store gets what it must settle.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.errors import BusyError
from gateway.model import Acknowledgement, Outcome, Rival
from gateway.store.outbox import StreamState, Window
from sync.envelope import AckDocument, ErpState, Sender, render_batch
from sync.retry import Uniform
from sync.rival import RivalWatch
from sync.sender import Heard, Pace, StreamSender
from sync.settlement import CODE_EPOCH_CHANGED, Later, Settlement, Submit
from sync.status import StreamStatus
from sync.topic import STREAMS
from sync.warning import WarningBook


class Outbox(Protocol):
    """The store as the sender sees it (gateway.store.outbox.OutboxReader)."""

    def streams(self) -> dict[str, StreamState]: ...
    def window(self, stream: str, after: int, max_events: int, max_bytes: int) -> Window | None: ...
    def facts(self, kind: str) -> dict[str, dict[str, Any]]: ...
    def close(self) -> None: ...


CODE_RIVAL = "TWO_GATEWAYS"


@dataclass(frozen=True, slots=True)
class Batch:
    """A rendered batch, ready to go out."""

    stream: str
    epoch: str
    first: int
    last: int
    payload: bytes


def slots_by_stream(limit: int) -> dict[str, int]:
    """How many batches may be under way in all when a stream wants to send one more.

    A backlog of movements leaves room: a signal always finds a free slot, and command results find
    one that movements may not take.
    """
    return {"sig": limit, "res": max(1, limit - 1), "sys": max(1, limit - 1), "mov": max(1, limit - 2)}


class Uplink:
    """All four streams of the current epoch."""

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        pace: Pace,
        uniform: Uniform,
        book: WarningBook,
        submit: Submit,
        later: Later,
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._pace = pace
        self._uniform = uniform
        self._book = book
        self._settlement = Settlement(submit, later, self._on_outcome)
        self._submit = submit
        self._later = later
        self._is_telling = False  # the store does not know of the rival yet
        self.watch = RivalWatch()
        self.rival = ""  # why nothing is sent: another live box has our id
        self.claim = ""  # a person said that this box has it
        self._senders: dict[str, StreamSender] = {}
        self._slots = slots_by_stream(8)
        self._former: list[str] = []  # epochs of this process that are over
        self._max_bytes = pace.bytes
        self._max_events: dict[str, int] = {}  # of streams whose batches must be smaller than usual
        self.epoch = ""
        self.erp_online = True
        self._erp_ts = ""
        self.needs_birth = False  # the epoch changed: tell the ERP
        self.load()

    # -- what happened ---------------------------------------------------------------------

    def load(self) -> None:
        """Begin from what the store says: at start, and when the epoch changed."""
        states = self._outbox.streams()
        epoch = states[STREAMS[0]].epoch
        if self.epoch and epoch != self.epoch:
            self._former = [*self._former[-7:], self.epoch]
            self.needs_birth = True
        self.epoch = epoch
        self._look_at_identity()
        self._senders = {name: StreamSender(states[name], self._pace, self._uniform) for name in STREAMS}
        self._settlement.reset(states.values())

    def refresh(self) -> None:
        """Read the store again for what it has settled and stored since."""
        states = self._outbox.streams()
        if states[STREAMS[0]].epoch != self.epoch:
            self.load()
            return
        self._look_at_identity()
        for name, sender in self._senders.items():
            sender.on_state(states[name])

    def on_rival(self, how: str) -> None:
        """Another live box speaks under our id: nothing is sent until a person has decided."""
        if self.rival:
            return
        text = (
            f"two boxes use the id {self._sender.gateway!r}: {how}. Nothing is sent, everything is stored. Run"
            " 'kanban-gateway identity keep' at the one that keeps the id; give the other one an id of its own in"
            " [gateway] id and run 'kanban-gateway identity new' there"
        )
        self.rival, self._is_telling = text, True
        self._book.tell(CODE_RIVAL, text)
        try:
            self._submit(Rival(text), lambda outcome: self._later(self._told_of_rival))
        except BusyError:
            self.rival, self._is_telling = "", False  # it will be seen again

    def _told_of_rival(self) -> None:
        self._is_telling = False

    def _look_at_identity(self) -> None:
        """What the journal says: it outlasts a restart, and a person ends it there."""
        identity = self._outbox.facts("identity")
        claim, rival = identity.get("claim"), identity.get("rival")
        self.claim = str(claim["id"]) if claim else ""
        if self._is_telling:
            return
        why = str(rival["why"]) if rival else ""
        if why and not self.rival:
            self._book.tell(CODE_RIVAL, why)
        elif self.rival and not why:
            self.watch = RivalWatch()
            self._book.end(CODE_RIVAL)
        self.rival = why

    def on_session(self, limit: int, packet_bytes: int) -> None:
        """A new connection that takes `limit` unacknowledged batches of at most `packet_bytes`."""
        self._slots = slots_by_stream(limit)
        self._max_bytes = max(1, min(self._pace.bytes, packet_bytes - 1024))
        for sender in self._senders.values():
            sender.on_session()

    def on_commit(self, streams: Iterable[str]) -> None:
        """The store has new events in these streams."""
        for name in streams:
            sender = self._senders.get(name)
            if sender is not None:
                sender.on_commit()

    def on_erp_state(self, state: ErpState, *, is_retained: bool) -> None:
        """The ERP went or came: pauses sending, never storing. A new `ts` is a restart that nobody saw."""
        is_news = state.ts != self._erp_ts and not (is_retained and not self._erp_ts)
        was_online, self.erp_online, self._erp_ts = self.erp_online, state.is_online, state.ts
        if state.is_online and (is_news or not was_online):
            for sender in self._senders.values():
                sender.on_erp_return()

    def on_unheard(self) -> None:
        """The broker had no subscriber for a message of ours."""
        for sender in self._senders.values():
            sender.on_unheard()

    def on_ack(self, document: AckDocument, *, is_retained: bool, now_ms: int) -> None:
        """An acknowledgement arrived."""
        if document.held:
            if self.claim in document.held:
                self.on_rival("the ERP hears two boxes in turns")
            return
        ack = document.ack
        sender = self._senders[ack.stream]
        heard = sender.on_ack(ack, self._own_hash(sender, ack), now_ms)
        self._tell(heard, ack, sender, is_retained=is_retained)
        if heard is Heard.OTHER_EPOCH:
            return
        self._settlement.offer(ack, now_ms, is_dispute=heard is Heard.OTHER_HISTORY)
        if document.has_gap:
            self._book.count("GAP")
            sender.on_gap(ack.cum)

    def on_tick(self, now_ms: int) -> None:
        """Time has passed: repeat what found no answer."""
        self._settlement.on_tick(now_ms)
        if not self.erp_online:
            return
        for sender in self._senders.values():
            if sender.on_tick(now_ms):
                self._book.count("RESENT")

    # -- what to do ------------------------------------------------------------------------

    @property
    def is_answered(self) -> bool:
        """Whether the ERP has acknowledged our epoch on all streams in this session."""
        return all(sender.is_known or sender.disputed for sender in self._senders.values())

    @property
    def in_flight(self) -> int:
        """Batches of all streams that the ERP has not acknowledged."""
        return sum(sender.in_flight for sender in self._senders.values())

    def send(self, publish: Callable[[Batch], None], room: int, now_ms: int, among: Container[str] = STREAMS) -> None:
        """Publish what may go out now, most urgent stream first, at most `room` batches.

        `publish(batch)` puts one on the wire or raises. A dispute stops all streams: the
        store may be numbering everything anew, and a window of the new epoch must not go out under the
        name of the old one.
        """
        if not self.erp_online or self.is_disputed or self.rival:
            return
        for name in STREAMS:
            sender = self._senders[name]
            while name in among and room > 0 and sender.is_ready and self.in_flight < self._slots[name]:
                limit = self._max_events.get(name, self._pace.events)
                window = self._outbox.window(name, sender.begin_read(), limit, self._max_bytes)
                if window is None:
                    break
                payload = render_batch(self._sender, sender.state, window)
                publish(Batch(name, sender.state.epoch, window.first, window.last, payload))
                sender.on_sent(window, now_ms, is_cut=window.is_cut)
                room -= 1

    def shrink(self, stream: str, events: int) -> None:
        """Batches of this stream hold at most so many events from now on; 0: as many as usual."""
        self._max_events.pop(stream, None)
        if events:
            self._max_events[stream] = events

    def repeat(self, stream: str) -> None:
        """Nothing of this stream is under way any more: cut it anew behind what is acknowledged."""
        self._senders[stream].on_refused()

    def is_under_way(self, stream: str) -> bool:
        """Whether a batch of this stream was sent and neither acknowledged nor given up."""
        return self._senders[stream].in_flight > 0

    @property
    def is_disputed(self) -> bool:
        """Whether the store must first decide on what the ERP remembers."""
        return any(sender.disputed for sender in self._senders.values())

    def card_position(self) -> tuple[str, int]:
        """Epoch and what the ERP has of `sig`; may be asked from any thread, both belong together."""
        sender = self._senders["sig"]
        return sender.state.epoch, sender.acked

    def acked(self, stream: str) -> int:
        """What the ERP is known to have of a stream."""
        return self._senders[stream].acked

    def states(self) -> list[StreamState]:
        """The streams as last read from the store."""
        return [sender.state for sender in self._senders.values()]

    def status(self) -> tuple[StreamStatus, ...]:
        """For people."""
        return tuple(map(_stream_status, self._senders.values()))

    # -- inner -----------------------------------------------------------------------------

    def _own_hash(self, sender: StreamSender, ack: Acknowledgement) -> bytes | None:
        """Our hash at `ack.cum`; None when that lies above our head."""
        if ack.epoch != sender.state.epoch or ack.cum < sender.acked:
            return None
        remembered = sender.hash_at(ack.cum)
        if remembered is not None:
            return remembered
        window = self._outbox.window(ack.stream, ack.cum - 1, 1, 1)
        if window is not None:
            return window.hash
        state = self._outbox.streams()[ack.stream]
        if state.epoch == sender.state.epoch:
            sender.on_state(state)  # settled a moment ago by an acknowledgement that was on its way
        return sender.hash_at(ack.cum)

    def _tell(self, heard: Heard, ack: Acknowledgement, sender: StreamSender, *, is_retained: bool) -> None:
        if heard is Heard.OTHER_HISTORY:
            self._book.tell(
                "ACK_OTHER_HISTORY",
                f"the ERP acknowledges {ack.stream} up to {ack.cum} of a history that is not ours: was this store"
                " restored from an older copy, or does another box use this id?",
            )
        elif heard is Heard.OTHER_EPOCH and not is_retained and ack.epoch not in self._former:
            self._book.tell(
                "ACK_UNKNOWN_EPOCH",
                f"acknowledgement for {ack.stream} of epoch {ack.epoch!r} ignored, ours is {self.epoch!r}",
            )
        elif heard is Heard.STALE and not is_retained and ack.cum < sender.state.cum:
            self._book.tell(
                "ACK_WENT_BACK",
                f"the ERP acknowledges {ack.stream} up to {ack.cum} but had acknowledged {sender.acked} before:"
                " ignored; was the ERP restored from a backup? 'kanban-gateway resolve resend --stream"
                f" {ack.stream} --after {ack.cum}' sends again what it lost",
            )
        else:
            self._book.count(f"ACK_{heard.upper()}")

    def _on_outcome(self, ack: Acknowledgement, outcome: Outcome) -> None:
        """The store has dealt with an acknowledgement."""
        if outcome.verdict.code == CODE_EPOCH_CHANGED:
            self._book.tell(
                "EPOCH_CHANGED",
                "a new epoch began because the ERP remembers another history; everything unsettled is sent again"
                " under the same ids: check what was scanned around the restore",
            )
            self.refresh()
            return
        sender = self._senders[ack.stream]
        if ack.dispositions or sender.disputed:
            self.refresh()
        if self._senders[ack.stream] is sender:
            sender.on_release(ack)


def _stream_status(sender: StreamSender) -> StreamStatus:
    head = max(sender.state.head, sender.sent)
    return StreamStatus(
        stream=sender.stream,
        head=head,
        cum=sender.state.cum,
        acked=sender.acked,
        unsettled=head - sender.acked,
        in_flight=sender.in_flight,
        is_known=sender.is_known,
        acked_ms=sender.acked_ms,
        resends=sender.resends,
    )
