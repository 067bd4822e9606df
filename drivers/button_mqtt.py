"""Kanban buttons that publish over MQTT: a press is acknowledged to the broker only after the commit.

Until then the broker keeps it and delivers it again, to this process or to the next one, with the
DUP flag. The session therefore outlives the connection, and its identity never changes.
"""

from __future__ import annotations

import logging
import select
import threading
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink
from drivers.broker_client import CONNECT_TIMEOUT_S, RECONNECT_FIRST_S, RECONNECT_LIMIT_S, equip
from drivers.buffered_socket import BufferedSocket, disable_delay
from drivers.button_intake import Skip, take
from drivers.button_message import Message, parse_publish
from drivers.button_settings import MqttButtonSettings
from drivers.button_watch import ButtonWatch
from gateway.clock import Clock
from gateway.errors import PermanentDeviceError
from gateway.model import Read, Status, Verdict
from gateway.wake import Wake

PACKETS_PER_ROUND = 256  # then acknowledgements and the heartbeat get their turn
PUBACK = b"\x40\x02"  # then the packet identifier (MQTT section 3.4); the same in both versions
PACKET_LIMIT_BYTES = 1 << 20  # an MQTT 5 broker drops what is larger
REDELIVERY_PAUSE_S = 0.5  # before asking again for what could not be stored; there may be space again

_LOG = logging.getLogger(__name__)


class MqttButtons:
    """All buttons behind one broker session."""

    def __init__(self, settings: MqttButtonSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._counters: Counter[str] = Counter()
        self._watch = ButtonWatch(settings)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        while not stop.is_set():
            session = PressSession(self._settings, self._context, sink, self._counters, self._watch, health)
            try:
                session.serve(stop)
            except (OSError, ValueError) as error:  # unreachable, refused, TLS; ValueError: paho on a closed socket
                session.reason = session.reason or f"{self._settings.place}: {error}"
            finally:
                session.close()
                self._watch.listen(None)
            if session.was_useful:
                backoff.reset()
            if not stop.is_set():
                delay_s = REDELIVERY_PAUSE_S if session.has_failed else backoff.next_s()
                self._wait(stop, delay_s, session.reason, health)

    def notify(self, verdict: Verdict) -> None:
        """These buttons have no way to show anything."""

    def _wait(self, stop: threading.Event, delay_s: float, reason: str, health: Callable[[DeviceHealth], None]) -> None:
        """Wait before the next connection, beating on: a broker that is away must not look like a hung thread."""
        self._counters["reconnects"] += 1
        while delay_s > 0:
            alarms = self._watch.alarms(self._context.clock.mono_ms())
            health(DeviceHealth(False, reason, dict(self._counters), alarms))
            if stop.wait(min(delay_s, HEARTBEAT_S)):
                return
            delay_s -= HEARTBEAT_S


class PressSession:
    """One connection. A verdict that comes after its end is dropped: the broker asks again on the next one."""

    def __init__(
        self,
        settings: MqttButtonSettings,
        context: DeviceContext,
        sink: Sink,
        counters: Counter[str],
        watch: ButtonWatch,
        health: Callable[[DeviceHealth], None],
    ) -> None:
        self._settings = settings
        self._place = settings.place
        self._clock: Clock = context.clock
        self._sink = sink
        self._counters = counters
        self._watch = watch
        self._health = health
        self._wake = Wake()
        self._acks: deque[int] = deque()  # at most Receive Maximum: the broker sends no more without them
        self.has_failed = False  # a press could not be stored
        self._was_answered = False
        self._is_subscribed = False
        self._is_over = False
        self.reason = ""  # why the connection ended, for people
        self._client = _client(settings, context, self._on_message)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        # With this hook set paho only queues acknowledgements, and one loop_write sends them all.
        self._client.on_socket_register_write = _ignore

    def serve(self, stop: threading.Event) -> None:
        """Connect and work until `stop`, the end of the connection, or a press that could not be stored."""
        self._client.connect(self._settings.host, self._settings.port, **_connect_arguments(self._settings))
        sock = self._client.socket()
        if not isinstance(sock, BufferedSocket):
            raise PermanentDeviceError("paho no longer asks us for its socket", hint="install the pinned paho-mqtt")
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        give_up_ms = self._clock.mono_ms() + int(CONNECT_TIMEOUT_S * 1000)
        beat_ms = 0
        while not (stop.is_set() or self.has_failed or self._is_over):
            poll.register(sock, select.POLLIN if self._flush(sock) else select.POLLIN | select.POLLOUT)
            poll.poll(0 if sock.pending() else STOP_LATENCY_S * 1000)
            self._read_packets(sock)
            self._send_acks(sock)
            now_ms = self._clock.mono_ms()
            if now_ms >= beat_ms:
                beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                self._client.loop_misc()
                self._report()
                if not self._is_subscribed and now_ms > give_up_ms:
                    raise TimeoutError(f"{self._place} accepts connections but does not answer")

    def close(self) -> None:
        """Leave in order. The session stays with the broker, and with it every unacknowledged press."""
        if self.has_failed:
            self.reason = self.reason or "a press could not be stored; the broker keeps it"
        sock = self._client.socket()
        if isinstance(sock, BufferedSocket):
            self._send_acks(sock)
            self._client.disconnect()
            self._client.loop_write()  # closes the socket after the last packet
        self._wake.close()

    @property
    def was_useful(self) -> bool:
        """Whether this connection worked, so that the next one need not be put off."""
        return self._is_subscribed

    def offer(self, read: Read, packet: int) -> None:
        """The only place where a press meets its acknowledgement: after the verdict, never before."""
        self._sink.offer(read, partial(self._answer, packet))

    def _answer(self, packet: int, verdict: Verdict) -> None:
        """Called in any thread once the outcome is known; FAILED leaves the press with the broker."""
        if verdict.status is Status.FAILED:
            self.has_failed = True
        elif packet:
            self._acks.append(packet)
        self._wake.set()

    def _read_packets(self, sock: BufferedSocket) -> None:
        for _ in range(PACKETS_PER_ROUND):
            found = sock.take_publish() if self._client.is_between_packets else None
            if found is not None:
                is_sound = self._client.take_publish(*found)
            else:
                is_sound = not self._client.loop_read() and self._client.socket() is not None
            if not is_sound:
                self._is_over = True
                return
            if not sock.pending():
                return

    def _send_acks(self, sock: BufferedSocket) -> None:
        """Whole PUBACK packets: through paho each of them would pass its queue and its locks."""
        self._wake.clear()
        acks = len(self._acks)
        if acks:
            sock.send(b"".join(PUBACK + self._acks.popleft().to_bytes(2, "big") for _ in range(acks)))
            self._counters["acknowledged"] += acks

    def _flush(self, sock: BufferedSocket) -> bool:
        if self._client.want_write() and self._client.loop_write():
            self._is_over = True
        return self._is_over or sock.flush()

    def _on_connect(self, client: mqtt.Client, data: Any, flags: mqtt.ConnectFlags, code: Any, properties: Any) -> None:
        self._was_answered = True
        if code.is_failure:
            self.reason = f"{self._place} refused the connection: {code}; check user name, password and client rights"
            self._is_over = True
            return
        if not flags.session_present:
            self._counters["new_sessions"] += 1
        client.subscribe([(topic, _options(self._settings)) for topic in self._settings.topics])

    def _on_subscribe(self, client: mqtt.Client, data: Any, packet: int, codes: list[Any], properties: Any) -> None:
        refused = [t for t, code in zip(self._settings.topics, codes, strict=False) if code.is_failure]
        if refused:
            self.reason = f"{self._place} refused the subscription to {', '.join(refused)}; check client rights"
            self._is_over = True
            return
        self._is_subscribed = True
        self._watch.listen(self._clock.mono_ms())
        self._report()

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        how = "ended the connection"
        if self._settings.tls.enabled and not self._was_answered:
            how = "hung up before it answered, so it may not accept our certificate"
        self.reason = self.reason or f"{self._place} {how}: {code}"
        self._is_over = True

    def _on_message(self, message: Message) -> None:
        """Nothing may escape: one bad message must not keep the others from being stored."""
        if self.has_failed:
            return  # not acknowledged, so the broker delivers it again
        try:
            self._take(message)
        except Exception:  # noqa: BLE001  paho's loop must go on; the press stays with the broker
            _LOG.exception("%s: a message could not be handed on", self._settings.id)
            self.has_failed = True
            self.reason = "a message could not be handed on; see the log"

    def _take(self, message: Message) -> None:
        found = take(message, self._settings, self._clock, self._watch)
        if isinstance(found, Skip):
            self._counters[found.value] += 1
            if message.packet:
                self._acks.append(message.packet)
            return
        self._counters["presses"] += 1
        if message.is_redelivered:
            self._counters["redelivered"] += 1
        if not message.qos:
            self._counters["at_qos_0"] += 1
        self.offer(found, message.packet)

    def _report(self) -> None:
        text = f"subscribed at {self._place}" if self._is_subscribed else f"connecting to {self._place}"
        alarms = self._watch.alarms(self._clock.mono_ms())
        self._health(DeviceHealth(self._is_subscribed, text, dict(self._counters), alarms))


def _ignore(*_: Any) -> None:
    pass


class _Client(mqtt.Client):
    """paho's client on a buffered socket, with a short cut for what arrives all day.

    Both hooks are not public. Were they to go away, `serve` and the tests would say so at once.
    """

    def __init__(self, take: Callable[[Message], None], **arguments: Any) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, **arguments)
        self._take = take
        self._is_mqtt5 = self._protocol == mqtt.MQTTv5

    def _create_socket(self) -> BufferedSocket:
        raw = super()._create_socket()
        disable_delay(raw)
        return BufferedSocket(raw)

    @property
    def is_between_packets(self) -> bool:
        """Whether the next byte on the socket begins a packet."""
        return bool(self._in_packet["command"] == 0)

    def take_publish(self, command: int, body: bytes | bytearray) -> bool:
        """Hand on a PUBLISH packet; False when it is malformed."""
        try:
            message = parse_publish(command, body, self._is_mqtt5)
        except ValueError as error:
            _LOG.warning("%s: %s", self._client_id.decode(), error)
            return False
        self._take(message)
        return True

    def _handle_publish(self) -> mqtt.MQTTErrorCode:
        packet = self._in_packet
        is_sound = self.take_publish(packet["command"], packet["packet"])
        return mqtt.MQTT_ERR_SUCCESS if is_sound else mqtt.MQTT_ERR_PROTOCOL


def _client(settings: MqttButtonSettings, context: DeviceContext, take: Callable[[Message], None]) -> _Client:
    is_mqtt5 = settings.protocol == "5"
    client = _Client(
        take,
        client_id=f"kgw-{context.gateway}-{settings.id}",  # the same for ever: it names the session
        clean_session=None if is_mqtt5 else False,
        protocol=mqtt.MQTTv5 if is_mqtt5 else mqtt.MQTTv311,
        manual_ack=True,
        reconnect_on_failure=False,
    )
    equip(client, settings, context, f"device {settings.id}")
    return client


def _connect_arguments(settings: MqttButtonSettings) -> dict[str, Any]:
    arguments: dict[str, Any] = {"keepalive": settings.keep_alive_s}
    if settings.protocol == "5":
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = settings.session_expiry_s
        properties.ReceiveMaximum = settings.in_flight
        properties.MaximumPacketSize = PACKET_LIMIT_BYTES
        arguments |= {"clean_start": False, "properties": properties}
    return arguments


def _options(settings: MqttButtonSettings) -> Any:
    """QoS 1; retained messages, which are ignored anyway, at most once per session."""
    if settings.protocol != "5":
        return 1
    return SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
