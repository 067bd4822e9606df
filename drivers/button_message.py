"""One message of a button: from the bytes of its PUBLISH packet to a `Read`. No I/O.

paho decodes a packet into objects made for every use of MQTT 5; the few fields of a press cost
half as much, and a press is the busiest thing this process sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from drivers.button_settings import MqttButtonSettings
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.model import Press, Read, Rejection

KEPT_BYTES = 256  # how much of an over-long payload is kept as evidence

_LENGTH_BYTES = 4  # most bytes of a variable length


@dataclass(slots=True)
class Message:
    """A published message as it came; `packet` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    packet: int
    qos: int
    is_redelivered: bool
    is_retained: bool


def parse_publish(command: int, body: bytes | bytearray, has_properties: bool) -> Message:
    """Parse a PUBLISH packet (MQTT 5 section 3.3): `command` is its first byte, `body` what follows the length.

    The properties, which only MQTT 5 has, mean nothing to a button. ValueError when it is malformed.
    """
    qos = command >> 1 & 3
    topic_end = 2 + int.from_bytes(body[:2], "big")
    at = topic_end
    packet = 0
    if qos:
        packet = int.from_bytes(body[at : at + 2], "big")
        at += 2
    if has_properties:
        length, at = _variable_length(body, at)
        at += length
    if at > len(body) or (qos and not packet) or qos > 2:
        raise ValueError(f"malformed PUBLISH of {len(body)} bytes")
    return Message(bytes(body[2:topic_end]), bytes(body[at:]), packet, qos, bool(command & 0x08), bool(command & 0x01))


def read_of(message: Message, settings: MqttButtonSettings, clock: Clock) -> Read:
    """The press as a read of its device, with what recognises it when it is delivered again."""
    payload, limit = message.payload, settings.payload_limit_bytes
    press = None
    if message.qos:  # at QoS 0 nothing is ever delivered again
        digest = blake2b(message.topic + b"\0" + payload, digest_size=8).hexdigest()
        press = Press(message.packet, digest, message.is_redelivered)
    wall_ms = clock.wall_ms()
    return Read(
        id=new_id(wall_ms),
        device=settings.id,
        station=settings.station,
        data=payload if len(payload) <= limit else payload[:KEPT_BYTES],
        aim="",
        wall_ms=wall_ms,
        mono_ms=clock.mono_ms(),
        boot=clock.boot,
        quality=clock.quality(),
        press=press,
        topic=message.topic.decode(errors="replace"),  # every broker must refuse a topic that is not UTF-8
        fault=None if len(payload) <= limit else _too_long(len(payload), limit),
    )


def _variable_length(body: bytes | bytearray, at: int) -> tuple[int, int]:
    """(value, position after it) of a variable byte integer."""
    value = 0
    for n, byte in enumerate(body[at : at + _LENGTH_BYTES]):
        value |= (byte & 0x7F) << 7 * n
        if byte < 0x80:
            return value, at + n + 1
    raise ValueError("malformed length of the properties")


def _too_long(length: int, limit: int) -> Rejection:
    return Rejection(
        code="PAYLOAD_TOO_LONG",
        text="The button's message is too long to be a press; check what is published on its topic",
        got=f"{length} bytes",
        expected=f"at most {limit} bytes",
    )
