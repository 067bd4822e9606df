"""The messages that bring an MQTT light from one state to the next. Pure."""

from __future__ import annotations

import orjson

from drivers.output_base import Light, Tone
from drivers.output_settings import LightMessage, MqttLightSettings

Message = tuple[str, bytes]  # topic, payload


def messages_for(settings: MqttLightSettings, gateway: str, light: Light, before: Light | None) -> list[Message]:
    """What to publish: the state in words whenever a word of it is new, the fixed messages when the lamp is.

    A light that stays red may be red for another reason; who reads the state must not be left with the old one.
    `before`: None on a new connection, whose broker may have shown anything in between.
    """
    found = []
    if settings.topic and (before is None or light.tone is not Tone.NONE or _words(light) != _words(before)):
        found.append((settings.topic, state_json(settings, gateway, light)))
    if before is None or before.lamp is not light.lamp:
        found += _fixed(getattr(settings.messages, light.lamp.value))
    if light.tone is not Tone.NONE:
        found += _fixed(getattr(settings.messages, light.tone.value))
    return found


def last_will(settings: MqttLightSettings, gateway: str, dark: Light) -> Message:
    """What the broker publishes when the gateway is gone: a dead gateway shows no green."""
    if settings.topic:
        return settings.topic, state_json(settings, gateway, dark)
    return _fixed(settings.messages.off)[0]


def state_json(settings: MqttLightSettings, gateway: str, light: Light) -> bytes:
    """`{"gateway","output","colour","tone","why","code"}`, all texts."""
    return orjson.dumps(
        {
            "gateway": gateway,
            "output": settings.id,
            "colour": light.lamp.value,
            "tone": light.tone.value,
            "why": light.why.value,
            "code": light.code,
        }
    )


def _words(light: Light) -> tuple[str, str, str]:
    return light.lamp, light.why, light.code


def _fixed(messages: tuple[LightMessage, ...]) -> list[Message]:
    return [(message.topic, message.payload.encode()) for message in messages]
