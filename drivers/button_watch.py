"""How the buttons are: battery, radio link, sign of life, and whether one is stuck. Pure: the time is handed in.

What a button tells of itself belongs to the device it is a part of; a stuck button is a single one. Only
what is bound is watched, so foreign messages cost no memory.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.button_settings import ButtonHealth, MqttButtonSettings
from gateway.codes.button_layout import Layout, PayloadError, decode
from gateway.codes.place import Message, Place, WrongTypeError
from gateway.model import Rejection

ALARMS_LIMIT = 50  # more are counted, not listed

_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)


@dataclass(slots=True)
class _Node:
    """What one device last told of itself."""

    heard_ms: int | None = None
    battery: float | None = None
    link: float | None = None
    is_offline: bool = False


@dataclass(slots=True)
class _Finger:
    """The presses of one button since it was last let go."""

    presses_ms: deque[int] = field(default_factory=deque)
    is_stuck: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message that only repeats the presses of stuck buttons; `is_new` for the one that showed it."""

    rejection: Rejection
    is_new: bool


class ButtonWatch:
    """The buttons of one `[[device]]` table."""

    def __init__(self, settings: MqttButtonSettings) -> None:
        mapping, self._rule = settings.mapping, settings.health
        self._layout = Layout.build(mapping.button, mapping.event, mapping.each)
        self._kinds = frozenset(mapping.actions) - frozenset(mapping.ignored)
        self._battery, self._link, self._status = (
            Place.parse(text) if text else None for text in (self._rule.battery, self._rule.link, self._rule.status)
        )
        places = (*self._layout.button, self._battery, self._link, self._status)
        self._needs_json = self._layout.needs_json or any(place is not None and place.needs_json for place in places)
        self._nodes = {node: _Node() for node in _nodes(settings)}
        self._fingers = {row.button: _Finger() for row in settings.bindings}
        self._limit_bytes = settings.payload_limit_bytes
        self._listening_ms: int | None = None

    def listen(self, now_ms: int | None) -> None:
        """From now on messages come, or with None no longer: nobody is silent because we did not hear."""
        self._listening_ms = now_ms

    def take(self, topic: str, data: bytes, now_ms: int, *, is_live: bool = True) -> Stuck | None:
        """Note what a message says. `is_live` False: an old state or a redelivery, which is no sign of life."""
        if len(data) > self._limit_bytes:
            return None
        try:
            message = Message(topic, data, decode(data) if self._needs_json else None)
            self._note_node(message, now_ms if is_live else None)
            return self._note_presses(self._layout.entries(message), now_ms) if is_live else None
        except (PayloadError, WrongTypeError):
            return None  # the interpreter says so, and the message is kept

    def alarms(self, now_ms: int) -> dict[str, str]:
        """What a person should look after, by the name of the device or button."""
        found: dict[str, list[str]] = {}
        for name, node in self._nodes.items():
            if texts := list(_troubles(node, self._rule, now_ms, self._listening_ms)):
                found[name] = texts
        for name, finger in self._fingers.items():
            if finger.is_stuck:
                self._forget_old(finger, now_ms)
                if finger.presses_ms:
                    found.setdefault(name, []).append(_stuck_text(self._rule))
                else:
                    finger.is_stuck = False
        listed = {name: "; ".join(texts) for name, texts in list(found.items())[:ALARMS_LIMIT]}
        if len(found) > ALARMS_LIMIT:
            listed["others"] = f"{len(found) - ALARMS_LIMIT} more buttons have something to look after"
        return listed

    def _note_node(self, message: Message, heard_ms: int | None) -> None:
        name = self._layout.button[0].find(message)
        node = self._nodes.get(name) if name is not None else None
        if node is None:
            return
        node.heard_ms = heard_ms if heard_ms is not None else node.heard_ms
        battery, link = _number(self._battery, message), _number(self._link, message)
        node.battery = battery if battery is not None else node.battery
        node.link = link if link is not None else node.link
        status = self._status.find(message) if self._status else None
        if status in self._rule.offline:
            node.is_offline = True
        elif status in self._rule.online:
            node.is_offline = False

    def _note_presses(self, entries: tuple[Message, ...], now_ms: int) -> Stuck | None:
        """Count presses; an answer only when every press of the message is one of a stuck button."""
        pressed: list[bool] = []  # of each press: whether it was known to be stuck before
        for entry in entries:
            kind, name = self._layout.kind_of(entry), self._layout.button_of(entry)
            finger = self._fingers.get(name) if name is not None else None
            if kind in self._rule.releases and finger is not None:
                finger.presses_ms.clear()
                finger.is_stuck = False
            elif kind is not None and (kind in self._kinds or not self._kinds):
                was_stuck = finger is not None and finger.is_stuck
                if finger is None or not self._is_stuck(finger, now_ms):
                    return None
                pressed.append(was_stuck)
        if not pressed:
            return None
        text = f"This button is stuck: {_stuck_text(self._rule)}"
        expected = f"at most {self._rule.stuck_presses} presses in {self._rule.stuck_within_s} s"
        return Stuck(Rejection("BUTTON_STUCK", text, "", expected), not all(pressed))

    def _is_stuck(self, finger: _Finger, now_ms: int) -> bool:
        limit = self._rule.stuck_presses
        if not limit:
            return False
        self._forget_old(finger, now_ms)
        if not finger.presses_ms:
            finger.is_stuck = False
        finger.presses_ms.append(now_ms)
        while len(finger.presses_ms) > limit + 1:
            finger.presses_ms.popleft()
        finger.is_stuck = finger.is_stuck or len(finger.presses_ms) > limit
        return finger.is_stuck

    def _forget_old(self, finger: _Finger, now_ms: int) -> None:
        while finger.presses_ms and now_ms - finger.presses_ms[0] > self._rule.stuck_within_s * 1000:
            finger.presses_ms.popleft()


def _nodes(settings: MqttButtonSettings) -> Iterator[str]:
    """The devices that the bound buttons are parts of: the first place of a button's name."""
    is_whole_name = len(settings.mapping.button) == 1
    for row in settings.bindings:
        yield row.button if is_whole_name else row.button.split("/", 1)[0]


def _troubles(node: _Node, rule: ButtonHealth, now_ms: int, listening_ms: int | None) -> Iterator[str]:
    if node.battery is not None and node.battery < rule.battery_low_percent:
        yield f"battery {node.battery:g} %, below {rule.battery_low_percent} %: change it"
    if node.link is not None and node.link < rule.link_low:
        yield f"weak link {node.link:g}, below {rule.link_low}: move it or add a router"
    if node.is_offline:
        yield "reports itself offline"
    silent_s = 0 if listening_ms is None else (now_ms - max(node.heard_ms or 0, listening_ms)) // 1000
    if rule.heartbeat_s and silent_s > rule.heartbeat_s:
        yield f"silent for {silent_s} s, expected at least every {rule.heartbeat_s} s: check it and its battery"


def _stuck_text(rule: ButtonHealth) -> str:
    return f"more than {rule.stuck_presses} presses in {rule.stuck_within_s} s; they are not taken until it is let go"


def _number(place: Place | None, message: Message) -> float | None:
    """A reading; what is no number, or none of this world, is none."""
    try:
        text = place.find(message) if place else None
    except WrongTypeError:
        return None
    return float(text) if text is not None and _NUMBER.fullmatch(text) else None
