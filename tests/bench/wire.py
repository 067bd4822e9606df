"""MQTT 3.1.1 on a bare socket: cheap enough to press thousands of buttons a second beside what is measured."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass

CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90
READ_BYTES = 1 << 16
ANSWER_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet from the broker; topic and payload are set for PUBLISH only."""

    kind: int
    packet: int = 0
    topic: str = ""
    payload: bytes = b""


class Wire:
    """One connection to a broker on this machine."""

    def __init__(self, port: int, client_id: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_LIMIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.send(_packet(0x10, _text("MQTT") + b"\x04\x02\x00\x00" + _text(client_id)))
        self._await(CONNACK)

    def fileno(self) -> int:
        return self._socket.fileno()

    def subscribe(self, topic: str) -> None:
        """QoS 1; returns when the broker has granted it."""
        self.send(_packet(0x82, b"\x00\x01" + _text(topic) + b"\x01"))
        self._await(SUBACK)

    def send(self, data: bytes) -> None:
        """Rendered packets, as many as you like."""
        self._socket.sendall(data)

    def receive(self, timeout_s: float) -> list[Packet]:
        """What came, waiting for it at most so long; ConnectionError when the broker hung up."""
        if not select.select([self._socket], [], [], timeout_s)[0]:
            return []
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionError("the broker ended a connection of the measurement")
        self._buffer += data
        return list(self._parse())

    def close(self) -> None:
        self._socket.close()

    def _await(self, kind: int) -> None:
        while True:
            came = self.receive(ANSWER_LIMIT_S)
            if not came:
                raise TimeoutError("the broker does not answer")
            if any(packet.kind == kind for packet in came):
                return

    def _parse(self) -> Iterator[Packet]:
        data, start = self._buffer, 0
        while (head := _length(data, start + 1)) is not None:
            begin, length = head
            if begin + length > len(data):
                break
            yield _parse_one(data[start], data[begin : begin + length])
            start = begin + length
        self._buffer = data[start:]


def publish(topic: str, payload: bytes, *, packet: int = 0, retain: bool = False) -> bytes:
    """A rendered PUBLISH, with QoS 1 if it has a packet number."""
    number = packet.to_bytes(2, "big") if packet else b""
    return _packet(PUBLISH | (2 if packet else 0) | retain, _text(topic) + number + payload)


def puback(packet: int) -> bytes:
    """The answer to a PUBLISH with QoS 1."""
    return _packet(PUBACK, packet.to_bytes(2, "big"))


def _parse_one(first: int, body: bytes) -> Packet:
    kind = first & 0xF0
    if kind != PUBLISH:
        return Packet(kind, int.from_bytes(body[:2], "big"))
    end = 2 + int.from_bytes(body[:2], "big")
    topic = body[2:end].decode()
    if not first & 0x06:
        return Packet(kind, 0, topic, body[end:])
    return Packet(kind, int.from_bytes(body[end : end + 2], "big"), topic, body[end + 2 :])


def _length(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the body begins and how long it is; None when the header is not complete."""
    value = shift = 0
    for place in range(start, min(start + 4, len(data))):
        value |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return place + 1, value
        shift += 7
    return None


def _packet(first: int, body: bytes) -> bytes:
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


def _text(text: str) -> bytes:
    return len(text.encode()).to_bytes(2, "big") + text.encode()
