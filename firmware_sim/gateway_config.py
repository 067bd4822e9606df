"""The configuration file of a gateway, written as an integrator would: TOML and credentials beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_sim.button_make import MAKES, button_name
from firmware_sim.goods import DOCK
from firmware_sim.layout import DOOR, DOOR_STATION, ScannerPlace, rack_station, scanner_places, use_station
from firmware_sim.planning import rule_file
from firmware_sim.plant import HTTP_MAKE, JSON_MAKE, REPEAT_WINDOW_MS, SITE, SUPERMARKET, WIRED_MAKE, Plant
from firmware_sim.port import LOOPBACK, free_port

MIN_INTERVAL_S = 2  # between two presses of one button
BUTTON_TOPIC = "floor/buttons"
LIGHT_TOPIC = "floor/lights"
LIGHT_HOLD_MS = 1000
RULES = "rules.toml"
BADGE_PATTERN = "^B(?P<badge>[0-9]{5})$"
COMMAND_SECRET = "signs-the-cards-of-the-floor"  # noqa: S105 - of a simulated floor
PRESS_TOKEN = "the-people-of-the-floor"  # noqa: S105 - of a simulated floor
CALLS = {"help": "maintenance", "material": "purchasing"}  # andon buttons at each line with MQTT buttons

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What the configuration file of one gateway is made from."""

    plant: Plant
    gateway: str
    ports: dict[str, Path]  # serial port by device
    sync: dict[str, Any]  # the table [sync], see by_mqtt and by_rest
    floor_broker: Address  # of buttons and lights
    wires: int = 0  # port of the Modbus device
    door: int = 0  # port of the RFID reader at the dock door; 0: at another gateway
    partners: str = ""  # the EPCIS repository that hears of the dock; "" for none
    web_port: int = field(default_factory=free_port)
    press_port: int = field(default_factory=free_port)

    def text(self) -> str:
        """The TOML file."""
        blocks = [
            _table("gateway", id=self.gateway, site=SITE, data_dir="data"),
            _table("commands", secret_credential="command-secret"),  # noqa: S106 - the name of a file
            _table("badges", patterns=[BADGE_PATTERN]),
            _table("reorder", rules=RULES),
            _table("repeat", window_ms=REPEAT_WINDOW_MS),
            _table("sync", **self.sync),
            _table("sync.tls", enabled=False),
            _table("web", listen=f"{LOOPBACK}:{self.web_port}"),
        ]
        for place in scanner_places(self.plant, self.gateway):
            blocks.append(_station(place))
            port = str(self.ports[place.device])
            device = {"id": place.device, "type": "serial", "station": place.station, "port": port}
            if place.profile:
                blocks.append(_table("[device]", **device, profile=place.profile))
            else:
                blocks.append(_table("[device]", **device))
                blocks.append(_table("device.feedback", ack="\x06", nak="\x15", waits_for_ack=True))
        return "\n".join([*blocks, *self._buttons(), *self._lights(), *self._door()])

    def beside(self) -> dict[str, str]:
        """Files that the configuration names, by their name."""
        return {RULES: rule_file(SUPERMARKET)}

    def credentials(self) -> dict[str, str]:
        """Secrets by the name of their file."""
        return {"press-token": PRESS_TOKEN, "command-secret": COMMAND_SECRET}

    def _buttons(self) -> Iterable[str]:
        at = self.plant.buttons_at(self.gateway)
        for make, cards in at.items():
            line = self.plant.loop_of[cards[0]].line
            common = {"id": f"buttons-{make}", "station": use_station(line)}
            if make == JSON_MAKE:
                yield from self._json_buttons(common, cards)
            elif make == HTTP_MAKE:
                yield from self._http_buttons(common, cards)
            elif make == WIRED_MAKE:
                rows: list[dict[str, Any]] = [
                    {"address": number, "card": card, "action": "empty"} for number, card in enumerate(cards)
                ]
                common["station"] = rack_station(line)
                yield _table("[station]", id=rack_station(line), role="consume", location=line)
                yield self._light(rack_station(line), [])
                yield _table(
                    "[device]", **common, type="modbus-button", host=LOOPBACK, port=self.wires, poll_ms=50,
                    min_interval_s=MIN_INTERVAL_S, bindings=rows,
                )  # fmt: skip
            else:
                rows = [{"button": MAKES[make](button_name(make, n)).id, "card": card} for n, card in enumerate(cards)]
                if make == next(one for one in at if one in MAKES):
                    rows += [{"button": MAKES[make](name).id, "call": call} for name, call in CALLS.items()]
                yield self._mqtt_buttons(common, preset=make, bindings=rows)

    def _mqtt_buttons(self, common: dict[str, str], **members: Any) -> str:
        host, port = self.floor_broker
        return _table(
            "[device]", **common, type="mqtt-button", host=host, port=port, min_interval_s=MIN_INTERVAL_S, **members
        )

    def _json_buttons(self, common: dict[str, str], cards: list[str]) -> Iterable[str]:
        rows = [{"button": button_name(JSON_MAKE, n), "card": card} for n, card in enumerate(cards)]
        yield self._mqtt_buttons(common, topics=[f"{BUTTON_TOPIC}/+"], bindings=rows)
        yield _table(
            "device.mapping", button=["$.button"], event="$.action", actions={"single": "empty"},
            remainder="$.remainder",
        )  # fmt: skip

    def _http_buttons(self, common: dict[str, str], cards: list[str]) -> Iterable[str]:
        rows = [{"button": button_name(HTTP_MAKE, n), "card": card} for n, card in enumerate(cards)]
        yield _table(
            "[device]", **common, type="http-button", listen=f"{LOOPBACK}:{self.press_port}",
            token_credential="press-token",  # noqa: S106 - the name of a file
            min_interval_s=MIN_INTERVAL_S, bindings=rows,
        )  # fmt: skip
        yield _table("device.mapping", button=["$.button"], event="$.event", actions={"pressed": "empty"})

    def _lights(self) -> Iterable[str]:
        """One stack light for each line: the verdicts of its station, in between the worst colour of its loops."""
        for line in self.plant.lines_of(self.gateway):
            yield self._light(use_station(line), [loop.id for loop in self.plant.loops if loop.line == line])

    def _door(self) -> Iterable[str]:
        """Antennas 1 and 2 before the door, 3 and 4 behind it, a light curtain on each side, and a light."""
        if not self.door:
            return
        if self.partners:
            yield _table("epcis", enabled=True, base_url=self.partners, interval_s=1, clock_wait_s=0)
            yield _table("epcis.tls", enabled=False)
        reader = "dock-reader"
        yield _table("[station]", id=DOOR_STATION, role="goods", location=DOCK, operation="receive")
        yield _table("[device]", id=reader, type="llrp-reader", station=DOOR_STATION, host=LOOPBACK, port=self.door)
        yield _table(
            "[portal]", id=DOOR, station=DOOR_STATION, outside=[f"{reader}/1", f"{reader}/2"],
            inside=[f"{reader}/3", f"{reader}/4"], outside_beams=[f"{reader}/1"], inside_beams=[f"{reader}/2"],
            outward="ship", cool_down_s=3, reversal_s=3,
        )  # fmt: skip
        yield self._light(DOOR_STATION, [])

    def _light(self, station: str, loops: list[str]) -> str:
        host, port = self.floor_broker
        return _table(
            "[output]", id=f"light-{station}", type="mqtt-light", station=station, loops=loops,
            host=host, port=port, topic=f"{LIGHT_TOPIC}/{station}", retain=True, hold_ms=LIGHT_HOLD_MS,
        )  # fmt: skip


def by_mqtt(broker: Address, protocol: str = "5") -> dict[str, Any]:
    """`[sync]` for a gateway that reaches the ERP through a broker."""
    return {"host": broker[0], "port": broker[1], "protocol": protocol}


def by_rest(erp: Address) -> dict[str, Any]:
    """`[sync]` for a gateway that reaches the ERP itself."""
    return {"carrier": "rest", "base_url": f"http://{erp[0]}:{erp[1]}", "feed_wait_s": 5}


def _station(place: ScannerPlace) -> str:
    members = {"id": place.station, "role": place.role, "location": place.location, "badge": place.badge}
    what = "operation" if place.role == "goods" else "action"
    return _table("[station]", **members, **({what: place.action} if place.action else {}))


def _table(name: str, **members: Any) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in members.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)  # TOML's basic strings, numbers and booleans are written as in JSON
