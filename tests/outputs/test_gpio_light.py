"""The GPIO light with recorded lines; the few calls to libgpiod itself need a chip and are not made here."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from drivers.output_base import Lamp
from drivers.output_gpio import GpioLight
from drivers.output_panel import Panel
from drivers.output_settings import GpioLightSettings
from gateway.model import Status, Verdict
from tests.drivers.rig import CONTEXT
from tests.outputs.running import DEADLINE_S, RunningOutput
from tests.store.rig import HandClock

LINES = {"red": 17, "yellow": 27, "green": 22, "beeper": 23}


def settings(**keys: Any) -> GpioLightSettings:
    row = {"type": "gpio-light", "id": "tower-1", "station": "S1", **LINES}
    return GpioLightSettings.model_validate(row | keys)


class RecordedLines:
    """Keeps every level that was set, as the names of what is on."""

    def __init__(self, *, breaks_on: str = "") -> None:
        self._changed = threading.Condition()
        self._breaks_on = breaks_on
        self.on: list[set[str]] = []
        self.touched: set[int] = set()
        self.is_closed = False

    def drive(self, levels: Mapping[int, bool]) -> None:
        self.touched |= set(levels)
        on = {name for name, line in LINES.items() if levels.get(line)}
        if self._breaks_on in on:
            raise OSError(5, "the chip is gone")
        with self._changed:
            self.on.append(on)
            self._changed.notify_all()

    def close(self) -> None:
        self.is_closed = True

    def wait(self, *wanted: set[str]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.on) >= len(wanted), DEADLINE_S), f"{wanted}, got {self.on}"
        assert self.on == list(wanted)


@pytest.mark.promise("R1")
def test_lamps_follow_the_panel_and_are_off_at_both_ends() -> None:
    lines, panel = RecordedLines(), Panel(60_000, CONTEXT.clock)
    with RunningOutput(GpioLight(settings(), CONTEXT, lambda row: lines), panel) as running:
        lines.wait(set())
        panel.tell_colour(Lamp.GREEN)
        lines.wait(set(), {"green"})
        panel.tell_failing(True)
        lines.wait(set(), {"green"}, {"red"})
        running.end()
        lines.wait(set(), {"green"}, {"red"}, set())
    assert lines.is_closed


@pytest.mark.parametrize(
    ("status", "lamp", "lengths_ms"), [(Status.OK, "green", [80]), (Status.REFUSED, "red", [250, 150, 250, 150, 250])]
)
def test_a_good_verdict_beeps_once_and_a_bad_one_three_times(status: Status, lamp: str, lengths_ms: list[int]) -> None:
    clock = HandClock()
    lines, panel = RecordedLines(), Panel(60_000, clock)
    panel.tell_verdict(Verdict(status, "X"))
    steps = [{lamp, "beeper"}]
    with RunningOutput(GpioLight(settings(), replace(CONTEXT, clock=clock), lambda row: lines), panel):
        lines.wait(*steps)
        for number, length_ms in enumerate(lengths_ms):
            clock.pass_time(length_ms)
            steps.append({lamp, "beeper"} if number % 2 else {lamp})
            lines.wait(*steps)


def test_only_the_lines_that_are_given_are_touched() -> None:
    lines, panel = RecordedLines(), Panel(60_000, CONTEXT.clock)
    panel.tell_colour(Lamp.RED)
    row = GpioLightSettings.model_validate({"type": "gpio-light", "id": "lamp", "loop": "LP-1", "red": 17})
    with RunningOutput(GpioLight(row, CONTEXT, lambda row: lines), panel):
        lines.wait({"red"})
    assert lines.touched == {17}


def test_a_chip_that_goes_away_is_told_and_lit_again_when_it_is_back() -> None:
    broken, sound = RecordedLines(breaks_on="green"), RecordedLines()
    chips, panel = [broken, sound], Panel(60_000, CONTEXT.clock)
    panel.tell_colour(Lamp.RED)
    with RunningOutput(GpioLight(settings(), CONTEXT, lambda row: chips.pop(0)), panel) as running:
        broken.wait({"red"})
        panel.tell_colour(Lamp.GREEN)
        sound.wait({"green"})
        running.wait_up()
    assert any("the chip is gone" in health.text for health in running.health)
    assert broken.is_closed
    assert broken.on == [{"red"}, set()]  # dark, as far as it still takes it


def test_a_chip_that_is_not_there_is_said_with_what_to_check() -> None:
    """Through libgpiod itself."""
    panel = Panel(60_000, CONTEXT.clock)
    with RunningOutput(GpioLight(settings(chip="/dev/null"), CONTEXT), panel) as running:
        told = running.wait_up(False)
    assert "/dev/null cannot be used" in told
    assert "group of the chip" in told
