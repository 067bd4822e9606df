"""Master data, snapshots and commands on their way to the writer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.model import CardStates, Command, MasterData, Outcome, Status, StockSnapshot, Verdict
from sync.downlink import PENDING_LIMIT, Downlink, OverloadError, Position
from sync.topic import Topics
from sync.warning import WarningBook
from tests.sync.desk import RED, Desk, SimClock
from tests.sync.ledger import EPOCH


@dataclass(frozen=True, eq=False)
class Post:
    """A message as the session delivers it."""

    topic: str
    payload: bytes
    is_retained: bool = False


class Counter:
    """A downlink with everything it touches."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.clock = SimClock()
        self.warnings: list[tuple[str, str]] = []
        self.confirmed: list[Any] = []
        self.position = Position(EPOCH, 0)
        self.book = WarningBook(lambda code, text: self.warnings.append((code, text)), self.clock)
        self.downlink = Downlink(
            "G1", Topics.of("P1", "G1"), self.book, self.desk.submit, self.desk.later.append,
            self.confirmed.append, lambda: self.position, lambda low, high: high,
        )  # fmt: skip

    def post(self, name: str, document: Any, *, is_retained: bool = False) -> Post:
        payload = document if isinstance(document, bytes) else json.dumps(document).encode()
        post = Post(f"kgw/v1/P1/G1/{name}", payload, is_retained)
        self.downlink.receive(post, self.clock.now)
        return post


def command(n: int = 0) -> dict[str, Any]:
    return {"v": 1, "id": f"0199f0aa-0000-7000-8000-{n:012d}", "name": "card_full", "body": {"card": "K-1", "cycle": n}}


ITEMS = {"v": 1, "dataset": "items", "version": 2, "etag": "x", "rows": [{"id": "A"}]}
STATES: dict[str, Any] = {"v": 1, "dataset": "cardstate", "version": 1, "rows": []}


def test_a_command_is_confirmed_only_after_its_outcome() -> None:
    counter = Counter()
    post = counter.post("cmd", command())
    assert isinstance(counter.desk.given[0], Command)
    assert counter.confirmed == []
    counter.desk.answer()
    assert counter.confirmed == [post]
    assert counter.downlink.pending == 0


def test_every_dataset_becomes_its_intake() -> None:
    counter = Counter()
    for name, document in (
        ("items", ITEMS),
        ("stock", {**ITEMS, "dataset": "stock", "rows": []}),
        ("cardstate", STATES),
    ):
        counter.post(f"md/{name}", document)
    assert [type(intake) for intake in counter.desk.given] == [MasterData, StockSnapshot, CardStates]


def test_a_busy_writer_delays_a_message_and_a_later_one_does_not_overtake_it() -> None:
    counter = Counter()
    counter.desk.is_busy = True
    counter.post("cmd", command(1))
    counter.desk.is_busy = False
    counter.post("cmd", command(2))
    assert counter.desk.given == []
    counter.downlink.on_tick(counter.clock.now + 200)
    assert [intake.id[-1] for intake in counter.desk.given if isinstance(intake, Command)] == ["1", "2"]


def test_what_was_not_stored_is_not_confirmed_and_tried_again_with_back_off() -> None:
    counter = Counter()
    counter.post("md/items", ITEMS)
    counter.desk.answer(RED)
    assert counter.confirmed == []
    start = counter.clock.now
    counter.downlink.on_tick(start + 999)
    assert len(counter.desk.given) == 1
    counter.downlink.on_tick(start + 1_000)
    assert len(counter.desk.given) == 2
    counter.desk.answer(RED)
    counter.downlink.on_tick(start + 2_999)
    assert len(counter.desk.given) == 2
    counter.downlink.on_tick(start + 3_000)
    counter.desk.answer()
    assert len(counter.confirmed) == 1


def test_refused_master_data_is_confirmed_and_told() -> None:
    counter = Counter()
    counter.post("md/items", ITEMS)
    counter.desk.answer(Outcome(Verdict(Status.REFUSED, "MD_VERSION_BACK", "version 2 after 3"), (5,)))
    assert len(counter.confirmed) == 1
    assert counter.warnings == [("REFUSED:items", "master data items version 2 refused: version 2 after 3")]
    counter.post("md/items", {**ITEMS, "version": 4})
    counter.desk.answer()
    assert counter.book.texts == {}


@pytest.mark.parametrize(
    ("name", "document", "words"),
    [
        ("cmd", b"{", "cmd: not JSON"),
        ("cmd", {**command(), "id": 5}, "cmd: id is 5, expected a UUID"),
        ("md/items", {**ITEMS, "version": "2"}, "md/items: version is '2'"),
        ("md/nonsense", ITEMS, "md: dataset 'nonsense', expected one of units"),
        ("md/stock", {**ITEMS, "dataset": "stock"}, "rows[0]: item is missing"),
    ],
)
def test_a_malformed_message_is_confirmed_counted_and_told_and_never_reaches_the_writer(
    name: str, document: Any, words: str
) -> None:
    counter = Counter()
    post = counter.post(name, document)
    assert counter.confirmed == [post]
    assert counter.desk.given == []
    [(code, text)] = counter.warnings
    assert code == "MALFORMED"
    assert words in text
    assert counter.book.counts["MALFORMED"] == 1


def test_a_retained_command_is_not_carried_out() -> None:
    counter = Counter()
    post = counter.post("cmd", command(), is_retained=True)
    assert (counter.confirmed, counter.desk.given) == ([post], [])


def test_a_cleared_topic_asks_for_nothing() -> None:
    counter = Counter()
    counter.post("md/items", b"")
    assert (len(counter.confirmed), counter.desk.given, counter.warnings) == (1, [], [])


def test_more_messages_than_a_broker_may_send_end_the_connection() -> None:
    counter = Counter()
    for n in range(PENDING_LIMIT):
        counter.post("cmd", command(n))
    with pytest.raises(OverloadError, match="64 messages"):
        counter.post("cmd", command(99))


@pytest.mark.parametrize(
    ("position", "as_of", "is_adopted"),
    [
        (Position(EPOCH, 0), None, True),
        (Position(EPOCH, 5), {"ep": EPOCH, "sig": 5}, True),
        (Position(EPOCH, 5), {"ep": EPOCH, "sig": 9}, True),
        (Position(EPOCH, 5), {"ep": EPOCH, "sig": 4}, False),
        (Position(EPOCH, 5), {"ep": "01OLD", "sig": 900}, False),
        (Position(EPOCH, 5), None, False),
    ],
)
def test_card_states_that_leave_out_our_acknowledged_events_are_not_adopted(
    position: Position, as_of: dict[str, Any] | None, is_adopted: bool
) -> None:
    counter = Counter()
    counter.position = position
    counter.post("md/cardstate", {**STATES, "as_of": {"G1": as_of}} if as_of else STATES, is_retained=True)
    assert len(counter.desk.given) == is_adopted
    assert len(counter.confirmed) == (not is_adopted)
