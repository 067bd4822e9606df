"""Stack lights that listen to an MQTT broker, and the people who look at them."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

CONNECT_TIMEOUT_S = 60.0
DARK = "off"


class LightError(RuntimeError):
    """The lights cannot reach their broker."""


class StackLight:
    """One light: the colour it has now, and how many verdicts it has flashed."""

    def __init__(self) -> None:
        self.colour = DARK
        self.verdicts = 0
        self._last = ""
        self._changed = threading.Condition()

    def show(self, colour: str, *, is_verdict: bool) -> None:
        """Called for each message of the gateway."""
        with self._changed:
            self.colour = colour
            if is_verdict:
                self.verdicts += 1
                self._last = colour
            self._changed.notify_all()

    def wait_for_verdict(self, seen: int, timeout_s: float) -> str:
        """The colour of a verdict after the first `seen` ones; "" when none comes in time."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.verdicts > seen, timeout_s)
            return self._last if came else ""


class StackLights:
    """All lights below one topic, by the last level of theirs; usable as a context manager."""

    def __init__(self, *, host: str, port: int, topic: str) -> None:
        self._address = (host, port)
        self._topic = topic
        self._lights: dict[str, StackLight] = {}
        self._lock = threading.Lock()
        self._is_listening = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, client_id="stack-lights"
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._is_listening.set()
        self._client.on_message = self._on_message

    def light(self, name: str) -> StackLight:
        """The light of that name, whether it was lit yet or not."""
        with self._lock:
            return self._lights.setdefault(name, StackLight())

    def colours(self) -> dict[str, str]:
        """What every light shows now."""
        with self._lock:
            return {name: light.colour for name, light in sorted(self._lights.items())}

    def __enter__(self) -> StackLights:
        self._client.connect_async(*self._address, keepalive=10)
        self._client.loop_start()
        if not self._is_listening.wait(CONNECT_TIMEOUT_S):
            self._client.loop_stop()
            raise LightError(f"no broker at {self._address[0]}:{self._address[1]} after {CONNECT_TIMEOUT_S:.0f} s")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            client.subscribe(f"{self._topic}/+", qos=1)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        """A retained message is what the light showed before we came: its colour counts, its verdict is over."""
        told = orjson.loads(message.payload)
        is_verdict = told["why"] == "verdict" and not message.retain
        self.light(message.topic.rpartition("/")[2]).show(told["colour"], is_verdict=is_verdict)
