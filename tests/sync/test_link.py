"""The uplink against a link that loses, repeats, delays and reorders, in simulated time."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BusyError
from gateway.model import Acknowledgement, Intake, Outcome, Status, Verdict
from sync.envelope import AckDocument, ErpState, Sender
from sync.sender import Pace
from sync.uplink import Batch, Uplink
from sync.warning import WarningBook
from tests.sync.desk import SimClock
from tests.sync.ledger import STREAMS, MemoryOutbox, Receiver

TURN_MS = 250
CALM_MS = 130_000  # two of the longest back-offs
Done = Callable[[Outcome], None] | None


class Link:
    """Gateway, link and ERP in one thread. `chaos` is the share of messages that meet with something."""

    def __init__(self, seed: int, limit: int, chaos: float) -> None:
        self.random = random.Random(seed)
        self.clock = SimClock()
        self.outbox = MemoryOutbox()
        self.limit = limit
        self.chaos = chaos
        self.most_in_flight = 0
        self.up: list[tuple[int, str, bytes]] = []  # (due, stream, payload)
        self.down: list[tuple[int, AckDocument]] = []
        self.erp = {stream: Receiver(stream, self.outbox.epoch) for stream in STREAMS}
        self.submitted: list[Acknowledgement] = []
        self.later: list[Callable[[], None]] = []
        book = WarningBook(lambda code, text: None, self.clock)
        sender = Sender("test", "G1", "b0070001")
        pace = Pace(events=3, bytes=400)
        self.uplink = Uplink(self.outbox, sender, pace, self.random.uniform, book, self.submit, self.later.append)
        self.connect()

    def submit(self, intake: Intake, done: Done) -> None:
        """A writer that is sometimes busy and settles what it is given."""
        assert isinstance(intake, Acknowledgement)
        if self.random.random() < self.chaos / 4:
            raise BusyError("busy")
        assert not self.submitted or intake != self.submitted[-1]
        self.submitted.append(intake)
        assert self.outbox.hashes[intake.stream][intake.cum] == intake.hash
        self.outbox.settled[intake.stream] = max(intake.cum, self.outbox.settled[intake.stream])
        if done:
            done(Outcome(Verdict(Status.OK, "SETTLED")))

    def connect(self) -> None:
        """A new session: what was under way is lost, the ERP answers the birth."""
        self.up.clear()
        self.uplink.on_session(self.limit, 100_000)
        for receiver in self.erp.values():
            self._answer(receiver, has_gap=False)

    def turn(self) -> None:
        """A quarter of a second."""
        self.clock.now += TURN_MS
        now = self.clock.now
        for due, stream, payload in [one for one in self.up if one[0] <= now]:
            self.up.remove((due, stream, payload))
            receiver = self.erp[stream]
            receiver.take(payload)
            self._answer(receiver, has_gap=receiver.has_gap)
        for due_ack in [one for one in self.down if one[0] <= now]:
            self.down.remove(due_ack)
            self.uplink.on_ack(due_ack[1], is_retained=False, now_ms=now)
        while self.later:
            self.later.pop(0)()
        self.uplink.on_tick(now)
        self.uplink.send(self._publish, 100, now)
        self.most_in_flight = max(self.most_in_flight, self.uplink.in_flight)

    def _publish(self, batch: Batch) -> None:
        for due in self._fates():
            self.up.append((due, batch.stream, batch.payload))

    def _answer(self, receiver: Receiver, *, has_gap: bool) -> None:
        document = AckDocument(receiver.acknowledge(), has_gap)
        for due in self._fates():
            self.down.append((due, document))

    def _fates(self) -> list[int]:
        """When a message arrives: once, or by chance never, twice, or late (overtaken by others)."""
        if self.random.random() >= self.chaos:
            return [self.clock.now]
        fate = self.random.choice(("lost", "twice", "late"))
        late = self.clock.now + self.random.randrange(0, 20_000, TURN_MS)
        return {"lost": [], "twice": [self.clock.now, late], "late": [late]}[fate]


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    limit=st.integers(1, 8),
    chaos=st.sampled_from((0.0, 0.1, 0.5, 0.9)),
    steps=st.lists(st.sampled_from(("sig", "mov", "res", "sys", "wait", "connect", "away", "back")), max_size=60),
)
def test_through_any_link_everything_arrives_once_in_order_and_never_more_is_under_way_than_allowed(
    seed: int, limit: int, chaos: float, steps: list[str]
) -> None:
    link = Link(seed, limit, chaos)
    for step in steps:
        if step in STREAMS:
            link.outbox.append(step, link.random.randrange(1, 12))
            link.uplink.on_commit([step])
        elif step == "connect":
            link.connect()
        elif step in ("away", "back"):
            link.uplink.on_erp_state(ErpState(step == "back", str(link.clock.now)), is_retained=False)
        link.turn()
    link.chaos = 0.0
    link.uplink.on_erp_state(ErpState(True, "calm"), is_retained=False)
    link.connect()
    for _ in range(CALM_MS // TURN_MS):
        link.turn()
    for stream in STREAMS:
        sent = [str(event["id"]) for event in link.outbox.events[stream]]
        assert link.erp[stream].applied == sent
        assert link.outbox.settled[stream] == len(sent)
    assert link.most_in_flight <= limit
    assert link.uplink.in_flight == 0


def test_while_the_erp_is_away_nothing_is_sent_and_on_its_return_everything_is() -> None:
    link = Link(1, 8, 0.0)
    link.turn()
    link.uplink.on_erp_state(ErpState(False, ""), is_retained=True)
    link.outbox.append("sig", 20)
    link.uplink.on_commit(["sig"])
    for _ in range(500):
        link.turn()
    assert link.erp["sig"].applied == []
    assert link.outbox.streams()["sig"].head == 20
    link.uplink.on_erp_state(ErpState(True, "2026-11-22T04:00:00Z"), is_retained=False)
    for _ in range(3):
        link.turn()
    assert len(link.erp["sig"].applied) == 20


@pytest.mark.parametrize("away", [True, False], ids=["went and came", "restarted unseen"])
def test_what_was_under_way_when_the_erp_went_goes_out_again_at_once_when_it_is_back(away: bool) -> None:
    link = Link(1, 8, 0.0)
    link.uplink.on_erp_state(ErpState(True, "first"), is_retained=True)
    link.turn()
    link.outbox.append("sig", 2)
    link.uplink.on_commit(["sig"])
    link.turn()
    link.up.clear()  # the ERP took it to its grave
    if away:
        link.uplink.on_erp_state(ErpState(False, "first"), is_retained=False)
        for _ in range(500):
            link.turn()
        assert sum(stream.resends for stream in link.uplink.status()) == 0
    link.uplink.on_erp_state(ErpState(True, "second"), is_retained=False)
    link.turn()
    link.turn()
    assert len(link.erp["sig"].applied) == 2


def test_a_repeated_state_of_the_erp_repeats_nothing() -> None:
    link = Link(1, 8, 0.0)
    link.uplink.on_erp_state(ErpState(True, "first"), is_retained=True)
    link.turn()
    link.outbox.append("sig", 2)
    link.uplink.on_commit(["sig"])
    link.turn()
    sent = list(link.up)
    link.uplink.on_erp_state(ErpState(True, "first"), is_retained=True)
    link.uplink.send(link._publish, 100, link.clock.now)
    assert link.up == sent


def test_a_signal_finds_a_free_place_while_a_backlog_of_movements_drains() -> None:
    link = Link(1, 8, 0.0)
    link.outbox.append("mov", 1000)
    link.turn()
    link.turn()
    link.outbox.append("sig", 1)
    link.uplink.on_commit(["sig"])
    link.erp["mov"].take = lambda payload: None  # type: ignore[method-assign]  # the ERP hangs on movements
    link.turn()
    link.turn()
    assert len(link.erp["sig"].applied) == 1
    assert len(link.erp["mov"].applied) < 1000


def test_signals_are_read_before_movements_and_movements_before_results() -> None:
    link = Link(1, 8, 0.0)
    for stream in reversed(STREAMS):
        link.outbox.append(stream, 1)
    link.turn()
    assert [stream for _, stream, _ in link.up] == ["sig", "mov", "res", "sys"]


def test_a_dispute_in_one_stream_stops_all_of_them_until_the_store_has_decided() -> None:
    link = Link(1, 8, 0.0)
    link.turn()
    answers: list[Done] = []
    link.uplink._settlement._submit = lambda intake, done: answers.append(done)
    liar = Acknowledgement(link.outbox.epoch, "sig", 0, b"x" * 16)
    link.uplink.on_ack(AckDocument(liar, has_gap=False), is_retained=False, now_ms=link.clock.now)
    link.outbox.append("mov", 3)
    link.uplink.on_commit(["mov"])
    link.turn()
    assert link.up == []
    [done] = answers
    assert done is not None
    done(Outcome(Verdict(Status.OK, "SETTLED")))
    link.turn()
    link.turn()
    assert len(link.erp["mov"].applied) == 3


def test_when_the_store_began_a_new_epoch_the_streams_begin_anew_at_once() -> None:
    link = Link(1, 8, 0.0)
    link.turn()
    answers: list[Done] = []
    link.uplink._settlement._submit = lambda intake, done: answers.append(done)
    liar = Acknowledgement(link.outbox.epoch, "sig", 0, b"x" * 16)
    link.uplink.on_ack(AckDocument(liar, has_gap=False), is_retained=False, now_ms=link.clock.now)
    link.outbox.epoch = "01NEW"
    [done] = answers
    assert done is not None
    done(Outcome(Verdict(Status.OK, "EPOCH_CHANGED")))
    while link.later:
        link.later.pop(0)()
    assert (link.uplink.epoch, link.uplink.needs_birth, link.uplink.is_answered) == ("01NEW", True, False)


def test_in_a_new_epoch_nothing_is_sent_until_the_erp_has_answered_for_it() -> None:
    link = Link(1, 8, 0.0)
    link.turn()
    link.outbox.append("sig", 2)
    link.outbox.epoch = "01NEW"
    link.uplink.refresh()
    link.turn()
    assert link.uplink.needs_birth
    assert (link.up, link.uplink.epoch, link.uplink.is_answered) == ([], "01NEW", False)
    link.erp = {stream: Receiver(stream, "01NEW") for stream in STREAMS}
    link.connect()
    link.turn()
    link.turn()
    assert len(link.erp["sig"].applied) == 2
