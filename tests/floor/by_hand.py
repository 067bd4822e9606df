"""Events, batches and a whole gateway's side of the wire, made by hand for tests of the ERP."""

from __future__ import annotations

import queue
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from firmware_sim.chain import START, canonical, link
from firmware_sim.erp.envelope import Batch, parse_batch
from firmware_sim.identity import new_uuid7

GW, EPOCH, BIRTH = "L3-07", "01K9ZQ0000000000000000000A", "birth-1"
Event = dict[str, Any]


def emptied(card: str, cycle: int, *, qty: str = "40", event_id: str = "", undone: int = 0) -> Event:
    """A bin of SCREW-A emptied at LINE3: consumption, card, order."""
    key = f"card/P1/{card}/{cycle}/empty"
    return {
        "id": event_id or new_uuid7(),
        "t": "card_emptied",
        "key": key,
        "w": "2026-11-22T03:57:55.831Z",
        "card": card,
        "cycle": cycle,
        "after": [{"card": card, "state": "EMPTY", "cycle": cycle, "undone": undone, "sig": key}],
        "mv": [{"item": "SCREW-A", "qty": qty, "uom": "PCE", "base": qty, "from": "LINE3", "to": None}],
        "tr": {"rule": "kanban", "qty": qty, "uom": "PCE", "item": "SCREW-A", "cards": [card]},
    }


def filled(card: str, cycle: int, *, qty: str = "40") -> Event:
    """The same bin full again."""
    return {
        "id": new_uuid7(),
        "t": "card_filled",
        "key": f"card/P1/{card}/{cycle}/full",
        "w": "2026-11-22T04:57:55.831Z",
        "card": card,
        "cycle": cycle,
        "after": [{"card": card, "state": "FULL", "cycle": cycle, "undone": 0, "sig": ""}],
        "mv": [{"item": "SCREW-A", "qty": qty, "uom": "PCE", "base": qty, "from": None, "to": "LINE3"}],
        "closes": [f"card/P1/{card}/{cycle}/empty"],
    }


class Stream:
    """One stream of a gateway: gives the next events sequence numbers and chains them."""

    def __init__(self, st: str = "sig", ep: str = EPOCH, gw: str = GW) -> None:
        self.st, self.ep, self.gw = st, ep, gw
        self.hashes = [START]

    @property
    def head(self) -> int:
        return len(self.hashes) - 1

    def payload(self, *events: Event, dn: int = 0, env: str = "prod") -> bytes:
        """The next batch as it goes over the wire."""
        first = self.head + 1
        numbered = []
        for event in events:
            seq = self.head + 1
            self.hashes.append(link(self.hashes[-1], seq, canonical(event)))
            numbered.append({"s": seq, **event})
        return orjson.dumps({
            "v": 1, "env": env, "gw": self.gw, "ep": self.ep, "st": self.st, "s0": first, "boot": "b", "dn": dn,
            "ev": numbered, "h": self.hashes[-1].hex(),
        })  # fmt: skip

    def batch(self, *events: Event, dn: int = 0, env: str = "prod") -> Batch:
        """The next batch, parsed."""
        return parse_batch(self.payload(*events, dn=dn, env=env))


class HandGateway:
    """An MQTT client that speaks for a gateway and collects what the ERP says."""

    def __init__(self, port: int, *, gw: str = GW, site: str = "P1", protocol: str = "5") -> None:
        self.prefix = f"kgw/v1/{site}/{gw}"
        self.gw = gw
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        version = MQTTProtocolVersion.MQTTv5 if protocol == "5" else MQTTProtocolVersion.MQTTv311
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=version, client_id=f"hand-{gw}")
        self._client.on_message = self._on_message
        self._client.on_socket_open = _without_delay
        self._client.on_subscribe = lambda _client, _data, mid, _codes, _properties: self._subscribed.put(mid)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe([(f"{self.prefix}/{topic}", 1) for topic in ("ack/+", "md/+", "cmd")])
        self._subscribed.get(timeout=60)

    def birth(self, ep: str = EPOCH, birth: str = BIRTH, *, is_online: bool = True) -> None:
        body = {"v": 1, "env": "prod", "gw": self.gw, "ep": ep, "boot": "b", "birth": birth, "online": is_online}
        self.publish("state", orjson.dumps(body), retain=True)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(f"{self.prefix}/{topic}", payload, qos=1, retain=retain).wait_for_publish(10)

    def next(self, topic: str, timeout_s: float = 10) -> Any:
        """The next document on a topic below ours; others are passed over."""
        while True:
            name, body = self.heard.get(timeout=timeout_s)
            if name == topic:
                return body

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> HandGateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self.heard.put((message.topic.removeprefix(self.prefix + "/"), orjson.loads(message.payload)))


def _without_delay(_client: paho.Client, _data: Any, connection: Any) -> None:
    connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
