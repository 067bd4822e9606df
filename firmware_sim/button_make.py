"""Six makes of kanban buttons and the very messages that they publish; `MAKES` has them by the name of their preset.

A button says what it would publish; `HandOnButton` presses one over a bridge.
"""

from __future__ import annotations

import base64
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from firmware_sim.button import ButtonBridge

APPLICATION = "7c3f0e5c-6f6a-4b43-8f19-0d6f2a9c7b11"


@dataclass(frozen=True, slots=True)
class Publication:
    """One message; `retain` as the device asks for it, which a live subscriber does not see."""

    topic: str
    payload: bytes
    retain: bool = False


class Button(Protocol):
    """What the makes have in common. A make that cannot tell a long press, or its battery, publishes nothing for it."""

    id: str  # what a binding of the preset calls it

    def press(self) -> list[Publication]: ...
    def long_press(self) -> list[Publication]: ...
    def report(self, *, battery: int, link: int) -> list[Publication]: ...


@dataclass
class ZigbeeButton:
    """A battery button behind Zigbee2MQTT."""

    name: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.name

    def press(self) -> list[Publication]:
        return [self._say(action="single", battery=97, voltage=2995, linkquality=120)]

    def long_press(self) -> list[Publication]:
        return [self._say(action=action, battery=97, linkquality=118) for action in ("hold", "release")]

    def report(self, *, battery: int, link: int) -> list[Publication]:
        return [self._say(battery=battery, voltage=2600, linkquality=link)]

    def _say(self, **members: Any) -> Publication:
        return Publication(f"zigbee2mqtt/{self.name}", orjson.dumps(members))


@dataclass
class TasmotaButton:
    """The first input of a Tasmota box with SetOption73."""

    name: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = f"{self.name}/Button1"

    def press(self) -> list[Publication]:
        return [self._act("SINGLE")]

    def long_press(self) -> list[Publication]:
        return [self._act("HOLD"), self._act("CLEAR")]

    def report(self, *, battery: int, link: int) -> list[Publication]:
        state = {"Uptime": "0T00:10:11", "POWER": "OFF", "Wifi": {"RSSI": link, "Signal": -78}}
        return [Publication(f"tele/{self.name}/STATE", orjson.dumps(state))]

    def _act(self, action: str) -> Publication:
        return Publication(f"stat/{self.name}/RESULT", orjson.dumps({"Button1": {"Action": action}}))


@dataclass
class ShellyButton:
    """The first input of a Shelly Gen2; all events of a press come in one message."""

    name: str
    id: str = field(init=False)
    _ticks: itertools.count[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.id = f"{self.name}/input:0"
        self._ticks = itertools.count(int(time.time() * 100))

    def press(self) -> list[Publication]:
        return [self._notify("btn_down", "btn_up", "single_push")]

    def long_press(self) -> list[Publication]:
        return [self._notify("btn_down", "long_push"), self._notify("btn_up")]

    def report(self, *, battery: int, link: int) -> list[Publication]:
        power = {"id": 0, "battery": {"V": 5.2, "percent": battery}, "external": {"present": False}}
        return [self._rpc("NotifyStatus", {"ts": self._now(), "devicepower:0": power, "wifi": {"rssi": link}})]

    def _notify(self, *events: str) -> Publication:
        rows = [{"component": "input:0", "id": 0, "event": event, "ts": self._now()} for event in events]
        return self._rpc("NotifyEvent", {"ts": rows[-1]["ts"], "events": rows})

    def _rpc(self, method: str, params: dict[str, Any]) -> Publication:
        frame = {"src": self.name, "dst": f"{self.name}/events", "method": method, "params": params}
        return Publication(f"{self.name}/events/rpc", orjson.dumps(frame))

    def _now(self) -> float:
        return next(self._ticks) / 100


@dataclass
class EspHomeButton:
    """A binary sensor; it publishes bare words, retained, and cannot tell a long press."""

    name: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = f"{self.name}/button"

    def press(self) -> list[Publication]:
        topic = f"{self.name}/binary_sensor/button/state"
        return [Publication(topic, word, retain=True) for word in (b"ON", b"OFF")]

    def long_press(self) -> list[Publication]:
        return []

    def report(self, *, battery: int, link: int) -> list[Publication]:
        return [Publication(f"{self.name}/status", b"online" if battery else b"offline", retain=True)]


@dataclass
class ChirpStackButton:
    """A LoRaWAN button behind ChirpStack v4; `name` is its DevEUI."""

    name: str
    id: str = field(init=False)
    _counts: itertools.count[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.id = self.name
        self._counts = itertools.count(1)

    def press(self) -> list[Publication]:
        return [self._up(b"\x01", -97)]

    def long_press(self) -> list[Publication]:
        return [self._up(b"\x02", -97)]

    def report(self, *, battery: int, link: int) -> list[Publication]:
        status = self._head() | {"margin": 6, "externalPowerSource": False, "batteryLevel": battery}
        return [Publication(self._topic("status"), orjson.dumps(status)), self._up(b"\x00", link)]

    def _up(self, data: bytes, rssi: int) -> Publication:
        uplink = self._head() | {
            "devAddr": "00189440", "fCnt": next(self._counts), "fPort": 2, "data": base64.b64encode(data).decode(),
            "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": rssi, "snr": 7.5}],
        }  # fmt: skip
        return Publication(self._topic("up"), orjson.dumps(uplink))

    def _head(self) -> dict[str, Any]:
        info = {"applicationId": APPLICATION, "deviceName": f"button {self.name}", "devEui": self.name, "tags": {}}
        return {"deduplicationId": str(uuid.uuid4()), "time": "2026-11-22T08:28:29+00:00", "deviceInfo": info}

    def _topic(self, event: str) -> str:
        return f"application/{APPLICATION}/device/{self.name}/event/{event}"


@dataclass
class TtnButton:
    """A LoRaWAN button behind The Things Stack v3; `name` is its DevEUI. Zeros are left out of its JSON."""

    name: str
    id: str = field(init=False)
    _session: str = field(init=False, repr=False)
    _counts: itertools.count[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.id = self.name
        self._session = base64.b64encode(uuid.uuid4().bytes).decode()
        self._counts = itertools.count(1)

    def press(self) -> list[Publication]:
        return [self._up(b"\x01", -97)]

    def long_press(self) -> list[Publication]:
        return [self._up(b"\x02", -97)]

    def report(self, *, battery: int, link: int) -> list[Publication]:
        return [self._up(b"\x00", link, last_battery_percentage={"f_cnt": 1, "value": battery})]

    def _up(self, data: bytes, rssi: int, **members: Any) -> Publication:
        device = f"button-{self.name.lower()}"
        ids = {"device_id": device, "application_ids": {"application_id": "app1"}, "dev_eui": self.name}
        uplink = {
            "session_key_id": self._session, "f_port": 2, "f_cnt": next(self._counts),
            "frm_payload": base64.b64encode(data).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "gtw1"}, "rssi": rssi, "snr": 7.5}], **members,
        }  # fmt: skip
        document = {"end_device_ids": ids, "correlation_ids": ["as:up:01"], "uplink_message": uplink}
        return Publication(f"v3/app1@tenant1/devices/{device}/up", orjson.dumps(document))


MAKES: dict[str, Callable[[str], Button]] = {
    "zigbee2mqtt": ZigbeeButton,
    "tasmota": TasmotaButton,
    "shelly-gen2": ShellyButton,
    "esphome": EspHomeButton,
    "chirpstack-v4": ChirpStackButton,
    "ttn-v3": TtnButton,
}


def button_name(make: str, number: int) -> str:
    """What a plant calls its buttons of a make: a DevEUI for LoRaWAN, a plain name otherwise."""
    is_radio = make in ("chirpstack-v4", "ttn-v3")
    return f"0004A30B001C{number + 1:04X}" if is_radio else f"{make}-{number + 1}"


class HandOnButton:
    """Somebody's hand on one button: it publishes over a bridge and knows whether the broker took it.

    A device that publishes at QoS 0 (`qos`) never learns that; it is then taken for granted.
    """

    def __init__(self, bridge: ButtonBridge, button: Button, *, qos: int = 1) -> None:
        self._bridge = bridge
        self._qos = qos
        self.button = button

    def press(self) -> bool:
        return self.publish(self.button.press())

    def long_press(self) -> bool:
        return self.publish(self.button.long_press())

    def report(self, *, battery: int = 97, link: int = 120) -> bool:
        return self.publish(self.button.report(battery=battery, link=link))

    def publish(self, publications: list[Publication]) -> bool:
        """Publish messages, also ones from before: that is what a network does that delivers a press twice."""
        send = self._bridge.publish_to
        taken = [send(one.topic, one.payload, qos=self._qos, retain=one.retain) for one in publications]
        return all(taken)
