"""One established connection: what arrives is handed out by topic, what is due is said."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gateway.clock import Clock
from gateway.errors import ContractError
from sync.downlink import Downlink, Message, Position
from sync.envelope import Sender, parse_ack, parse_birth, parse_erp_state, render_birth, render_death
from sync.greeting import Greeting
from sync.mqtt import Inbound, LinkError, MqttSession
from sync.retry import Uniform
from sync.settlement import Later, Submit
from sync.topic import Topics
from sync.uplink import CODE_RIVAL, Batch, Uplink
from sync.warning import WarningBook

ANSWER_LIMIT_MS = 10_000  # for the broker to accept the connection, and again for the subscriptions
FAREWELL_LIMIT_MS = 2_000
SLICE_S = 0.25  # longest wait of one turn; also how exact the time-outs are
# Forgotten with each connection: what still is wrong (retained messages come again) is told again.
FRESH = ("SUBSCRIPTION_REFUSED", "MALFORMED", "PUBLISH_REFUSED", "ACK_UNKNOWN_EPOCH", "ACK_WENT_BACK")
SILENT_BIRTHS = 2  # after so many unanswered births people are told


class Conversation:
    """From the broker's welcome to the farewell. Raises LinkError when the connection ends before that."""

    def __init__(
        self,
        session: MqttSession,
        uplink: Uplink,
        topics: Topics,
        sender: Sender,
        birth: str,
        book: WarningBook,
        clock: Clock,
        uniform: Uniform,
    ) -> None:
        self._session = session
        self._uplink = uplink
        self._topics = topics
        self._sender = sender
        self._birth = birth
        self._book = book
        self._clock = clock
        self._uniform = uniform
        self._greeting = Greeting(uniform)
        self._is_first = not uplink.watch.has_spoken
        self._downlink: Downlink | None = None
        self._early: list[Inbound] = []  # came before the subscriptions were answered
        self._unheard = 0
        self._refused = 0

    # -- opening ---------------------------------------------------------------------------

    def open(self, submit: Submit, later: Later, limit: int, stop: threading.Event) -> None:
        """Wait for the broker's welcome, subscribe, begin. `limit`: batches that may be under way."""
        session = self._session
        self._await(lambda: session.is_accepted, "accept the connection", stop)
        session.subscribe(self._topics.subscriptions())
        self._await(lambda: session.is_subscribed, "answer the subscriptions", stop)
        for code in FRESH:
            self._book.end(code)
        for refusal in session.refusals():
            self._book.tell("SUBSCRIPTION_REFUSED", f"the broker does not let us hear {refusal}: check its access list")
        self._downlink = Downlink(
            self._sender.gateway,
            self._topics,
            self._book,
            submit,
            later,
            self._confirm,
            self._position,
            self._uniform,
        )
        self._uplink.on_session(max(1, min(limit, session.receive_maximum)), session.packet_bytes)

    def _await(self, is_done: Callable[[], bool], what: str, stop: threading.Event) -> None:
        until_ms = self._clock.mono_ms() + ANSWER_LIMIT_MS
        while not is_done():
            if stop.is_set() or self._clock.mono_ms() > until_ms:
                raise LinkError(f"the broker did not {what} within {ANSWER_LIMIT_MS // 1000} s")
            self._early += self._session.poll(SLICE_S)

    # -- one turn --------------------------------------------------------------------------

    def listen(self) -> None:
        """Wait for something to do, and take what came."""
        early, self._early = self._early, []
        came = early or self._session.poll(SLICE_S)
        self._listen_to_tally()
        for message in came:
            self._take(message)

    def speak(self) -> None:
        """Say what is due: the birth first, then batches."""
        now = self._clock.mono_ms()
        uplink, downlink = self._uplink, self._downlink
        uplink.on_tick(now)
        if downlink is not None:
            downlink.on_tick(now)
        if uplink.needs_birth:
            uplink.needs_birth = False
            self._greeting.restart()
        if self._greeting.is_due(now, is_answered=uplink.is_answered) and self._session.room > 0:
            self._greet(now)
        if self._greeting.said:
            uplink.send(self._publish_batch, self._session.room, now)
        if uplink.is_answered:
            self._book.end("ERP_SILENT")

    def close(self) -> None:
        """Orderly end: the ERP is told, and the broker drops the will."""
        try:
            if self._uplink.rival:
                self._say_birth()  # no death: it would take from the other box, and from the ERP, what we have seen
            else:
                death = render_death(self._sender, self._birth, self._uplink.epoch)
                self._session.publish(self._topics.state, death, is_retained=True)
            until_ms = self._clock.mono_ms() + FAREWELL_LIMIT_MS
            while self._session.unconfirmed and self._clock.mono_ms() < until_ms:
                self._session.poll(SLICE_S)  # not confirmed by us: it is delivered again next time
        except LinkError:
            self._book.count("NO_FAREWELL")

    # -- inner -----------------------------------------------------------------------------

    def _take(self, message: Inbound) -> None:
        topics = self._topics
        if message.topic == topics.command or message.topic.startswith(topics.master):
            if self._downlink is not None:
                self._downlink.receive(message, self._clock.mono_ms())
            return
        try:
            self._hear(message)
        except ContractError as error:
            self._book.tell("MALFORMED", str(error))
        self._session.confirm(message)

    def _hear(self, message: Inbound) -> None:
        """Acknowledgements and the ERP's state: losing one costs nothing, the next one says as much."""
        stream = self._topics.streams.get(message.topic)
        if not message.payload:
            self._book.count("CLEARED")
        elif stream is not None:
            document = parse_ack(stream, message.payload)
            self._book.end("NOBODY_LISTENS")
            self._uplink.on_ack(document, is_retained=message.is_retained, now_ms=self._clock.mono_ms())
        elif message.topic == self._topics.state:
            self._overhear(message)
        elif message.topic == self._topics.erp_state:
            self._uplink.on_erp_state(parse_erp_state(message.payload), is_retained=message.is_retained)
        else:
            self._book.count("UNEXPECTED_TOPIC")

    def _overhear(self, message: Inbound) -> None:
        """A birth in our name. What lies there when a process connects first is from the one before it."""
        birth = parse_birth(message.payload)
        self._book.count("BIRTH_HEARD")
        is_of_the_past = message.is_retained and self._is_first
        if birth.is_online and not is_of_the_past and self._uplink.watch.hear(birth.id, is_sure=birth.is_holding):
            self._uplink.on_rival("another one was born at the broker between births of ours")

    def _greet(self, now_ms: int) -> None:
        self._uplink.refresh()
        self._say_birth()
        self._greeting.on_said(now_ms)
        if self._greeting.said > SILENT_BIRTHS:
            self._book.tell(
                "ERP_SILENT", "the broker is there but the ERP does not answer; everything is stored meanwhile"
            )

    def _say_birth(self) -> None:
        uplink = self._uplink
        hold = CODE_RIVAL if uplink.rival else ""
        birth = render_birth(self._sender, self._birth, uplink.states(), claim=uplink.claim, hold=hold)
        self._session.publish(self._topics.state, birth, is_retained=True)
        uplink.watch.speak(self._birth)

    def _publish_batch(self, batch: Batch) -> None:
        self._session.publish(self._topics.up[batch.stream], batch.payload)

    def _confirm(self, message: Message) -> None:
        if isinstance(message, Inbound):
            self._session.confirm(message)

    def _position(self) -> Position:
        return Position(self._uplink.epoch, self._uplink.acked("sig"))

    def _listen_to_tally(self) -> None:
        tally = self._session.tally
        if tally.unheard > self._unheard:
            self._uplink.on_unheard()
            self._book.tell(
                "NOBODY_LISTENS", "the broker has no subscriber for our messages: is the ERP connected to it?"
            )
        if tally.refused > self._refused:
            self._book.tell("PUBLISH_REFUSED", f"the broker refuses our messages: {tally.why_refused}")
        self._unheard, self._refused = tally.unheard, tally.refused
