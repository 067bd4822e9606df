"""RFID readers that publish JSON over MQTT. A tag is read again and again while it is there, so nothing is acknowledged
late: what a broken connection loses, the next reads say again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from drivers.base import HEARTBEAT_S, STOP_LATENCY_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.broker_client import CONNECT_TIMEOUT_S, RECONNECT_FIRST_S, RECONNECT_LIMIT_S, equip
from drivers.rfid_intake import JsonIntake
from drivers.rfid_mqtt_settings import MqttReaderSettings
from drivers.rfid_outlet import open_outlet
from gateway.errors import TransientDeviceError
from gateway.model import Verdict


class MqttReader:
    """One reader."""

    def __init__(self, settings: MqttReaderSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._context = context
        self._clock = context.clock
        self._counters: Counter[str] = Counter()
        self._outlet = open_outlet(settings, context, self._counters, self.notify)
        self._intake = JsonIntake(settings, context.clock, self._outlet, self._counters)

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        while not stop.is_set():
            link = _Link(self._settings, self._context, partial(self._take, sink))
            try:
                link.serve(stop, partial(self._beat, health), self._outlet.look)
            except (OSError, ValueError, TransientDeviceError) as error:
                if link.is_subscribed:
                    backoff.reset()
                    self._outlet.cut()
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, f"{self._settings.place}: {error}", dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))
            finally:
                link.close()

    def notify(self, verdict: Verdict) -> None:
        """A reader without outputs shows nothing; a light at the station does."""

    def _take(self, sink: Sink, body: bytes, is_retained: bool) -> None:
        """One message; what the broker kept is the past."""
        if is_retained:
            self._counters["retained"] += 1
            return
        self._intake.take(sink, body)

    def _beat(self, health: Callable[[DeviceHealth], None], is_up: bool) -> None:
        self._outlet.tick()
        state = "reading" if is_up else "connecting"
        text = f"{state} {self._settings.topic} at {self._settings.place}, {self._outlet.state()}"
        health(DeviceHealth(is_up, text, dict(self._counters), self._intake.alarms()))


class _Link:
    """One connection to the broker."""

    def __init__(
        self, settings: MqttReaderSettings, context: DeviceContext, take: Callable[[bytes, bool], None]
    ) -> None:
        self._settings = settings
        self._clock = context.clock
        self._take = take
        self._why = ""
        self.is_subscribed = False
        is_mqtt5 = settings.protocol == "5"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"kgw-{context.gateway}-{settings.id}",
            clean_session=None if is_mqtt5 else True,
            protocol=mqtt.MQTTv5 if is_mqtt5 else mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        equip(self._client, settings, context, f"device {settings.id}")
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def serve(self, stop: threading.Event, beat: Callable[[bool], None], look: Callable[[], None]) -> None:
        """Until `stop`; TransientDeviceError when the connection ends."""
        settings = self._settings
        self._client.connect(settings.host, settings.port, keepalive=settings.keep_alive_s)
        give_up_ms = self._clock.mono_ms() + int(CONNECT_TIMEOUT_S * 1000)
        beat_ms, is_looking = 0, False
        while not stop.is_set():
            code = self._client.loop(STOP_LATENCY_S)
            if self._why or code != mqtt.MQTT_ERR_SUCCESS:
                raise TransientDeviceError(self._why or f"the connection ended: {mqtt.error_string(code)}")
            if self.is_subscribed and not is_looking:
                is_looking = True
                look()
            now_ms = self._clock.mono_ms()
            if now_ms >= beat_ms:
                beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                beat(self.is_subscribed)
            if not self.is_subscribed and now_ms > give_up_ms:
                raise TransientDeviceError("accepts connections but does not answer")

    def close(self) -> None:
        """Leave in order."""
        self._client.disconnect()

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            self._why = f"refused the connection: {code}; check user name, password and client rights"
        else:
            client.subscribe(self._settings.topic, qos=0)

    def _on_subscribe(self, client: mqtt.Client, data: Any, packet: int, codes: list[Any], properties: Any) -> None:
        if any(code.is_failure for code in codes):
            self._why = f"refused the subscription to {self._settings.topic}; check client rights"
        else:
            self.is_subscribed = True

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self._take(bytes(message.payload), message.retain)
