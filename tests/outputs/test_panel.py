"""What a light has to show: priority, holding, coalescing, and nothing from the past."""

from __future__ import annotations

import select

import pytest

from drivers.output_base import DARK, Lamp, Light, Tone, Why
from drivers.output_panel import Panel
from gateway.model import Status, Verdict
from tests.store.rig import HandClock

HOLD_MS = 2000


class Told:
    """A panel and its clock."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.panel = Panel(HOLD_MS, self.clock)

    def verdict(self, status: Status, code: str = "X") -> None:
        self.panel.tell_verdict(Verdict(status, code))

    def look(self) -> Light:
        self.panel.wake.clear()
        return self.panel.look(self.clock.mono_ms())

    def is_woken(self) -> bool:
        return bool(select.select([self.panel.wake.fileno()], [], [], 0)[0])


@pytest.mark.promise("R1")
def test_before_anything_is_known_the_light_is_dark() -> None:
    assert Told().look() == DARK


@pytest.mark.promise("R1")
@pytest.mark.parametrize(
    ("status", "lamp", "tone"),
    [
        (Status.OK, Lamp.GREEN, Tone.GOOD),
        (Status.ALREADY, Lamp.YELLOW, Tone.GOOD),
        (Status.ASK, Lamp.YELLOW, Tone.BAD),
        (Status.REFUSED, Lamp.RED, Tone.BAD),
        (Status.FAILED, Lamp.RED, Tone.BAD),
    ],
)
def test_a_verdict_is_a_lamp_and_a_tone(status: Status, lamp: Lamp, tone: Tone) -> None:
    told = Told()
    told.verdict(status, "CODE")
    assert told.look() == Light(lamp, tone, Why.VERDICT, "CODE")
    assert told.look() == Light(lamp, Tone.NONE, Why.VERDICT, "CODE")  # a tone sounds once


def test_a_verdict_is_held_and_then_the_colour_of_the_loops_is_back() -> None:
    told = Told()
    told.panel.tell_colour(Lamp.YELLOW)
    assert told.look() == Light(Lamp.YELLOW, why=Why.LOOPS)
    told.verdict(Status.OK)
    told.clock.pass_time(500)
    assert told.look().lamp is Lamp.GREEN
    assert told.panel.change_ms(told.clock.mono_ms()) == HOLD_MS - 500
    told.clock.pass_time(HOLD_MS - 501)
    assert told.look().lamp is Lamp.GREEN
    told.clock.pass_time(1)
    assert told.look() == Light(Lamp.YELLOW, why=Why.LOOPS)
    assert told.panel.change_ms(told.clock.mono_ms()) is None


def test_the_next_verdict_takes_the_place_of_one_that_is_shown() -> None:
    told = Told()
    told.verdict(Status.REFUSED)
    assert told.look().lamp is Lamp.RED
    told.verdict(Status.OK)
    assert told.look() == Light(Lamp.GREEN, Tone.GOOD, Why.VERDICT, "X")


@pytest.mark.promise("R8")
def test_of_verdicts_that_come_together_the_worst_is_shown() -> None:
    told = Told()
    for status in (Status.OK, Status.REFUSED, Status.OK, Status.ALREADY):
        told.verdict(status, status.value)
    assert told.look() == Light(Lamp.RED, Tone.BAD, Why.VERDICT, "refused")
    assert told.look().tone is Tone.NONE


@pytest.mark.promise("R1")
def test_while_nothing_can_be_stored_the_light_is_red_whatever_else_was_said() -> None:
    told = Told()
    told.panel.tell_colour(Lamp.GREEN)
    told.verdict(Status.OK)
    told.panel.tell_failing(True)
    assert told.look() == Light(Lamp.RED, Tone.GOOD, Why.STORE)
    told.panel.tell_failing(False)
    told.clock.pass_time(HOLD_MS)
    assert told.look() == Light(Lamp.GREEN, why=Why.LOOPS)


@pytest.mark.promise("R1")
def test_a_verdict_nobody_looked_at_in_time_is_forgotten() -> None:
    told = Told()
    told.verdict(Status.REFUSED)
    told.clock.pass_time(HOLD_MS)
    assert told.look() == DARK
    told.verdict(Status.REFUSED)
    told.clock.pass_time(HOLD_MS)
    told.verdict(Status.OK)  # the red of long ago must not hide it
    assert told.look().lamp is Lamp.GREEN


def test_only_news_wake_the_outputs_thread() -> None:
    told = Told()
    told.panel.tell_colour(None)
    told.panel.tell_failing(False)
    assert not told.is_woken()
    told.panel.tell_colour(Lamp.RED)
    assert told.is_woken()
    told.look()
    told.panel.tell_colour(Lamp.RED)
    assert not told.is_woken()
    told.verdict(Status.OK)
    assert told.is_woken()
