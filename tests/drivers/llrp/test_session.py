"""The session as a pure state machine: whatever a reader says, it goes on or ends with a reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.llrp.event import Notice
from drivers.llrp.frame import Deframer, Frame
from drivers.llrp.session import ANSWER_MS, CHECK_MS, Session, SessionError
from firmware_sim.llrp_wire import message, status_param
from tests.drivers.llrp.exchange import NOW_MS, WISHES, reader_side


def _take(session: Session, said: list[bytes], now_ms: int = NOW_MS) -> list[Notice]:
    deframer, notices = Deframer(), []
    for frame in deframer.feed(b"".join(said)):
        notices += session.take(frame, now_ms)
    return notices


def _set_up(model: str = "R420") -> Session:
    session = Session(WISHES, NOW_MS)
    _take(session, reader_side(model))
    assert session.is_reading
    session.take_output()
    return session


@pytest.mark.parametrize("model", ["R420", "FX9600"])
@pytest.mark.parametrize("speaks_1_1", [False, True])
def test_a_whole_session_gives_tags_and_events(model: str, speaks_1_1: bool) -> None:
    session = Session(WISHES, NOW_MS)
    notices = _take(session, reader_side(model, speaks_1_1=speaks_1_1))
    assert len(session.take_reads()) == 15
    assert [one.kind for one in notices] == ["attempt", *["input"] * 5, "antenna", "overflow", "warning"]
    assert session.version == (2 if speaks_1_1 else 1)
    assert session.maker.name == ("Impinj" if model == "R420" else "Zebra")


def test_answers_to_others_and_to_nobody_are_skipped() -> None:
    session = Session(WISHES, NOW_MS)
    greeting, first, *rest = reader_side()
    _take(
        session, [greeting, message(11, 99, status_param(0, "")), message(100, 99, b""), message(999, 1, b"x"), first]
    )
    _take(session, rest)
    assert session.is_reading


def test_an_error_message_to_what_has_no_answer_is_no_reason_to_end() -> None:
    session = _set_up()
    assert _take(session, [message(100, 12, status_param(109, "ENABLE_EVENTS_AND_REPORTS"))]) == []
    assert session.is_reading


def test_a_check_that_is_not_answered_ends_the_session() -> None:
    session = _set_up()
    session.tick(NOW_MS + 1)
    due_ms = NOW_MS + CHECK_MS
    _take(session, [message(62, 1)], due_ms)
    session.tick(due_ms)
    assert session.take_output()
    _take(session, [message(62, 1)], due_ms + ANSWER_MS)
    with pytest.raises(SessionError, match="no answer to GET_ROSPECS"):
        session.tick(due_ms + ANSWER_MS)


def test_a_reader_that_ends_the_connection_says_so() -> None:
    with pytest.raises(SessionError, match="the reader ended the connection"):
        _take(_set_up(), [message(63, 1, bytes.fromhex("00f600140080000c00000000000000000101000400"[:40]))])


@pytest.mark.promise("R10")
@given(st.sampled_from(reader_side()), st.integers(0, 2000), st.integers(0, 255))
def test_a_changed_byte_is_skipped_or_ends_the_session_with_a_reason(said: bytes, at: int, byte: int) -> None:
    session = Session(WISHES, NOW_MS)
    changed = bytearray(said)
    changed[10 + at % max(1, len(said) - 10) if len(said) > 10 else 2] = byte
    with suppress(SessionError):
        for one in reader_side():
            data = bytes(changed) if one == said else one
            head = int.from_bytes(data[:2], "big")
            session.take(Frame(head & 0x3FF, int.from_bytes(data[6:10], "big"), data[10:], 1), NOW_MS)
