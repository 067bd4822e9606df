"""Orders to an SSI scanner, one at a time: each is acknowledged before the next is sent. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from drivers.serial_ssi_packet import RETRANSMITTED, Nak, Opcode, Packet, encode

ORDER_LIMIT = 16  # waiting orders; the oldest goes first, it is only light and tone
TRIES = 3  # the first and two resends, as the scanner does with its codes


@dataclass(frozen=True, slots=True)
class Order:
    """One packet of ours that wants an acknowledgement."""

    packet: Packet
    is_setup: bool = False


class Orders:
    """The orders of one connection."""

    def __init__(self, timeout_ms: int) -> None:
        self._timeout_ms = timeout_ms
        self._waiting: deque[Order] = deque(maxlen=ORDER_LIMIT)
        self._sent: Order | None = None
        self._sent_ms = 0
        self._tries = 0
        self.refused = ""  # why the set-up was not taken; "" while it was, or has not been tried

    def add(self, order: Order) -> None:
        self._waiting.append(order)

    def begin(self, setup: list[Order]) -> None:
        """The scanner is new, or new again: what was on its way means nothing any more."""
        self._sent = None
        self._waiting.clear()
        self._waiting.extend(setup)

    @property
    def is_set_up(self) -> bool:
        """Whether no order of the set-up is left."""
        return not any(order.is_setup for order in (*self._waiting, *([self._sent] if self._sent else [])))

    @property
    def deadline_ms(self) -> int | None:
        """When the order on its way is overdue."""
        return None if self._sent is None else self._sent_ms + self._timeout_ms

    def next(self, now_ms: int) -> bytes:
        """The next order to send, b"" while one is on its way or none waits."""
        if self._sent is not None or not self._waiting:
            return b""
        self._sent = self._waiting.popleft()
        self._tries = 1
        self._sent_ms = now_ms
        return encode(self._sent.packet)

    def expire(self, now_ms: int) -> bytes:
        """The order again when no answer came in time."""
        deadline_ms = self.deadline_ms
        return self._again(now_ms, "no answer") if deadline_ms is not None and now_ms >= deadline_ms else b""

    def hear(self, packet: Packet, now_ms: int) -> bytes:
        """The scanner's CMD_ACK or CMD_NAK; what is to be sent again."""
        if self._sent is None:
            return b""
        if packet.opcode == Opcode.CMD_ACK:
            if self._sent.is_setup:
                self.refused = ""
            self._sent = None
            return b""
        if packet.data[:1] == bytes([Nak.RESEND]):
            return self._again(now_ms, "it does not understand us")
        self._give_up(f"it refused {self._sent.packet.data.hex(' ') or 'an order'}")
        return b""

    def _again(self, now_ms: int, why: str) -> bytes:
        order = self._sent
        if order is None:
            return b""
        if self._tries >= TRIES:
            self._give_up(why)
            return b""
        self._tries += 1
        self._sent_ms = now_ms
        return encode(Packet(order.packet.opcode, order.packet.data, order.packet.status | RETRANSMITTED))

    def _give_up(self, why: str) -> None:
        if self._sent is not None and self._sent.is_setup:
            self.refused = why
            self._waiting = deque((one for one in self._waiting if not one.is_setup), maxlen=ORDER_LIMIT)
        self._sent = None
