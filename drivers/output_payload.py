"""The messages that bring an MQTT light from one state to the next. Pure."""

from __future__ import annotations

import orjson

from drivers.output_base import Light, Tone
from drivers.output_settings import LightMessage, MqttLightSettings

Message = tuple[str, bytes]  # topic, payload


def messages_for(settings: MqttLightSettings, gateway: str, light: Light, before: Light | None) -> list[Message]:
    """What to publish; nothing when the lamp is as it was and no tone is to sound.

    `before`: None on a new connection, whose broker may have shown anything in between.
    """
    is_changed = before is None or before.lamp is not light.lamp
    if not is_changed and light.tone is Tone.NONE:
        return []
    found = [(settings.topic, state_json(settings, gateway, light))] if settings.topic else []
    if is_changed:
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


def _fixed(messages: tuple[LightMessage, ...]) -> list[Message]:
    return [(message.topic, message.payload.encode()) for message in messages]
