"""The ERP's MQTT connection."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from firmware_sim.erp.envelope import Ack, now_utc
from firmware_sim.erp.mischief import Mischief
from firmware_sim.erp.spoil import Spoiler

PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}

Sink = Callable[[str, str, bytes], None]  # kind ("state" or "up"), gateway, payload


class Link:
    """Subscribes for all gateways of a site; publishes to one of them."""

    def __init__(self, *, host: str, port: int, site: str, protocol: str, sink: Sink, mischief: Mischief) -> None:
        self._address = (host, port)
        self._prefix = f"kgw/v1/{site}"
        self._sink = sink
        self._spoiler = Spoiler(mischief)
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=PROTOCOLS[protocol], client_id=f"erp-{site}")
        self._client.will_set(f"{self._prefix}/erp/state", _state(is_online=False), qos=1, retain=True)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_socket_open = _without_delay

    def start(self) -> None:
        """Connect in the background, again and again until it works."""
        self._client.connect_async(*self._address, keepalive=20)
        self._client.loop_start()

    def stop(self) -> None:
        if self._client.is_connected():
            self.announce(is_online=False).wait_for_publish(timeout=2)
        self._client.disconnect()
        self._client.loop_stop()

    def announce(self, *, is_online: bool) -> paho.MQTTMessageInfo:
        """Publish the ERP's own state, retained."""
        return self._client.publish(f"{self._prefix}/erp/state", _state(is_online=is_online), qos=1, retain=True)

    def publish(self, gw: str, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """To one gateway. Dropped when not connected: all of it is said again at the next birth."""
        if self._client.is_connected():
            self._client.publish(f"{self._prefix}/{gw}/{topic}", payload, qos=1, retain=retain)

    def publish_ack(self, ack: Ack) -> None:
        """Publish an acknowledgement, or what the present mischief makes of it."""
        for sent in self._spoiler.spoil(ack):
            self.publish(ack.gw, f"ack/{ack.st}", sent.document())

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self.announce(is_online=True)
            client.subscribe([(f"{self._prefix}/+/state", 1), (f"{self._prefix}/+/up/+", 1)])

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        parts = message.topic.split("/")  # kgw v1 <site> <gw> state | up <st>
        if parts[3] != "erp":
            self._sink(parts[4], parts[3], bytes(message.payload))


def _state(*, is_online: bool) -> bytes:
    return orjson.dumps({"v": 1, "online": is_online, "ts": now_utc()})


def _without_delay(_client: paho.Client, _data: Any, connection: Any) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
