"""What is said on a connection and when, with a connection on paper."""

from __future__ import annotations

import json
import threading
from typing import Any

from gateway.model import Intake
from sync.conversation import Conversation
from sync.envelope import Sender
from sync.mqtt import Inbound, MqttSession, Tally
from sync.sender import Pace
from sync.topic import STREAMS, Topics
from sync.uplink import Uplink
from sync.warning import WarningBook
from tests.sync.desk import SimClock
from tests.sync.ledger import MemoryOutbox

TOPICS = Topics.of("P1", "G1")
SENDER = Sender("prod", "G1", "b0070001")


class PaperSession(MqttSession):
    """A connection that notes what is published and delivers what a test lays down."""

    is_accepted = True
    is_subscribed = True
    receive_maximum = 20
    packet_bytes = 1_000_000
    room = 16
    unconfirmed = 0

    def __init__(self) -> None:
        self.tally = Tally()
        self.topics: list[str] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.confirmed: list[Inbound] = []
        self.incoming: list[Inbound] = []

    def subscribe(self, topics: list[str]) -> None:
        self.topics = topics

    def refusals(self) -> list[str]:
        return []

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        assert is_retained == (topic == TOPICS.state)
        self.sent.append((topic, json.loads(payload)))

    def poll(self, timeout_s: float) -> list[Inbound]:
        came, self.incoming = self.incoming, []
        return came

    def confirm(self, message: Inbound) -> None:
        self.confirmed.append(message)


class Talk:
    """A conversation that a test drives turn by turn."""

    def __init__(self) -> None:
        self.outbox = MemoryOutbox()
        self.clock = SimClock()
        self.warnings: list[str] = []
        self.session = PaperSession()
        book = WarningBook(lambda code, text: self.warnings.append(code), self.clock)
        self.uplink = Uplink(
            self.outbox, SENDER, Pace(), lambda low, high: high, book, self.submit, lambda note: note()
        )
        self.conversation = Conversation(
            self.session, self.uplink, TOPICS, SENDER, "birth-1", book, self.clock, lambda low, high: high
        )
        self.conversation.open(self.submit, lambda note: note(), 8, threading.Event())

    def submit(self, intake: Intake, done: object) -> None:
        """The writer never gets round to it."""

    def turn(self, ms: int = 0) -> None:
        self.clock.now += ms
        self.conversation.listen()
        self.conversation.speak()

    def hear(self, topic: str, document: object) -> None:
        self.session.incoming.append(Inbound(topic, json.dumps(document).encode(), False, False, 1, 1))

    def answer(self) -> None:
        """The ERP acknowledges all four streams of the present epoch at 0."""
        for topic, stream in TOPICS.streams.items():
            self.hear(topic, {"v": 1, "ep": self.outbox.epoch, "st": stream, "cum": 0, "h": "0" * 32})

    def said(self) -> list[str]:
        """The last level of each topic published so far."""
        return [topic.rsplit("/", 1)[1] for topic, _ in self.session.sent]


def test_the_gateway_listens_to_its_own_topics_only() -> None:
    assert Talk().session.topics == [
        *(f"kgw/v1/P1/G1/ack/{stream}" for stream in STREAMS),
        "kgw/v1/P1/G1/cmd",
        "kgw/v1/P1/G1/md/+",
        "kgw/v1/P1/erp/state",
        "kgw/v1/P1/G1/state",
    ]


def test_first_comes_the_birth_then_the_answer_then_batches() -> None:
    talk = Talk()
    talk.outbox.append("sig")
    talk.turn()
    assert talk.said() == ["state"]
    talk.answer()
    talk.turn()
    assert talk.said() == ["state", "sig"]


def test_not_even_a_retained_answer_lets_a_batch_out_before_the_birth() -> None:
    talk = Talk()
    talk.outbox.append("sig")
    talk.answer()
    talk.turn()
    assert talk.said() == ["state", "sig"]


def test_a_silent_erp_is_told_until_it_answers() -> None:
    talk = Talk()
    for _ in range(40):
        talk.turn(1_000)
    assert talk.said() == ["state"] * 4  # at once, after 5 s, 10 s, 20 s
    assert talk.warnings == ["ERP_SILENT"] * 2
    talk.answer()
    for _ in range(200):
        talk.turn(1_000)
    assert talk.said() == ["state"] * 4


def test_a_new_epoch_is_told_at_once_under_the_same_birth() -> None:
    talk = Talk()
    talk.turn()
    talk.answer()
    talk.turn()
    talk.outbox.epoch = "01NEW"
    talk.uplink.refresh()
    talk.turn()
    births = [document for topic, document in talk.session.sent if topic == TOPICS.state]
    assert [(birth["ep"], birth["birth"]) for birth in births] == [
        ("01K9ZQ5B7M8N9P0Q1R2S3T4V5W", "birth-1"),
        ("01NEW", "birth-1"),
    ]


def test_every_message_that_needs_no_disk_is_confirmed_even_if_it_makes_no_sense() -> None:
    talk = Talk()
    for topic in (*TOPICS.streams, TOPICS.erp_state, "kgw/v1/P1/G1/state", ""):
        talk.hear(topic, ["nonsense"])
    talk.turn()
    assert len(talk.session.confirmed) == 7
    assert "MALFORMED" in talk.warnings


def test_at_the_end_the_death_is_said_under_the_name_of_the_birth() -> None:
    talk = Talk()
    talk.turn()
    talk.conversation.close()
    assert talk.session.sent[-1] == (
        TOPICS.state,
        {
            "v": 1,
            "env": "prod",
            "gw": "G1",
            "boot": "b0070001",
            "ep": talk.outbox.epoch,
            "birth": "birth-1",
            "online": False,
        },
    )
