"""A whole session in memory: our side and a simulated reader, without sockets."""

from __future__ import annotations

import struct

from drivers.llrp.frame import Deframer
from drivers.llrp.ro_spec import Inventory
from drivers.llrp.session import Session, Wishes
from firmware_sim.llrp_model import MODELS, TagSeen
from firmware_sim.llrp_state import ReaderState
from firmware_sim.llrp_wire import message

WISHES = Wishes(Inventory((1, 2), 0, 1, 32, 1), 5000, watches_inputs=True, probes_version=True)
NOW_MS = 1_000


def reader_side(model: str = "R420", *, speaks_1_1: bool = False) -> list[bytes]:
    """What the reader says, from its greeting to tags and events."""
    state = ReaderState(MODELS[model], buffer_limit=20, has_utc=True, speaks_1_1=speaks_1_1)
    session, asked = Session(WISHES, NOW_MS), Deframer()
    said = [message(63, 9, state.event(256, b"\0\0"))]
    _hear(session, said[0])
    while not session.is_set_up:
        for frame in asked.feed(session.take_output()):
            kind, body = state.answer(frame.type, frame.body, frame.version)
            said.append(message(kind, frame.id, body))
            _hear(session, said[-1])
    state.see([TagSeen("3376451FD40C0E400000162E", 2, phase=7), TagSeen("30AABB"), TagSeen("F7ABC", bits=18)])
    state.see([TagSeen("3376451FD40C0E400000162E", 1)] * 12)
    said.append(message(61, 10, b"".join(state.take_reports())))
    for kind, body in ((248, struct.pack(">HB", 1, 0x80)), (255, struct.pack(">BH", 0, 2)), (251, b""), (250, b"\x50")):
        said.append(message(63, 11, state.event(kind, body)))
    return [*said, message(62, 12)]


def _hear(session: Session, data: bytes) -> None:
    for frame in Deframer().feed(data):
        session.take(frame, NOW_MS)
