"""The only door to paho: one connection to the broker, driven by the sync thread.

paho's own network thread is not used: an exception in a callback would end it while
`is_connected()` stays true. Callbacks here only note what came; `poll` hands it on. Every
connection gets a client of its own, so nothing that paho still held is sent a second time by
paho: what to repeat is decided by the ERP's acknowledgement alone.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateway.clock import Clock
from gateway.errors import GatewayError, TransientDeviceError
from gateway.wake import Wake
from sync.order import InOrder
from sync.settings import SyncSettings

SESSION_EXPIRY_S = 7 * 24 * 3600
RECEIVE_MAXIMUM = 32
PACKET_LIMIT_BYTES = 4 * 1024 * 1024 + 65_536  # the largest document and its envelope
WILL_DELAY_S = 15  # a short break is no death
PUBACK_LIMIT_MS = 15_000
OUTBOUND_LIMIT = 16  # of ours that the broker has not confirmed; paho itself would begin to queue at 20
NO_SUBSCRIBERS = 0x10  # a success code that nobody received
REFUSED = 0x80  # this and above are failures

Credential = Callable[[str], Path]


class LinkError(TransientDeviceError):
    """No connection to the broker, or it was lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Inbound:
    """A message from the broker; confirm it with `MqttSession.confirm`."""

    topic: str
    payload: bytes
    is_retained: bool
    is_redelivered: bool
    packet: int  # packet identifier
    qos: int


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when we vanish."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class Tally:
    """What the broker said about our messages."""

    delivered: int = 0
    unheard: int = 0  # stored by nobody: no matching subscribers
    refused: int = 0
    why_refused: str = ""


@dataclass(slots=True)
class _Connack:
    is_refused: bool
    text: str
    receive_maximum: int = 65_535
    packet_bytes: int = 268_435_455


@dataclass(slots=True)
class _Subscription:
    topics: list[str]
    answers: list[tuple[bool, str]] = field(default_factory=list)  # (refused, text) per topic


class MqttSession:
    """One connection, used once. All methods belong to the sync thread, except `connect`, which may
    block in name look-up and TLS and runs in a thread of its own before anything else is called.

    Raises LinkError whenever the connection is not usable; then `close` it and make a new one.
    """

    def __init__(
        self, settings: SyncSettings, client_id: str, will: Will, credential: Credential, clock: Clock, wake: Wake
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._is_v5 = settings.protocol == "5"
        self._client = self._make_client(client_id, will, credential)
        self._inbox: list[Inbound] = []
        self._received = InOrder()
        self._unconfirmed: dict[int, int] = {}  # our packet identifier -> when it was published
        self._connack: _Connack | None = None
        self._suback: _Subscription | None = None
        self._lost = ""
        self.tally = Tally()

    # -- opening ---------------------------------------------------------------------------

    def connect(self) -> None:
        """Look up, connect, shake hands, send CONNECT. Blocks; bounded by time-outs of 5 s each but
        for the name look-up. The broker's answer comes with `poll`."""
        settings = self._settings
        try:
            if self._is_v5:
                self._client.connect(
                    settings.host,
                    settings.port,
                    settings.keep_alive_s,
                    clean_start=False,
                    properties=_connect_properties(),
                )
            else:
                self._client.connect(settings.host, settings.port, settings.keep_alive_s)
        except (OSError, ValueError) as error:
            raise LinkError(
                f"no connection to {settings.host}:{settings.port}: {error}", hint="check [sync] host, port and tls"
            ) from error

    @property
    def is_accepted(self) -> bool:
        """Whether the broker has accepted the connection."""
        return self._connack is not None and not self._connack.is_refused

    def subscribe(self, topics: list[str]) -> None:
        """Ask for `topics`, each with QoS 1; the answer is in `refusals` once `is_subscribed`."""
        self._suback = _Subscription(topics)
        code, _ = self._client.subscribe([(topic, 1) for topic in topics])
        self._check(code)

    @property
    def is_subscribed(self) -> bool:
        return self._suback is not None and bool(self._suback.answers)

    def refusals(self) -> list[str]:
        """Topics that the broker does not let us hear, with its words."""
        if self._suback is None:
            return []
        pairs = zip(self._suback.topics, self._suback.answers, strict=False)
        return [f"{topic}: {text}" for topic, (is_refused, text) in pairs if is_refused]

    # -- use -------------------------------------------------------------------------------

    @property
    def receive_maximum(self) -> int:
        """How many of our messages the broker lets be unconfirmed."""
        return self._connack.receive_maximum if self._connack else 0

    @property
    def packet_bytes(self) -> int:
        """Largest packet the broker takes."""
        return self._connack.packet_bytes if self._connack else 0

    @property
    def room(self) -> int:
        """How many messages may be published now."""
        return min(self.receive_maximum, OUTBOUND_LIMIT) - len(self._unconfirmed)

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        """Put a message on the wire with QoS 1; LinkError, never a queue, when that cannot be done now."""
        if self._lost or not self.is_accepted or self.room <= 0:
            raise LinkError(self._lost or "the broker has not confirmed enough of what was sent")
        info = self._client.publish(topic, payload, qos=1, retain=is_retained)
        self._unconfirmed[info.mid] = self._clock.mono_ms()
        self._check(info.rc)

    def confirm(self, message: Inbound) -> None:
        """PUBACK: sent as soon as all earlier messages are confirmed too."""
        if message.qos == 0:
            return
        for packet in self._received.finish(message.packet):
            if not self._lost:
                self._client.ack(packet, 1)

    def poll(self, timeout_s: float) -> list[Inbound]:
        """Wait for the broker, for `wake` or for the time-out; move bytes both ways; give what came."""
        sock = self._client.socket()
        if sock is None:
            raise LinkError(self._lost or "the connection is closed")
        self._wait(sock, timeout_s)
        try:
            self._check(self._client.loop_read())
            if self._client.want_write():
                self._check(self._client.loop_write())
            self._check(self._client.loop_misc())
        except LinkError:
            raise
        except Exception as error:  # whatever paho trips over in hostile bytes ends this connection, not the thread
            raise LinkError(f"the broker's bytes could not be understood: {error!r}") from error
        self._check_confirmations()
        came, self._inbox = self._inbox, []
        return came

    def close(self) -> None:
        """DISCONNECT if still connected, and give the socket back."""
        self._client.on_disconnect = None
        try:
            self._client.disconnect()
            if self._client.want_write():
                self._client.loop_write()
        except Exception as error:  # noqa: BLE001 - nothing depends on a farewell
            self._lost = self._lost or repr(error)
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        self._lost = self._lost or "the session was closed"

    @property
    def unconfirmed(self) -> int:
        """Messages of ours that the broker has not confirmed."""
        return len(self._unconfirmed)

    # -- inner -----------------------------------------------------------------------------

    def _make_client(self, client_id: str, will: Will, credential: Credential) -> Client:
        version = MQTTProtocolVersion.MQTTv5 if self._is_v5 else MQTTProtocolVersion.MQTTv311
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self._is_v5 else False,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        delay = Properties(PacketTypes.WILLMESSAGE) if self._is_v5 else None
        if delay is not None:
            delay.WillDelayInterval = WILL_DELAY_S
        client.will_set(will.topic, will.payload, qos=1, retain=True, properties=delay)
        try:
            self._set_secrets(client, credential)
        except (OSError, ValueError, GatewayError) as error:  # ssl.SSLError is an OSError
            raise LinkError(
                f"password, key or certificate unusable: {error}", hint="check [sync] and its files"
            ) from error
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return client

    def _set_secrets(self, client: Client, credential: Credential) -> None:
        """Read anew for each connection, so that a rotated secret needs no restart."""
        settings, tls = self._settings, self._settings.tls
        if settings.username:
            name = settings.password_credential
            password = credential(name).read_text(encoding="utf-8").rstrip("\r\n") if name else None
            client.username_pw_set(settings.username, password)
        if tls.enabled:
            context = ssl.create_default_context(cafile=str(tls.ca_file) if tls.ca_file else None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.sslsocket_class = _TlsSocket
            if tls.cert_file:
                key = str(credential(tls.key_credential)) if tls.key_credential else None
                context.load_cert_chain(str(tls.cert_file), key)
            client.tls_set_context(context)

    def _wait(self, sock: Any, timeout_s: float) -> None:
        pending = getattr(sock, "pending", None)
        if self._inbox or (pending is not None and pending()):  # TLS has decrypted bytes that no poll will show
            return
        poller = select.poll()
        poller.register(sock, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
        poller.register(self._wake, select.POLLIN)
        poller.poll(max(0.0, timeout_s) * 1000)
        self._wake.clear()

    def _check(self, code: MQTTErrorCode) -> None:
        if self._connack is not None and self._connack.is_refused:
            raise LinkError(
                f"the broker refuses this gateway: {self._connack.text}", hint="check its user and password"
            )
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._lost:
            raise LinkError(self._lost or f"connection lost: {code.name}")

    def _check_confirmations(self) -> None:
        oldest = next(iter(self._unconfirmed.values()), None)
        if oldest is not None and self._clock.mono_ms() - oldest > PUBACK_LIMIT_MS:
            raise LinkError(f"the broker has not confirmed a message for {PUBACK_LIMIT_MS // 1000} s")

    # -- callbacks: note, never raise ------------------------------------------------------

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: Any, properties: Any) -> None:
        connack = _Connack(is_refused=bool(reason.is_failure), text=str(reason))
        if self._is_v5 and properties is not None:
            connack.receive_maximum = int(getattr(properties, "ReceiveMaximum", connack.receive_maximum))
            connack.packet_bytes = int(getattr(properties, "MaximumPacketSize", connack.packet_bytes))
        self._connack = connack

    def _on_disconnect(self, _client: Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        who = "the broker ended the connection" if flags.is_disconnect_packet_from_server else "connection lost"
        if self._connack is None and self._settings.tls.enabled:
            # TLS 1.3 refuses a client's certificate only after the handshake, and paho keeps the alert to itself.
            who = "the broker hung up before it answered, so it may not accept this gateway's certificate"
        self._lost = self._lost or f"{who}: {reason}"

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        if self._suback is not None:
            self._suback.answers = [(bool(reason.is_failure), str(reason)) for reason in reasons]

    def _on_publish(self, _client: Client, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        self._unconfirmed.pop(mid, None)
        code = int(reason.value)
        if code == NO_SUBSCRIBERS:
            self.tally.unheard += 1
        elif code >= REFUSED:
            self.tally.refused += 1
            self.tally.why_refused = str(reason)
        else:
            self.tally.delivered += 1

    def _on_message(self, _client: Client, _data: Any, message: Any) -> None:
        try:
            topic = str(message.topic)
        except UnicodeDecodeError:
            topic = ""
        inbound = Inbound(topic, message.payload, message.retain, message.dup, message.mid, message.qos)
        if inbound.qos:
            self._received.begin(inbound.packet)
        self._inbox.append(inbound)


def _connect_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    properties.MaximumPacketSize = PACKET_LIMIT_BYTES
    return properties


class _TlsSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho would leave it open."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _send_at_once(_client: Client, _data: Any, sock: Any) -> None:
    """Without TCP_NODELAY a small batch waits for the acknowledgement of the one before it."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
