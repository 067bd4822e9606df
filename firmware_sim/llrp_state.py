"""What a simulated RFID reader knows and keeps, connected or not: ROSpecs, configuration, reports, ports.

Written from the standard alone (LLRP 1.0.1). No socket here; `llrp_reader.py` has the connection.
"""

from __future__ import annotations

import struct
import time
from collections import deque
from collections.abc import Iterable

from firmware_sim.llrp_model import IMPINJ, Model, TagSeen
from firmware_sim.llrp_wire import (
    Content,
    capabilities,
    content_of,
    customs_in,
    event,
    param,
    params,
    status_param,
    tag_report,
)  # fmt: skip

PARAMETER_ERROR, FIELD_ERROR, UNKNOWN_PARAMETER = 100, 101, 107
UNSUPPORTED_MESSAGE, UNSUPPORTED_VERSION, INVALID, DEVICE_ERROR = 109, 110, 300, 401
DISABLED, INACTIVE, ACTIVE = 0, 1, 2
EVENTS_LIMIT = 1000  # the oldest are forgotten
WARN_AT = 0.8  # of the memory for reports
ANSWERS = {1: 11, 2: 12, 3: 13, 14: 4, 20: 30, 21: 31, 22: 32, 23: 33, 24: 34, 25: 35, 26: 36, 41: 51, 46: 56, 47: 57}

Answer = tuple[int, bytes]  # status, what follows it


class ReaderState:
    """Not locked: its reader does that."""

    def __init__(self, model: Model, *, buffer_limit: int, has_utc: bool, speaks_1_1: bool) -> None:
        self.model = model
        self.has_utc = has_utc
        self.clock_ahead_s = 0.0  # of the world
        self._speaks_1_1 = speaks_1_1
        self._limit = buffer_limit
        self._inputs = dict.fromkeys(range(1, model.inputs + 1), False)
        self.outputs: dict[int, bool] = {}
        self.switched: list[tuple[int, bool]] = []  # every order for an output
        self.start()

    def start(self) -> None:
        """Power on: nothing is known but the world."""
        self._started_s = time.monotonic()
        self.outputs = dict.fromkeys(range(1, self.model.outputs + 1), False)
        self.specs: dict[int, tuple[bytes, int]] = {}  # value of each ROSpec and its state
        self.keepalive_s = 0.0
        self.holds = False  # keeps events and reports for a client that comes back
        self.is_extended = False  # Impinj's parameters are allowed on this connection
        self.version = 1
        self.link_limit = 0  # keep-alives without an answer until the connection is dropped; 0: never
        self._watched: set[int] = set()  # inputs whose edges are told
        self._wanted: set[int] = set()  # types of events
        self.reports: deque[bytes] = deque()
        self.events: deque[bytes] = deque(maxlen=EVENTS_LIMIT)
        self.lost = 0  # reports for which there was no room
        self._has_warned = False

    # -- the world ---------------------------------------------------------------------------

    def see(self, tags: Iterable[TagSeen]) -> int:
        """Tags in the field; how many are reported. None is seen while no ROSpec is active."""
        active = next((value for value, state in self.specs.values() if state == ACTIVE), None)
        if active is None:
            return 0
        trigger, count, content = content_of(active)
        if trigger == 0 or count == 0:
            return 0  # "at the end", which never comes
        return sum(self.keep(self._report(tag, content)) for tag in tags)

    def keep(self, report: bytes) -> bool:
        """Into the memory, which has an end; False when there was no room."""
        if len(self.reports) >= self._limit:
            self.lost += 1
            if self.lost == 1:
                self.tell(251, b"")
            if self.model.keeps_oldest:
                return False
            self.reports.popleft()
        self.reports.append(report)
        if not self._has_warned and len(self.reports) >= WARN_AT * self._limit:
            self._has_warned = True
            if 3 in self._wanted:
                self.tell(250, bytes((int(100 * WARN_AT),)))
        return True

    def take_reports(self) -> list[bytes]:
        """What is to be sent; the memory is empty then."""
        reports, self.reports = list(self.reports), deque()
        self.lost, self._has_warned = 0, False
        return reports

    def set_input(self, port: int, *, is_on: bool) -> None:
        """A light curtain at an input."""
        if self._inputs[port] is not is_on:
            self._inputs[port] = is_on
            if port in self._watched and 1 in self._wanted:
                self.tell(248, struct.pack(">HB", port, 0x80 if is_on else 0))

    def stop_spec(self) -> None:
        """The reader ends its ROSpec by itself, for its radio is busy say."""
        for number, (value, state) in self.specs.items():
            if state == ACTIVE:
                self.specs[number] = value, INACTIVE
                self._tell_spec(1, number)

    def tell(self, kind: int, body: bytes) -> None:
        """An event of now."""
        self.events.append(self.event(kind, body))

    def event(self, kind: int, body: bytes) -> bytes:
        return event(kind, body, self._us(None), is_utc=self.has_utc)

    def _tell_spec(self, what: int, number: int) -> None:
        if 2 in self._wanted:
            self.tell(249, struct.pack(">BII", what, number, 0))

    def _report(self, tag: TagSeen, content: Content) -> bytes:
        first_us, last_us = self._us(tag.first_s), self._us(tag.last_s or tag.first_s)
        return tag_report(tag, first_us, last_us, content, is_utc=self.has_utc)

    def _us(self, world_s: float | None) -> int:
        """A time of the world as this reader tells it."""
        world_s = time.time() if world_s is None else world_s
        if self.has_utc:
            return int((world_s + self.clock_ahead_s) * 1e6)
        return int((time.monotonic() - self._started_s + world_s - time.time() + 60) * 1e6)

    # -- requests ----------------------------------------------------------------------------

    def connected(self) -> None:
        """A client is greeted; what was agreed with the one before is not."""
        self.is_extended, self.version = False, 1

    def answer(self, kind: int, body: bytes, version: int) -> tuple[int, bytes]:
        """Type and body of the answer to a request; ERROR_MESSAGE for what is not known."""
        if kind in (46, 47):
            return self._agree(kind, body, version)
        if version > self.version:
            return 100, status_param(UNSUPPORTED_VERSION, "version")
        if kind == 1023:
            return self._custom(body)
        if kind not in ANSWERS:
            return 100, status_param(UNSUPPORTED_MESSAGE, "message type")
        try:
            code, more = self._do(kind, body)
        except (struct.error, IndexError):
            code, more = PARAMETER_ERROR, b""
        return ANSWERS[kind], status_param(code, "refused" if code else "") + more

    def _agree(self, kind: int, body: bytes, version: int) -> tuple[int, bytes]:
        if not self._speaks_1_1 or version != 2:
            return 100, status_param(UNSUPPORTED_VERSION, "only version 1")
        if kind == 46:
            return 56, bytes((self.version, 2)) + status_param(0, "")
        self.version = body[0]
        return 57, status_param(0, "")

    def _custom(self, body: bytes) -> tuple[int, bytes]:
        maker, subtype = struct.unpack(">IB", body[:5])
        if self.model.maker != IMPINJ or (maker, subtype) != (IMPINJ, 21):
            return 100, status_param(UNSUPPORTED_MESSAGE, "custom message")
        self.is_extended = True
        return 1023, struct.pack(">IB", IMPINJ, 22) + status_param(0, "")

    def _do(self, kind: int, body: bytes) -> Answer:
        number = int.from_bytes(body[:4], "big")
        match kind:
            case 1:
                return 0, capabilities(self.model, is_utc=self.has_utc)
            case 2:
                return 0, b"".join(
                    param(225, struct.pack(">HBB", port, 0x80 if port in self._watched else 0, is_on))
                    for port, is_on in self._inputs.items()
                )
            case 3:
                return self._configure(body), b""
            case 20:
                return self._add(body), b""
            case 26:
                return 0, b"".join(
                    param(177, struct.pack(">IBB", number, value[4], state) + value[6:])
                    for number, (value, state) in self.specs.items()
                )
            case 21 if number == 0:
                self.specs = {}
                return 0, b""
            case 21 | 22 | 23 | 24 | 25:
                return self._move(kind, number), b""
            case _:
                return 0, b""  # no AccessSpecs, and goodbye

    def _add(self, body: bytes) -> int:
        specs = [value for kind, value in params(body) if kind == 177]
        if len(specs) != 1 or len(self.specs) >= self.model.ro_specs:
            return PARAMETER_ERROR
        number, _, state = struct.unpack(">IBB", specs[0][:6])
        if not number or state or number in self.specs:
            return FIELD_ERROR
        kinds = [kind for kind, _ in params(specs[0][6:])]
        if 178 not in kinds or 183 not in kinds:
            return PARAMETER_ERROR
        report = next((value for kind, value in params(specs[0][6:]) if kind == 237), b"\0\0\0")
        if customs_in(report[3:]) and not self.is_extended:
            return UNKNOWN_PARAMETER
        self.specs[number] = specs[0], DISABLED
        return 0

    def _move(self, kind: int, number: int) -> int:
        """Delete, start, stop, enable, disable: only where the state allows it."""
        if number not in self.specs:
            return INVALID
        value, state = self.specs[number]
        if kind == 21:
            del self.specs[number]
            return 0
        is_at_once = struct.unpack(">HHB", value[10:15])[2] == 1
        after = {(22, INACTIVE): ACTIVE, (23, ACTIVE): INACTIVE, (25, INACTIVE): DISABLED, (25, ACTIVE): DISABLED,
                 (24, DISABLED): ACTIVE if is_at_once else INACTIVE}.get((kind, state))  # fmt: skip
        if after is None:
            return INVALID
        if after == ACTIVE and any(other == ACTIVE for _, other in self.specs.values()):
            return DEVICE_ERROR
        self.specs[number] = value, after
        if after == ACTIVE:
            self._tell_spec(0, number)
        return 0

    def _configure(self, body: bytes) -> int:
        if any(maker == IMPINJ for maker, _, _ in customs_in(body[1:])) and not self.is_extended:
            return UNKNOWN_PARAMETER
        for kind, value in params(body[1:]):
            if kind == 220:
                periodic, interval_ms = struct.unpack(">BI", value)
                self.keepalive_s = interval_ms / 1000 if periodic else 0.0
            elif kind == 226:
                self.holds = bool(value[0] & 0x80)
            elif kind == 225:
                (port,) = struct.unpack(">H", value[:2])
                (self._watched.add if value[2] & 0x80 else self._watched.discard)(port)
            elif kind == 244:
                self._wanted = {int.from_bytes(one[:2], "big") for _, one in params(value) if one[2] & 0x80}
            elif kind == 219:
                port, level = struct.unpack(">HB", value)
                if port not in self.outputs:
                    return FIELD_ERROR
                self.outputs[port] = bool(level & 0x80)
                self.switched.append((port, self.outputs[port]))
            elif kind == 1023 and value[:8] == struct.pack(">II", IMPINJ, 38):
                is_on, limit = struct.unpack(">HH", value[8:])
                self.link_limit = limit if is_on else 0
        return 0
