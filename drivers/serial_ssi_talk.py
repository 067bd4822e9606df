"""The conversation with an SSI scanner. Pure: packets in, codes and packets out, time as an argument.

A code is acknowledged only after its commit. The scanner sends it again when that takes longer than its response
time-out; the repeat is recognised and answered as the first was, not offered a second time. The packets of a long code
are acknowledged one by one, since only the last of them makes the scanner show anything.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.framing import FRAME_LIMIT_BYTES, KEPT_BYTES, Frame, FrameFault
from drivers.serial_ssi_orders import Order, Orders
from drivers.serial_ssi_packet import Damage, Nak, Opcode, Packet, PacketFramer, encode, parameter_bytes
from drivers.serial_ssi_settings import SsiSettings
from drivers.serial_ssi_symbology import AIM_OF_TYPE
from gateway.model import Rejection, Status, Verdict

PATIENCE_PERCENT = 90  # of the scanner's response time-out: ours began when its last byte was here
PARTS_LIMIT_MS = 10_000  # between two packets of one code; then it is broken off
SETUP_PAUSE_MS = 10_000  # before a set-up that was not taken is tried again
SETUP_AGAIN_MS = 1000  # after rubbish: the scanner may have lost power and with it the set-up
BOOT_EVENT = 0x03
GOOD_READ_LED = 0x01
NO_BEEP = 0xFF

# Parameters of the set-up, by number: [DS9908] chapters SSI Interface and User Preferences.
ACK_NAK, PACKETED, CODE_ID, BEEP_ON_DECODE, BOOT_EVENTS = 159, 238, 45, 56, 258
SETUP = {ACK_NAK: 1, PACKETED: 1, CODE_ID: 1, BEEP_ON_DECODE: 0, BOOT_EVENTS: 1}

ACK = encode(Packet(Opcode.CMD_ACK))
NAK_RESEND = encode(Packet(Opcode.CMD_NAK, bytes([Nak.RESEND])))
NAK_UNKNOWN = encode(Packet(Opcode.CMD_NAK, bytes([Nak.BAD_CONTEXT])))

_AIM = re.compile(rb"\][A-Za-z][0-9A-Z]")


@dataclass(slots=True, eq=False)
class Sent:
    """A whole code as the scanner sent it last, and our answer once there is one."""

    packet: bytes
    heard_ms: int
    answer: bytes | None = None


class SsiTalk:
    """One connection, from its set-up on."""

    is_ordered = True
    patience_ms = 0  # a late answer is kept for the repeat, so the talk judges by itself what is late
    holds_news = False  # tones are orders of their own and answer no code

    def __init__(self, settings: SsiSettings) -> None:
        self._settings = settings
        self._framer = PacketFramer()
        self._orders = Orders(settings.response_timeout_ms)
        self._patience_ms = settings.response_timeout_ms * PATIENCE_PERCENT // 100
        self._outgoing = bytearray()
        self._now_ms = 0
        self._parts = bytearray()  # of a code whose last packet has not come; of a too long one its beginning
        self._length = 0  # of all its packets
        self._part: bytes | None = None  # the last of them as sent
        self._part_ms = 0
        self._sent: Sent | None = None  # the last whole code: the only one the scanner may still wait for
        self._owed: deque[Sent | None] = deque()  # by frame handed on; None: nobody waits for its answer
        self._led_off_ms: int | None = None
        self._setup_ms: int | None = None  # when to try the set-up again

    @property
    def deadline_ms(self) -> int | None:
        part_ms = self._part_ms + PARTS_LIMIT_MS if self._part is not None else None
        times = (self._framer.deadline_ms, self._orders.deadline_ms, part_ms, self._led_off_ms, self._setup_ms)
        return min((time for time in times if time is not None), default=None)

    @property
    def alarms(self) -> Mapping[str, str]:
        why = self._orders.refused
        return {"set-up": f"the scanner did not take it ({why}): is its host type SSI?"} if why else {}

    def begin(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._set_up()

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        self._now_ms = now_ms
        return self._take(self._framer.feed(chunk, now_ms))

    def expire(self, now_ms: int) -> list[Frame]:
        self._now_ms = now_ms
        frames = self._take(self._framer.expire(now_ms))
        self._outgoing += self._orders.expire(now_ms)
        if self._part is not None and now_ms >= self._part_ms + PARTS_LIMIT_MS:
            frames += self._break_off()
        if self._led_off_ms is not None and now_ms >= self._led_off_ms:
            self._led_off_ms = None
            self._orders.add(Order(Packet(Opcode.LED_OFF, bytes([GOOD_READ_LED]))))
        if self._setup_ms is not None and now_ms >= self._setup_ms:
            self._set_up()
        return frames

    def abort(self) -> list[Frame]:
        return self._break_off()

    def reply(self) -> bytes:
        """Acknowledgements, and the next order unless the scanner waits for an answer and would not hear it."""
        if self._sent is None or self._sent.answer is not None:
            self._outgoing += self._orders.next(self._now_ms)
        if self._orders.refused and self._setup_ms is None:
            self._setup_ms = self._now_ms + SETUP_PAUSE_MS
        outgoing = bytes(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def answer(self, verdict: Verdict, now_ms: int) -> bytes:
        """ACK for what is stored, also for a refusal; NAK asks for what could not be stored once more."""
        self._now_ms = now_ms
        sent = self._owed.popleft()
        if sent is None:
            self._show(verdict)
            return b""
        sent.answer = NAK_RESEND if verdict.status is Status.FAILED else ACK
        if sent is not self._sent or now_ms - sent.heard_ms >= self._patience_ms:
            return b""  # it has given up, or sends again: then `_is_known` answers
        if verdict.status is not Status.FAILED:
            self._show(verdict)
        return sent.answer

    def news(self, verdict: Verdict) -> bytes:
        self._show(verdict)
        return b""

    def rejection(self, frame: Frame) -> Rejection:
        got = f"{frame.length} bytes"
        if frame.fault is FrameFault.TOO_LONG:
            text = "The code is too long to be one of ours; scan the right one"
            return Rejection(FrameFault.TOO_LONG.value, text, got, f"at most {FRAME_LIMIT_BYTES} bytes")
        text = "The code broke off on its way; scan again"
        return Rejection(FrameFault.BROKEN_OFF.value, text, got, "all packets of the code")

    def _set_up(self) -> None:
        self._setup_ms = None
        if not self._settings.setup:
            return
        values = SETUP | {int(number): value for number, value in self._settings.parameters.items()}
        data = b"".join(parameter_bytes(number) + bytes([value]) for number, value in values.items())
        send = Packet(Opcode.PARAM_SEND, bytes([NO_BEEP]) + data)
        self._orders.begin([Order(send, is_setup=True), Order(Packet(Opcode.SCAN_ENABLE), is_setup=True)])

    def _take(self, items: list[Packet | Damage]) -> list[Frame]:
        frames: list[Frame] = []
        for item in items:
            if isinstance(item, Damage):
                self._outgoing += NAK_RESEND
                if self._setup_ms is None:
                    self._setup_ms = self._now_ms + SETUP_AGAIN_MS
            elif item.opcode in (Opcode.CMD_ACK, Opcode.CMD_NAK):
                self._outgoing += self._orders.hear(item, self._now_ms)
            elif item.opcode == Opcode.DECODE_DATA and item.data:
                frames += self._decode(item)
            elif item.opcode == Opcode.EVENT:
                self._outgoing += ACK
                if item.data[:1] == bytes([BOOT_EVENT]):
                    self._set_up()
            else:
                self._outgoing += NAK_UNKNOWN
        return frames

    def _decode(self, packet: Packet) -> list[Frame]:
        if packet.is_retransmitted and self._is_known(packet):
            return []
        self._length += len(packet.data) - 1
        self._parts += packet.data[1:]
        if self._length > FRAME_LIMIT_BYTES:
            del self._parts[KEPT_BYTES:]
        if packet.is_continued:
            self._outgoing += ACK
            self._part, self._part_ms = packet.data, self._now_ms
            return []
        self._sent = Sent(packet.data, self._now_ms)
        return [self._finish(packet.data[0], self._sent)]

    def _is_known(self, packet: Packet) -> bool:
        """Whether this repeat is of what we have: then it is answered as before, or once there is an answer."""
        if packet.is_continued:
            if packet.data != self._part:
                return False
            self._outgoing += ACK
            return True
        sent = self._sent
        if sent is None or sent.packet != packet.data or self._part is not None or sent.answer == NAK_RESEND:
            return False
        sent.heard_ms = self._now_ms
        if sent.answer is not None:
            self._outgoing += sent.answer
        return True

    def _finish(self, kind: int | None, sent: Sent | None) -> Frame:
        """What the packets so far are, whole if there is a `kind`."""
        data, length = bytes(self._parts), self._length
        self._parts.clear()
        self._length, self._part = 0, None
        self._owed.append(sent)
        if length > FRAME_LIMIT_BYTES:
            return Frame(data, fault=FrameFault.TOO_LONG, length=length)
        if kind is None:
            return Frame(data[:KEPT_BYTES], fault=FrameFault.BROKEN_OFF, length=length)
        aim = AIM_OF_TYPE.get(kind, "")
        if _AIM.match(data):
            aim, data = data[:3].decode("ascii"), data[3:]
        return Frame(data.rstrip(b"\r\n"), aim)

    def _break_off(self) -> list[Frame]:
        return [] if self._part is None else [self._finish(None, None)]

    def _show(self, verdict: Verdict) -> None:
        feedback = self._settings.feedback
        beep = feedback.good_beep if verdict.is_good else feedback.bad_beep
        if beep != "none":
            self._orders.add(Order(Packet(Opcode.BEEP, bytes([beep]))))
        if verdict.is_good and feedback.led_ms:
            self._orders.add(Order(Packet(Opcode.LED_ON, bytes([GOOD_READ_LED]))))
            self._led_off_ms = self._now_ms + feedback.led_ms
