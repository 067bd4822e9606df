"""Acknowledgements on their way to the writer: at most one per stream there, the newest waits.

The writer settles with its next commit, so an acknowledgement may stay with it for a second; a
stream of them must not fill its queue. Later ones include earlier ones, so waiting ones merge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.errors import BusyError
from gateway.model import Acknowledgement, Intake, Outcome, Status
from gateway.store.outbox import StreamState

Submit = Callable[[Intake, Callable[[Outcome], None] | None], None]
Later = Callable[[Callable[[], None]], None]

RETRY_MS = 1_000  # after a busy writer or a failed disk
LOST_MS = 10_000  # an outcome that never came no longer blocks the stream

CODE_EPOCH_CHANGED = "EPOCH_CHANGED"


@dataclass(slots=True)
class _Slot:
    told: Acknowledgement | None = None  # last one given to the writer
    at_writer: Acknowledgement | None = None  # its outcome is not known yet
    since_ms: int = 0
    waiting: Acknowledgement | None = None
    retry_ms: int = 0
    cum: int = 0  # what the writer has been told so far
    dispositions: int = 0


class Settlement:
    """Per stream: give the writer what is news to it, nothing twice in a row, never more than one at a time.

    Only one with new dispositions overtakes: somebody at a station waits for it.
    """

    def __init__(self, submit: Submit, later: Later, on_outcome: Callable[[Acknowledgement, Outcome], None]) -> None:
        """`later` runs a function in the sync thread; outcomes arrive in the writer's."""
        self._submit = submit
        self._later = later
        self._on_outcome = on_outcome
        self._slots: dict[str, _Slot] = {}
        self._now_ms = 0

    def reset(self, states: Iterable[StreamState]) -> None:
        """Begin with what the store says; outcomes still to come are ignored."""
        self._slots = {s.stream: _Slot(cum=s.cum, dispositions=s.dn) for s in states}

    def offer(self, ack: Acknowledgement, now_ms: int, *, is_dispute: bool = False) -> None:
        """Hand on what the store does not know; a dispute (other history) is always news, but only once."""
        self._now_ms = now_ms
        slot = self._slots[ack.stream]
        newest = ack.dispositions[-1].n if ack.dispositions else 0
        has_news = newest > slot.dispositions
        if not (is_dispute or has_news or ack.cum > slot.cum) or ack in (slot.told, slot.waiting):
            return
        if slot.at_writer is not None and not has_news and now_ms - slot.since_ms < LOST_MS:
            slot.waiting = ack
            return
        self._give(slot, ack, now_ms)

    def on_tick(self, now_ms: int) -> None:
        """Try again what the writer had no room for."""
        self._now_ms = now_ms
        for slot in self._slots.values():
            is_free = slot.at_writer is None or now_ms - slot.since_ms >= LOST_MS
            if slot.waiting is not None and is_free and now_ms >= slot.retry_ms:
                self._give(slot, slot.waiting, now_ms)

    def _give(self, slot: _Slot, ack: Acknowledgement, now_ms: int) -> None:
        try:
            self._submit(ack, lambda outcome: self._later(lambda: self._finish(slot, ack, outcome)))
        except BusyError:
            slot.waiting, slot.retry_ms = ack, now_ms + RETRY_MS
            return
        slot.told = slot.at_writer = ack
        slot.since_ms = now_ms
        slot.waiting = None
        slot.cum = max(slot.cum, ack.cum)
        if ack.dispositions:
            slot.dispositions = max(slot.dispositions, ack.dispositions[-1].n)

    def _finish(self, slot: _Slot, ack: Acknowledgement, outcome: Outcome) -> None:
        if self._slots.get(ack.stream) is not slot:
            return  # of an epoch that is over
        if slot.at_writer is ack:
            slot.at_writer = None
        if outcome.verdict.status is Status.FAILED and not outcome.seqs:
            if slot.waiting is None or slot.waiting.cum < ack.cum:
                slot.waiting = ack
            slot.retry_ms = self._now_ms + RETRY_MS
            slot.told = None
            return
        self._on_outcome(ack, outcome)
        is_current = self._slots.get(ack.stream) is slot
        if is_current and slot.at_writer is None and slot.waiting is not None:
            self._give(slot, slot.waiting, self._now_ms)
