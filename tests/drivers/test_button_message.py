"""A PUBLISH packet, good or hostile, becomes a message or a ValueError and nothing else."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.button_message import Message, parse_publish

PROPERTIES = b"\x0d\x02\x00\x00\x00\x3c\x26\x00\x01a\x00\x02bc"  # message expiry 60 s, user property a=bc


def body(topic: bytes, packet: int | None, properties: bytes, payload: bytes) -> bytes:
    number = b"" if packet is None else struct.pack("!H", packet)
    return struct.pack("!H", len(topic)) + topic + number + properties + payload


def test_a_press_of_mqtt_5_with_properties() -> None:
    packet = body(b"a/b", 7, PROPERTIES, b"{}")
    assert parse_publish(0x32, packet, has_properties=True) == Message(b"a/b", b"{}", 7, 1, False, False)


def test_a_press_of_mqtt_3_has_no_properties() -> None:
    assert parse_publish(0x32, body(b"a", 7, b"", b"{}"), has_properties=False) == Message(
        b"a", b"{}", 7, 1, False, False
    )


def test_the_flags_of_a_redelivered_and_of_a_retained_message() -> None:
    assert parse_publish(0x3A, body(b"a", 7, b"\0", b""), has_properties=True).is_redelivered
    assert parse_publish(0x33, body(b"a", 7, b"\0", b""), has_properties=True).is_retained


def test_at_qos_0_there_is_no_packet_id() -> None:
    assert parse_publish(0x30, body(b"a", None, b"\0", b"x"), has_properties=True) == Message(
        b"a", b"x", 0, 0, False, False
    )


def test_a_length_of_properties_in_two_bytes() -> None:
    packet = body(b"a", 1, b"\x81\x01" + b"p" * 129, b"x")
    assert parse_publish(0x32, packet, has_properties=True).payload == b"x"


@pytest.mark.parametrize(
    ("command", "packet"),
    [
        (0x32, b""),
        (0x32, b"\x00"),
        (0x32, b"\x00\x05a"),
        (0x32, b"\x00\x01a"),
        (0x32, b"\x00\x01a\x00"),
        (0x32, b"\x00\x01a\x00\x00\x00"),  # packet id 0
        (0x32, b"\x00\x01a\x00\x01"),  # no properties
        (0x32, b"\x00\x01a\x00\x01\x05x"),  # shorter than its properties say
        (0x32, b"\x00\x01a\x00\x01\xff\xff\xff\xff\x01"),
        (0x36, b"\x00\x01a\x00\x01\x00"),  # QoS 3
    ],
)
def test_a_malformed_packet_is_refused(command: int, packet: bytes) -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_publish(command, packet, has_properties=True)


@given(command=st.integers(0x30, 0x3F), packet=st.binary(max_size=40), has_properties=st.booleans())
def test_whatever_arrives_is_a_message_or_a_value_error(command: int, packet: bytes, has_properties: bool) -> None:
    try:
        message = parse_publish(command, packet, has_properties)
    except ValueError:
        return
    assert len(message.topic) + len(message.payload) <= len(packet)
    assert bool(message.packet) == bool(message.qos)
