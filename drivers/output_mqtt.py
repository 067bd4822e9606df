"""A light that is switched by MQTT: always the newest state, never an old one after a reconnect.

Nothing is queued: while the broker is away or slow, the panel keeps the one state that counts. Should the gateway
die, the broker publishes the dark state in its name (MQTT last will), so that no green is left standing.
"""

from __future__ import annotations

import select
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth
from drivers.broker_client import CONNECT_TIMEOUT_S, RECONNECT_FIRST_S, RECONNECT_LIMIT_S, equip
from drivers.output_base import DARK, Light, Shown
from drivers.output_payload import last_will, messages_for
from drivers.output_settings import MqttLightSettings
from gateway.clock import Clock

FAREWELL_S = 1.0  # for the dark state to be confirmed when the gateway stops
UNCONFIRMED_LIMIT = 16  # messages; beyond it the panel waits, and what it shows then is new


class MqttLight:
    """One light; outlives any number of broken connections."""

    def __init__(self, settings: MqttLightSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._counters: Counter[str] = Counter()

    def run(self, stop: threading.Event, shown: Shown, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        while not stop.is_set():
            session = LightSession(self._settings, self._context, shown, self._counters)
            try:
                session.serve(stop, health)
            except (OSError, ValueError) as error:  # unreachable, refused, TLS; ValueError: paho on a closed socket
                session.reason = session.reason or f"{self._settings.place}: {error}"
            finally:
                session.close()
            if session.was_useful:
                backoff.reset()
            self._wait(stop, backoff.next_s(), session.reason, health)

    def _wait(self, stop: threading.Event, delay_s: float, reason: str, health: Callable[[DeviceHealth], None]) -> None:
        while delay_s > 0 and not stop.is_set():
            health(DeviceHealth(False, reason, dict(self._counters)))
            stop.wait(min(delay_s, HEARTBEAT_S))
            delay_s -= HEARTBEAT_S


class LightSession:
    """One connection, from CONNECT to its end."""

    def __init__(
        self, settings: MqttLightSettings, context: DeviceContext, shown: Shown, counters: Counter[str]
    ) -> None:
        self._settings = settings
        self._place = settings.place
        self._gateway = context.gateway
        self._clock: Clock = context.clock
        self._shown = shown
        self._counters = counters
        self._before: Light | None = None  # the broker's last word from us; None: it has none in this session
        self._unconfirmed = 0
        self.is_connected = False
        self.was_useful = False  # so that the next connection need not be put off
        self._is_over = False
        self.reason = ""  # why the connection ended, for people
        self._client = _client(settings, context)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    def serve(self, stop: threading.Event, health: Callable[[DeviceHealth], None]) -> None:
        """Show what there is until `stop` or the end of the connection; at `stop` the light goes dark."""
        self._client.connect(self._settings.host, self._settings.port, keepalive=self._settings.keep_alive_s)
        give_up_ms = self._clock.mono_ms() + int(CONNECT_TIMEOUT_S * 1000)
        beat_ms = 0
        while not (stop.is_set() or self._is_over):
            self._exchange(self._wait_s())
            now_ms = self._clock.mono_ms()
            if now_ms >= beat_ms:
                beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                self._client.loop_misc()
                self._report(health)
            if self._is_ready:
                self._shown.wake.clear()
                self._publish(self._shown.look(now_ms))
            elif not self.is_connected and now_ms > give_up_ms:
                raise TimeoutError(f"{self._place} accepts connections but does not answer")
        if self.is_connected and not self._is_over:
            self._leave()

    def close(self) -> None:
        """Drop the connection; when it was not left in order, the broker publishes our last will."""
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    @property
    def _is_ready(self) -> bool:
        """Whether the broker would take something new to show."""
        return self.is_connected and self._unconfirmed < UNCONFIRMED_LIMIT

    def _wait_s(self) -> float:
        change_ms = self._shown.change_ms(self._clock.mono_ms()) if self._is_ready else None
        return STOP_LATENCY_S if change_ms is None else min(STOP_LATENCY_S, change_ms / 1000)

    def _exchange(self, wait_s: float) -> None:
        """Wait for the broker or, while it takes any, for something new to show; move what can be moved."""
        sock: Any = self._client.socket()
        if sock is None:
            self._is_over = True
            return
        has_more = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        readers = [sock, self._shown.wake.fileno()] if self._is_ready else [sock]
        writers = [sock] if self._client.want_write() else []
        readable, _, _ = select.select(readers, writers, [], 0 if has_more else wait_s)
        if has_more or sock in readable:
            self._is_over = bool(self._client.loop_read()) or self._is_over
        if self._client.want_write():
            self._is_over = bool(self._client.loop_write()) or self._is_over

    def _publish(self, light: Light) -> None:
        messages = messages_for(self._settings, self._gateway, light, self._before)
        self._before = light
        for topic, payload in messages:
            self._unconfirmed += 1
            self._counters["published"] += 1
            told = self._client.publish(topic, payload, qos=self._settings.qos, retain=self._settings.retain)
            if told.rc != mqtt.MQTT_ERR_SUCCESS:
                self.reason = f"{self._place} does not take messages: {mqtt.error_string(told.rc)}"
                self._is_over = True

    def _leave(self) -> None:
        """Go dark, wait a moment for the broker to confirm it, then say goodbye: no last will is needed."""
        self.is_connected = False  # nothing new is shown any more
        self._publish(DARK)
        end_ms = self._clock.mono_ms() + int(FAREWELL_S * 1000)
        while self._unconfirmed and not self._is_over and (left_ms := end_ms - self._clock.mono_ms()) > 0:
            self._exchange(min(STOP_LATENCY_S, left_ms / 1000))
        if not self._is_over:
            self._client.disconnect()

    def _on_connect(self, client: mqtt.Client, data: Any, flags: mqtt.ConnectFlags, code: Any, properties: Any) -> None:
        if code.is_failure:
            self.reason = f"{self._place} refused the connection: {code}; check user name, password and client rights"
            self._is_over = True
            return
        self.is_connected = self.was_useful = True
        self._counters["connects"] += 1

    def _on_publish(self, client: mqtt.Client, data: Any, packet: int, code: Any, properties: Any) -> None:
        self._unconfirmed -= 1
        self.reason = ""
        if code.is_failure:
            self._counters["refused"] += 1
            self.reason = f"{self._place} refused a message: {code}; check client rights for the light's topics"

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        self.reason = self.reason or f"{self._place} ended the connection: {code}"
        self._is_over = True

    def _report(self, health: Callable[[DeviceHealth], None]) -> None:
        text = self.reason or f"{'connected' if self.is_connected else 'connecting'} to {self._place}"
        health(DeviceHealth(self.is_connected and not self.reason, text, dict(self._counters)))


def _client(settings: MqttLightSettings, context: DeviceContext) -> mqtt.Client:
    is_mqtt5 = settings.protocol == "5"
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"kgw-{context.gateway}-{settings.id}",
        clean_session=None if is_mqtt5 else True,
        protocol=mqtt.MQTTv5 if is_mqtt5 else mqtt.MQTTv311,
        reconnect_on_failure=False,
    )
    topic, payload = last_will(settings, context.gateway, DARK)
    client.will_set(topic, payload, qos=settings.qos, retain=settings.retain)
    equip(client, settings, context, f"output {settings.id}")
    return client
