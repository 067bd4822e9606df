"""Acknowledgements on their way to the writer."""

from __future__ import annotations

from dataclasses import replace

from gateway.model import Acknowledgement, Disposition
from sync.settlement import Settlement
from tests.sync.desk import RED, Desk
from tests.sync.ledger import EPOCH, MemoryOutbox


def settlement(desk: Desk) -> Settlement:
    one = Settlement(desk.submit, desk.later.append, lambda ack, outcome: desk.settled.append(ack))
    one.reset(MemoryOutbox().streams().values())
    return one


def ack(cum: int, *numbers: int) -> Acknowledgement:
    told = tuple(Disposition(n, n, "0199f0aa-0000-7000-8000-0000000000aa", "rejected") for n in numbers)
    return Acknowledgement(EPOCH, "sig", cum, bytes(16), told)


def test_an_acknowledgement_that_says_nothing_new_is_not_submitted() -> None:
    desk = Desk()
    one = settlement(desk)
    one.offer(ack(0), 0)
    one.offer(ack(3), 0)
    desk.answer()
    one.offer(ack(3), 10)
    one.offer(ack(2), 10)
    assert desk.given == [ack(3)]


def test_while_one_is_with_the_writer_the_newest_of_the_others_waits() -> None:
    desk = Desk()
    one = settlement(desk)
    for cum in (1, 2, 3, 4):
        one.offer(ack(cum), 0)
    assert desk.given == [ack(1)]
    desk.answer()
    assert desk.given == [ack(1), ack(4)]
    assert desk.settled == [ack(1)]


def test_one_with_a_new_disposition_does_not_wait() -> None:
    desk = Desk()
    one = settlement(desk)
    one.offer(ack(1), 0)
    one.offer(ack(2, 1), 0)
    one.offer(ack(3, 1), 0)
    assert desk.given == [ack(1), ack(2, 1)]


def test_a_busy_writer_gets_the_newest_one_later() -> None:
    desk = Desk()
    one = settlement(desk)
    desk.is_busy = True
    one.offer(ack(1), 0)
    one.offer(ack(2), 500)
    desk.is_busy = False
    one.on_tick(1_000)
    assert desk.given == []
    one.on_tick(1_500)
    assert desk.given == [ack(2)]


def test_what_the_disk_did_not_take_is_submitted_again() -> None:
    desk = Desk()
    one = settlement(desk)
    one.offer(ack(1), 0)
    desk.answer(RED)
    one.on_tick(500)
    assert desk.given == [ack(1)]
    one.on_tick(1_000)
    assert desk.given == [ack(1), ack(1)]


def test_an_outcome_that_never_comes_blocks_nothing_for_ever() -> None:
    desk = Desk()
    one = settlement(desk)
    one.offer(ack(1), 0)
    one.offer(ack(2), 9_999)
    assert desk.given == [ack(1)]
    one.on_tick(10_000)
    assert desk.given == [ack(1), ack(2)]


def test_a_dispute_is_submitted_once_although_its_position_is_not_new() -> None:
    desk = Desk()
    one = settlement(desk)
    liar = replace(ack(0), hash=b"x" * 16)
    one.offer(liar, 0, is_dispute=True)
    one.offer(liar, 1, is_dispute=True)
    assert desk.given == [liar]


def test_outcomes_of_an_epoch_that_is_over_are_ignored() -> None:
    desk = Desk()
    one = settlement(desk)
    one.offer(ack(1), 0)
    one.reset(MemoryOutbox("01NEW").streams().values())
    desk.answer()
    assert desk.settled == []
