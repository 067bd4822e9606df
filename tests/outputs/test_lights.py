"""From commits to panels: verdicts after their commit, colours of the loops a commit touched, red when it fails."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.base import Sink
from drivers.output_base import DARK, Lamp, Light, Why
from drivers.output_settings import MqttLightSettings
from gateway.lights import REFRESH_MS, Lights, VerdictTap
from gateway.model import Outcome, Read, Scan, Status, Verdict
from gateway.pipeline import NOT_A_PRESS, Pipeline, Source
from gateway.store.connection import DATABASE
from gateway.store.writer import Request
from tests.drivers.rig import GOOD, REFUSED, HoldingSink, wait_until
from tests.outputs.rig import Plant, loop_row

HOUR_MS = 3_600_000


def output(name: str, **keys: Any) -> MqttLightSettings:
    row = {"type": "mqtt-light", "id": name, "host": "127.0.0.1", "topic": "floor/light"}
    return MqttLightSettings.model_validate(row | keys)


class Rack:
    """Lights on a real store; `shown` is what each output would show now."""

    def __init__(self, plant: Plant, *rows: MqttLightSettings) -> None:
        self.plant = plant
        self.is_failing = False
        self.warnings: dict[str, str] = {}
        self.lights = Lights(
            rows, plant.data_dir, plant.clock, lambda: self.is_failing, warn=self.warnings.__setitem__,
            clear=self._clear,
        )  # fmt: skip

    def _clear(self, code: str) -> None:
        self.warnings.pop(code, None)

    def shown(self, name: str) -> Light:
        return self.lights.panel(name).look(self.plant.clock.mono_ms())

    def lamps(self, *names: str) -> list[str]:
        self.lights.step()
        return [self.shown(name).lamp.value for name in names]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path / "data")
    yield plant
    plant.close()


# -- verdicts ------------------------------------------------------------------------------


@pytest.mark.promise("R1")
def test_a_light_shows_a_verdict_only_after_the_commit(plant: Plant) -> None:
    """The whole way: device's sink, pipeline, the real writer, and back. Nothing is shown until it has stepped."""
    rack = Rack(plant, output("s1", station="S1"), output("s2", station="S2"))
    waiting: list[Request] = []

    def submit(intake: Any, done: Callable[[Outcome], None] | None = None) -> None:
        waiting.append(Request(intake, done))

    pipeline = Pipeline({"scan-1": Source(lambda read: Scan(read, card=read.data.decode()), 0)}, submit)
    heard: list[Verdict] = []
    tap = VerdictTap(pipeline, rack.lights.show)
    for card, lamp in (("A1", Lamp.GREEN), ("NOBODY", Lamp.RED)):
        tap.offer(plant.read(card).read, heard.append)
        assert rack.shown("s1").why is not Why.VERDICT or rack.shown("s1").lamp is not lamp
        assert len(waiting) == 1
        plant.writer.step([waiting.pop()])
        assert rack.shown("s1").lamp is lamp
        assert rack.shown("s2") == DARK
    assert [verdict.status for verdict in heard] == [Status.OK, Status.REFUSED]


@pytest.mark.promise("R1")
def test_the_device_hears_its_verdict_first_and_a_device_that_fails_does_not_keep_it_from_the_light() -> None:
    order: list[str] = []
    tap = VerdictTap(HoldingSink(GOOD), lambda station, verdict: order.append(f"light at {station}"))
    read = a_read()
    tap.offer(read, lambda verdict: order.append("device"))
    assert order == ["device", "light at S1"]

    def broken(verdict: Verdict) -> None:
        raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        tap.offer(read, broken)
    assert order[-1] == "light at S1"


def test_a_message_that_is_no_press_lights_nothing() -> None:
    shown: list[Verdict] = []
    sink = HoldingSink(NOT_A_PRESS)
    VerdictTap(sink, lambda station, verdict: shown.append(verdict)).offer(a_read(), lambda verdict: None)
    sink.answer = REFUSED
    VerdictTap(sink, lambda station, verdict: shown.append(verdict)).offer(a_read(), lambda verdict: None)
    assert shown == [REFUSED]


def a_read() -> Read:
    return Read("r", "scan-1", "S1", b"X", "", 0, 0, "boot", "ntp")


def test_a_tap_is_a_sink_for_every_driver() -> None:
    tap: Sink = VerdictTap(HoldingSink(), lambda station, verdict: None)
    assert callable(tap.offer)


# -- colours -------------------------------------------------------------------------------


@pytest.mark.decision("K11")
def test_lights_show_the_worst_colour_of_their_loops(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"), output("two", loop="LP-2"), output("all", loops=["LP-1", "LP-2"]))
    assert rack.lamps("one", "two", "all") == ["green", "green", "green"]
    plant.empty("A1", "A2")
    assert rack.lamps("one", "two", "all") == ["yellow", "green", "yellow"]
    plant.empty("B1", "B2", "B3")
    assert rack.lamps("one", "two", "all") == ["yellow", "red", "red"]


def test_a_light_with_both_shows_the_verdict_and_then_the_colour(plant: Plant) -> None:
    rack = Rack(plant, output("both", station="S1", loop="LP-1"))
    rack.lamps("both")
    rack.lights.show("S1", REFUSED)
    assert rack.lamps("both") == ["red"]
    plant.hand.pass_time(2000)
    assert rack.lamps("both") == ["green"]


def test_a_colour_changes_with_time_too(plant: Plant) -> None:
    plant.load("loops", loop_row("LP-1", demand_per_hour="60"))
    rack = Rack(plant, output("one", loop="LP-1"))
    plant.empty("A1", "A2")
    assert rack.lamps("one") == ["red"]
    plant.hand.pass_time(HOUR_MS // 2)
    assert rack.lamps("one") == ["yellow"]
    plant.hand.pass_time(HOUR_MS // 2)
    assert rack.lamps("one") == ["green"]  # both are due this moment
    plant.hand.pass_time(REFRESH_MS)
    assert rack.lamps("one") == ["red"]  # nothing was committed, the bins are overdue


def test_new_master_data_are_seen_and_missing_ones_are_told(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"), output("new", loop="LP-3"))
    assert rack.lamps("one", "new") == ["green", "off"]
    assert "LP-3" in rack.warnings["OUTPUT_LOOPS"]
    plant.load("loops", loop_row("LP-1"), loop_row("LP-2"), loop_row("LP-3"))
    assert rack.lamps("one", "new") == ["green", "red"]  # known now, and without a single card
    assert rack.warnings == {}


# -- when the store fails ------------------------------------------------------------------


@pytest.mark.promise("R1")
def test_all_lights_are_red_while_nothing_can_be_stored(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"), output("station", station="S1"))
    assert rack.lamps("one", "station") == ["green", "off"]
    rack.is_failing = True
    assert rack.lamps("one", "station") == ["red", "red"]
    rack.is_failing = False
    assert rack.lamps("one", "station") == ["green", "off"]


@pytest.mark.promise("R1")
def test_all_lights_are_red_when_the_colours_cannot_be_read(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"))
    assert rack.lamps("one") == ["green"]
    connection = sqlite3.connect(plant.data_dir / DATABASE, isolation_level=None)
    connection.execute("ALTER TABLE card RENAME TO hidden")
    plant.hand.pass_time(REFRESH_MS)
    assert rack.lamps("one") == ["red"]
    assert "not known" in rack.warnings["LIGHTS"]
    connection.execute("ALTER TABLE hidden RENAME TO card")
    connection.close()
    assert rack.lamps("one") == ["green"]
    assert rack.warnings == {}


# -- the thread ----------------------------------------------------------------------------


def test_a_commit_wakes_the_thread_and_its_end_leaves_no_colour(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"))
    plant.writer.listen(lambda report: rack.lights.wake())
    stop = threading.Event()
    thread = threading.Thread(target=rack.lights.run, args=(stop,))
    thread.start()
    wait_until(lambda: rack.shown("one").lamp is Lamp.GREEN, "green")
    plant.empty("A1", "A2", "A3")
    wait_until(lambda: rack.shown("one").lamp is Lamp.RED, "red")
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert rack.shown("one") == DARK


def test_a_thread_that_breaks_leaves_no_green_behind(plant: Plant) -> None:
    rack = Rack(plant, output("one", loop="LP-1"))
    assert rack.lamps("one") == ["green"]

    def broken() -> bool:
        raise RuntimeError("a mistake")

    lights = Lights([output("one", loop="LP-1")], plant.data_dir, plant.clock, broken)
    lights.panel("one").tell_colour(Lamp.GREEN)
    with pytest.raises(RuntimeError, match="a mistake"):
        lights.run(threading.Event())
    assert lights.panel("one").look(plant.clock.mono_ms()) == DARK
