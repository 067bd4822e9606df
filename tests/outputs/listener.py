"""Whoever stands before an MQTT light: sees every message, in order."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

DEADLINE_S = 20.0


class Listener:
    """Subscribed when the block begins."""

    def __init__(self, host: str, port: int, topic: str = "floor/#") -> None:
        self._changed = threading.Condition()
        self._is_listening = threading.Event()
        self.messages: list[tuple[str, bytes]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_subscribe = lambda *_: self._is_listening.set()
        self._client.on_message = self._on_message
        self._client.connect(host, port)

    def __enter__(self) -> Listener:
        self._client.loop_start()
        assert self._is_listening.wait(DEADLINE_S), "not subscribed"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def states(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for _, payload in self.messages]

    @property
    def colours(self) -> list[str]:
        return [state["colour"] for state in self.states]

    def wait(self, is_so: Callable[[Listener], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self), DEADLINE_S), f"never: {what}; {self.messages[-10:]}"

    def wait_colours(self, *wanted: str) -> None:
        """Until exactly these have been seen, from the beginning."""
        self.wait(lambda one: len(one.messages) >= len(wanted), f"{wanted}")
        assert tuple(self.colours) == wanted

    def wait_last(self, colour: str) -> None:
        self.wait(lambda one: bool(one.messages) and one.colours[-1] == colour, f"{colour} at last")

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self.messages.append((message.topic, bytes(message.payload)))
            self._changed.notify_all()
