"""One message that holds several presses: one answer, given when all of them are on disk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.model import Action, Press, Read, Rejection, Scan, Status, Verdict
from gateway.pipeline import NOT_A_PRESS, Pipeline, Source
from tests.pipeline.test_pipeline import EMPTIED, FAILED, REFUSED, SlowWriter


def interpret(read: Read) -> tuple[Scan, ...]:
    """Each word is a press: `K1` of a card, `!` a fault, `help` a call, `help-` takes it back."""
    scans = []
    for n, word in enumerate(read.data.decode().split()):
        own = replace(read, id=f"{read.id}-{n}")
        if word == "!":
            scans.append(Scan(own, fault=Rejection("UNKNOWN_BUTTON", "who?")))
        elif word.startswith("help"):
            scans.append(Scan(own, Action.UNDO if word.endswith("-") else Action.SCAN, call="maintenance"))
        else:
            scans.append(Scan(own, card=word))
    return tuple(scans)


class Buttons:
    """One device in front of a pipeline whose writer answers when told."""

    def __init__(self) -> None:
        self.writer = SlowWriter()
        self.pipeline = Pipeline({"b": Source(interpret, 60_000, is_button=True)}, self.writer.submit)
        self.now_ms = 0

    def offer(self, words: str) -> list[Verdict]:
        verdicts: list[Verdict] = []
        read = Read("r", "b", "S1", words.encode(), "", 0, self.now_ms, "boot", "ntp", press=Press(1, "d", False))
        self.pipeline.offer(read, verdicts.append)
        return verdicts


@pytest.mark.promise("R1")
def test_the_answer_waits_for_the_last_press_of_the_message() -> None:
    buttons = Buttons()
    verdicts = buttons.offer("K1 K2")
    assert [scan.card for scan in buttons.writer.scans] == ["K1", "K2"]
    buttons.writer.answer(EMPTIED)
    assert verdicts == []
    buttons.writer.answer(EMPTIED)
    assert verdicts == [EMPTIED]


@pytest.mark.promise("R1")
@pytest.mark.parametrize("order", [(EMPTIED, FAILED), (FAILED, EMPTIED), (REFUSED, FAILED)])
def test_one_press_that_could_not_be_stored_fails_the_whole_message(order: tuple[Verdict, Verdict]) -> None:
    buttons = Buttons()
    verdicts = buttons.offer("K1 K2")
    for verdict in order:
        buttons.writer.answer(verdict)
    assert verdicts == [FAILED]


def test_a_fault_beside_a_press_is_stored_and_the_press_too() -> None:
    buttons = Buttons()
    verdicts = buttons.offer("! K1")
    buttons.writer.answer(REFUSED)
    buttons.writer.answer(EMPTIED)
    assert verdicts == [REFUSED]
    assert [scan.fault is None for scan in buttons.writer.scans] == [False, True]


def test_a_message_without_presses_is_answered_at_once() -> None:
    buttons = Buttons()
    assert buttons.offer("") == [NOT_A_PRESS]
    assert buttons.pipeline.counters("b") == {"reads": 1, "ignored": 1}


def test_a_call_pressed_twice_is_one_call_and_its_taking_back_another_press() -> None:
    buttons = Buttons()
    called, ended = Verdict(Status.OK, "ANDON_CALLED"), Verdict(Status.OK, "ANDON_ENDED")
    for words, verdict in (("help", called), ("help-", ended), ("help", called)):
        assert buttons.offer(words) == []
        buttons.writer.answer(verdict)
    assert [scan.fault for scan in buttons.writer.scans] == [None, None, None]
    buttons.offer("help")  # a double press, also after the action has changed
    last = buttons.writer.scans[-1].fault
    assert last is not None
    assert (last.code, last.got) == ("PRESS_TOO_SOON", "call maintenance")
