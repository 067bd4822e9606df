"""Dialling, waiting between attempts, and confirming in order."""

from __future__ import annotations

import threading

import pytest

from sync.dial import Dialer
from sync.mqtt import LinkError
from sync.order import InOrder
from sync.retry import SlicedPause, connect_attempts

TIMEOUT_S = 30.0


class HangingSession:
    """A session whose name look-up does not come back until the test lets it."""

    def __init__(self) -> None:
        self.answer = threading.Event()
        self.is_closed = threading.Event()

    def connect(self) -> None:
        self.answer.wait(TIMEOUT_S)

    def close(self) -> None:
        self.is_closed.set()


def test_a_name_look_up_that_hangs_is_abandoned_on_stop_and_cleaned_up_when_it_returns() -> None:
    stop = threading.Event()
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            stop.set()

    session = HangingSession()
    with pytest.raises(LinkError, match="connecting took longer"):
        Dialer(beat).dial(session, stop)
    assert not session.is_closed.is_set()
    session.answer.set()
    assert session.is_closed.wait(TIMEOUT_S)


def test_an_error_of_connecting_reaches_whoever_dialled() -> None:
    class Refused(HangingSession):
        def connect(self) -> None:
            raise LinkError("refused")

    with pytest.raises(LinkError, match="refused"):
        Dialer(lambda: None).dial(Refused(), threading.Event())


def test_attempts_go_on_until_one_works_and_a_stop_ends_them() -> None:
    stop = threading.Event()
    pauses: list[float] = []
    made = 0
    for attempt in connect_attempts(stop, LinkError, pauses.append):
        with attempt:
            made += 1
            if made < 12:
                raise LinkError("no")
    assert made == 12
    assert len(pauses) == 11
    assert 0 <= max(pauses) <= 60
    stop.set()
    with pytest.raises(LinkError, match="stopped here"):
        connect_attempts(stop, LinkError, pauses.append)(fail)
    assert len(pauses) == 11


def fail() -> None:
    raise LinkError("stopped here")


def test_a_pause_beats_while_it_waits_and_ends_on_stop() -> None:
    stop = threading.Event()
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 2:
            stop.set()

    SlicedPause(stop, beat)(3600.0)
    assert len(beats) == 2


def test_messages_are_confirmed_in_the_order_in_which_they_came() -> None:
    order = InOrder()
    for packet in (7, 8, 9):
        order.begin(packet)
    assert order.finish(9) == []
    assert order.finish(7) == [7]
    assert order.finish(8) == [8, 9]
