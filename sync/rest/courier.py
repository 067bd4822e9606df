"""Batches by POST: one at a time, at most one of each stream under way, each repeated as the answer demands.

What an answer means stands in judgement.py. Trouble of one stream waits in its parcel and lets
the others go on; trouble with the ERP as a whole is raised, and the engine waits.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.clock import Clock
from gateway.errors import BusyError
from gateway.model import Outcome, Status, Undeliverable
from sync.rest.judgement import Action, Do, Invalid, judge
from sync.rest.parcel import NEVER_MS, Parcel
from sync.rest.reply import HeldError, Reply, Request
from sync.retry import Uniform, full_jitter_ms
from sync.settlement import Later, Submit
from sync.topic import STREAMS
from sync.uplink import Batch, Uplink
from sync.warning import WarningBook

AGAIN_MS = 1_000
AGAIN_LIMIT_MS = 60_000
CONFLICT_S = 15.0
LIVE_S = 2.0  # the ERP names another box: the handshake shows which of us it hears
BURY_AGAIN_S = 1.0
TOMBSTONE = "dropped"
FOR_GOOD = 2**63


class Courier:
    """All four streams of one gateway. In the sync thread."""

    def __init__(
        self,
        ask: Callable[[Request], Reply],
        uplink: Uplink,
        gateway: str,
        book: WarningBook,
        clock: Clock,
        uniform: Uniform,
        submit: Submit,
        later: Later,
    ) -> None:
        """`ask` carries out one request; `later` runs a function in this thread."""
        self._ask = ask
        self._uplink = uplink
        self._gateway = gateway
        self._book = book
        self._clock = clock
        self._uniform = uniform
        self._submit = submit
        self._later = later
        self._parcels: dict[str, Parcel] = {}
        self._until: dict[str, int] = {}  # a stream is cut small up to here: the offender is in there
        self.advanced = 0  # batches acknowledged

    @property
    def is_stuck(self) -> bool:
        """Whether a stream waits for something only a person can change."""
        return any(parcel.due_ms == NEVER_MS for parcel in self._parcels.values())

    def turn(self) -> bool:
        """Send the most urgent batch that is due; True when one was sent. HeldError when the ERP is not to be had."""
        now = self._clock.mono_ms()
        if not self._uplink.erp_online or self._uplink.is_disputed:
            return False
        for stream in STREAMS:
            parcel = self._parcel(stream, now)
            if parcel is not None and not parcel.graves and now >= parcel.due_ms:
                self._post(parcel)
                return True
        return False

    # -- inner -----------------------------------------------------------------------------

    def _parcel(self, stream: str, now: int) -> Parcel | None:
        """The batch of this stream that is under way, or a new one."""
        parcel = self._parcels.get(stream)
        is_current = (
            parcel is not None and parcel.batch.epoch == self._uplink.epoch and self._uplink.is_under_way(stream)
        )
        if not is_current:
            self._parcels.pop(stream, None)
            self._uplink.send(self._pack, 1, now, (stream,))
        return self._parcels.get(stream)

    def _pack(self, batch: Batch) -> None:
        self._parcels[batch.stream] = Parcel(batch)

    def _post(self, parcel: Parcel) -> None:
        reply = self._ask(parcel.request(self._gateway))
        action = judge(reply, parcel.asked, self._clock.wall_ms())
        self._book.count(f"REST_{action.do.upper()}")
        _RULES[action.do](self, parcel, action, reply)

    def _advance(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        assert action.ack is not None
        stream = parcel.batch.stream
        self._uplink.on_ack(action.ack, is_retained=False, now_ms=self._clock.mono_ms())
        if self._uplink.is_under_way(stream):  # not what was sent: the ERP held it back, or lies
            self._pause(parcel, action)
            return
        self.advanced += 1
        self._book.end(f"BATCH_REFUSED:{stream}")
        if stream in self._until and action.ack.ack.cum >= self._until[stream]:
            del self._until[stream]
            self._uplink.shrink(stream, 0)

    def _split(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        batch = parcel.batch
        count = batch.last - batch.first + 1
        if count == 1:
            self._bury(parcel, (Invalid(batch.first, f"HTTP_{reply.status}", action.why),))
            return
        # What is too large stays too large; what cannot be read ends where this batch ends.
        end = FOR_GOOD if reply.status == 413 else batch.last
        self._until[batch.stream] = max(self._until.get(batch.stream, 0), end)
        self._uplink.shrink(batch.stream, count // 2)
        self._uplink.repeat(batch.stream)

    def _bury_all(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        self._bury(parcel, action.items)

    def _bury(self, parcel: Parcel, items: tuple[Invalid, ...]) -> None:
        """Tombstones for single events; an ERP that refuses even those refuses everything."""
        events = [(parcel.event(item.seq), item) for item in items]
        stones = [event for event, _ in events if event["t"] == TOMBSTONE]
        if stones:
            self._refused(parcel, f"even the tombstone of event {stones[0]['ref']} is refused: {items[0].text}")
            return
        for event, item in events:
            parcel.graves.append(event["id"])
            self._give(parcel, Undeliverable(event["id"], item.code or "INVALID", item.text, parcel.batch.stream))

    def _give(self, parcel: Parcel, grave: Undeliverable) -> None:
        try:
            self._submit(grave, lambda outcome: self._later(lambda: self._buried(parcel, grave, outcome)))
        except BusyError:
            self._book.count("WRITER_BUSY")
            parcel.graves.remove(grave.id)  # sent again, and answered the same again
            self._pause(parcel, Action(Do.WAIT, wait_s=BURY_AGAIN_S))

    def _buried(self, parcel: Parcel, grave: Undeliverable, outcome: Outcome) -> None:
        stream = parcel.batch.stream
        if self._parcels.get(stream) is not parcel:
            return  # of an epoch that is over
        parcel.graves.remove(grave.id)
        if outcome.verdict.status is Status.FAILED and not outcome.seqs:
            self._pause(parcel, Action(Do.WAIT, wait_s=BURY_AGAIN_S))
            return
        self._book.tell("EVENT_DROPPED", f"the ERP cannot read event {grave.id}: {grave.code} {grave.text}")
        if not parcel.graves:
            self._uplink.repeat(stream)

    def _wait(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        self._pause(parcel, action)

    def _pause(self, parcel: Parcel, action: Action) -> None:
        """The same key again, after a growing pause."""
        pause = full_jitter_ms(parcel.attempts, AGAIN_MS, AGAIN_LIMIT_MS, self._uniform)
        parcel.attempts += 1
        parcel.due_ms = self._clock.mono_ms() + max(pause, int(action.wait_s * 1000))

    def _resend(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        if action.ack is None:
            raise HeldError("ERP_MISSES_EVENTS", action.why, wait_s=action.wait_s)
        gap = action.ack if action.ack.has_gap else type(action.ack)(action.ack.ack, has_gap=True)
        self._uplink.on_ack(gap, is_retained=False, now_ms=self._clock.mono_ms())
        self._pause(parcel, action)

    def _stand_aside(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        raise aside(action, self._uplink)

    def _roll_back(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        if action.live and self._uplink.watch.hear(action.live):
            self._uplink.on_rival("the ERP takes another one's word after ours")
        if action.live:
            raise HeldError("EPOCH_CONFLICT", f"{action.why}: does another box use this id?", wait_s=LIVE_S)
        if action.ack is not None:
            self._uplink.on_ack(action.ack, is_retained=False, now_ms=self._clock.mono_ms())
        if not self._uplink.is_disputed:
            text = f"{action.why}: does another box use this id, or was this store restored?"
            raise HeldError("EPOCH_CONFLICT", text, wait_s=max(CONFLICT_S, action.wait_s))

    def _never(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        self._refused(parcel, f"{action.why}: not sent again")

    def _refused(self, parcel: Parcel, why: str) -> None:
        stream = parcel.batch.stream
        parcel.due_ms = NEVER_MS
        self._book.tell(f"BATCH_REFUSED:{stream}", f"{stream} {parcel.key} stays here: {why}")

    def _hold(self, parcel: Parcel, action: Action, reply: Reply) -> None:
        raise held(action)


def held(action: Action) -> HeldError:
    """The error of trouble with the ERP as a whole."""
    code, hint = _TROUBLE.get(action.do, ("ERP_UNREACHABLE", ""))
    return HeldError(code, action.why, wait_s=action.wait_s, hint=hint)


def aside(action: Action, uplink: Uplink) -> HeldError:
    """The ERP says that two boxes have our id; whoever has a claim that is not held is heard after all."""
    if uplink.claim in action.held:
        uplink.on_rival("the ERP hears two boxes in turns")
    return HeldError("TWO_LIVE", action.why, wait_s=action.wait_s)


_TROUBLE = {
    Do.REFRESH: ("CREDENTIAL_REFUSED", "check [sync] token_credential; a new token is found by itself"),
    Do.HOLD: ("GATEWAY_UNKNOWN", "ask the ERP's team to register this gateway, or check base_url"),
    Do.ARCHIVE: ("GATEWAY_RETIRED", "everything stays stored here; 'kanban-gateway export' writes it out"),
    Do.ROLL_BACK: ("EPOCH_CONFLICT", "does another box use this id?"),
}

_RULES: dict[Do, Callable[[Courier, Parcel, Action, Reply], None]] = {
    Do.ADVANCE: Courier._advance,
    Do.SPLIT: Courier._split,
    Do.AGAIN: Courier._hold,
    Do.WAIT: Courier._wait,
    Do.RESEND: Courier._resend,
    Do.STAND_ASIDE: Courier._stand_aside,
    Do.ROLL_BACK: Courier._roll_back,
    Do.REFRESH: Courier._hold,
    Do.HOLD: Courier._hold,
    Do.ARCHIVE: Courier._hold,
    Do.NEVER: Courier._never,
    Do.BURY: Courier._bury_all,
}
