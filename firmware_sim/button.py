"""Kanban buttons behind one MQTT bridge: QoS 1, generic JSON, and they know when the broker took a press."""

from __future__ import annotations

import itertools
import socket
import threading
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

CONNECT_TIMEOUT_S = 60.0
SESSION_EXPIRY_S = 3600


class ButtonError(RuntimeError):
    """The bridge cannot reach its broker."""


class ButtonBridge:
    """Publishes `{"button": "B17", "action": "single", "n": 4}` on `<topic>/<button>`.

    `n` counts the presses of one button, so a message that is delivered twice can be told from a second press.
    """

    def __init__(self, *, host: str, port: int, topic: str = "floor/buttons", name: str = "bridge-1") -> None:
        self.topic = topic
        self._address = (host, port)
        self._counts: dict[str, itertools.count[int]] = {}
        self._connected = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, client_id=f"buttons-{name}"
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_socket_open = _without_delay

    def start(self) -> ButtonBridge:
        """Connect; ButtonError when the broker does not answer."""
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = SESSION_EXPIRY_S
        self._client.connect_async(*self._address, keepalive=10, clean_start=False, properties=session)
        self._client.loop_start()
        if not self._connected.wait(CONNECT_TIMEOUT_S):
            self._client.loop_stop()
            raise ButtonError(f"no broker at {self._address[0]}:{self._address[1]} after {CONNECT_TIMEOUT_S:.0f} s")
        return self

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def press(self, button: str, action: str = "single", *, timeout_s: float = 10.0, **members: Any) -> bool:
        """One press; True when the broker's PUBACK came in time (paho redelivers after a lost connection)."""
        return self.publish(self.message(button, action, **members), timeout_s=timeout_s)

    def message(self, button: str, action: str = "single", **members: Any) -> dict[str, Any]:
        """A new press as a message, to be published once or, by a bridge that stutters, several times."""
        n = next(self._counts.setdefault(button, itertools.count(1)))
        return {"button": button, "action": action, "n": n, **members}

    def publish(self, message: dict[str, Any], *, timeout_s: float = 10.0, retain: bool = False) -> bool:
        """Publish a press; True when the PUBACK came in time."""
        return self.publish_raw(message["button"], orjson.dumps(message), timeout_s=timeout_s, retain=retain)

    def publish_raw(self, button: str, payload: bytes, *, timeout_s: float = 10.0, retain: bool = False) -> bool:
        """Any bytes on a button's topic."""
        return self.publish_to(f"{self.topic}/{button}", payload, timeout_s=timeout_s, retain=retain)

    def publish_to(
        self, topic: str, payload: bytes, *, qos: int = 1, timeout_s: float = 10.0, retain: bool = False
    ) -> bool:
        """Any bytes on any topic; True when the PUBACK came in time, or at QoS 0 when they were sent."""
        if not self._connected.wait(timeout_s):
            return False
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        try:
            info.wait_for_publish(timeout_s)
        except RuntimeError:  # paho lost the connection between our look and its own
            return False
        return info.is_published()

    def __enter__(self) -> ButtonBridge:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self._connected.set()

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self._connected.clear()


def _without_delay(_client: paho.Client, _data: Any, connection: Any) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
