"""Batteries, weak links, silence, stuck buttons: alarms for a person, never orders, and nothing for foreign buttons."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drivers.button_settings import MqttButtonSettings
from drivers.button_watch import ALARMS_LIMIT, ButtonWatch, Stuck


class Watched:
    """A watch on a hand-turned clock."""

    def __init__(
        self, preset: str = "zigbee2mqtt", buttons: tuple[str, ...] = ("bin-1", "bin-2"), **health: Any
    ) -> None:
        table = {
            "id": "b", "type": "mqtt-button", "station": "S1", "host": "h", "preset": preset, "health": health,
            "bindings": [{"button": button, "card": "K"} for button in buttons],
        }  # fmt: skip
        self.now_ms = 50_000_000
        self.watch = ButtonWatch(MqttButtonSettings.model_validate(table))
        self.watch.listen(self.now_ms)

    def hear(self, topic: str, payload: Any, *, is_live: bool = True) -> Stuck | None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.watch.take(topic, data, self.now_ms, is_live=is_live)

    def press(self, times: int = 1, *, button: str = "bin-1", **members: Any) -> list[Stuck | None]:
        return [self.hear(f"zigbee2mqtt/{button}", {"action": "single", **members}) for _ in range(times)]

    def alarms(self) -> dict[str, str]:
        return self.watch.alarms(self.now_ms)


def test_a_low_battery_is_an_alarm_until_it_was_changed() -> None:
    watched = Watched()
    watched.hear("zigbee2mqtt/bin-1", {"battery": 14})
    assert watched.alarms() == {"bin-1": "battery 14 %, below 15 %: change it"}
    watched.press(battery=15)
    assert watched.alarms() == {}


def test_a_weak_link_is_an_alarm_in_the_unit_of_the_device() -> None:
    watched = Watched("ttn-v3", ("E1",))
    up = {"frm_payload": "AA==", "rx_metadata": [{"rssi": -121}]}
    watched.hear("v3/a/devices/d/up", {"end_device_ids": {"dev_eui": "E1"}, "uplink_message": up})
    assert watched.alarms() == {"E1": "weak link -121, below -120: move it or add a router"}


def test_what_a_box_tells_of_itself_is_told_once_and_not_for_each_of_its_inputs() -> None:
    watched = Watched("shelly-gen2", ("s/input:0", "s/input:1"))
    watched.hear("s/events/rpc", {"src": "s", "params": {"wifi": {"rssi": -90}}})
    assert list(watched.alarms()) == ["s"]


def test_a_silent_button_is_told_after_its_heartbeat_and_never_before_we_listened_that_long() -> None:
    watched = Watched(heartbeat_s=100)
    watched.now_ms += 60_000
    watched.press()
    watched.now_ms += 100_999
    assert list(watched.alarms()) == ["bin-2"]  # 160 s
    watched.now_ms += 1
    assert list(watched.alarms()) == ["bin-1", "bin-2"]
    watched.watch.listen(watched.now_ms)  # a new connection: perhaps they spoke while nobody heard
    assert watched.alarms() == {}


def test_while_nothing_can_be_heard_nobody_is_silent_and_other_alarms_stand() -> None:
    watched = Watched(heartbeat_s=100)
    watched.press(battery=3)
    watched.watch.listen(None)
    watched.now_ms += 1_000_000
    assert watched.alarms() == {"bin-1": "battery 3 %, below 15 %: change it"}


@pytest.mark.promise("R8")
def test_a_message_beyond_the_limit_is_not_even_parsed() -> None:
    watched = Watched()
    watched.hear("zigbee2mqtt/bin-1", {"battery": 3, "x": "y" * 5000})
    assert watched.alarms() == {}


def test_an_old_state_is_no_sign_of_life_but_tells_of_the_battery() -> None:
    watched = Watched(heartbeat_s=100)
    watched.now_ms += 101_000
    watched.hear("zigbee2mqtt/bin-1", {"battery": 3}, is_live=False)
    assert "silent for 101 s" in watched.alarms()["bin-1"]
    assert "battery 3 %" in watched.alarms()["bin-1"]


def test_a_last_will_is_told_and_taken_back() -> None:
    watched = Watched("esphome", ("line3/b1",))
    watched.hear("line3/status", b"offline", is_live=False)
    assert watched.alarms() == {"line3": "reports itself offline"}
    watched.hear("line3/status", b"online")
    assert watched.alarms() == {}


def test_the_press_that_is_one_too_many_is_evidence_and_the_next_ones_are_only_counted() -> None:
    watched = Watched(stuck_presses=3, stuck_within_s=10)
    assert watched.press(3) == [None, None, None]
    first, second = watched.press(2)
    assert first is not None
    assert second is not None
    assert (first.is_new, first.rejection.code, second.is_new) == (True, "BUTTON_STUCK", False)
    assert list(watched.alarms()) == ["bin-1"]
    assert watched.press(button="bin-2") == [None]


def test_a_button_that_was_let_go_is_not_stuck_any_more() -> None:
    watched = Watched(stuck_presses=3, stuck_within_s=10)
    watched.press(5)
    watched.hear("zigbee2mqtt/bin-1", {"action": "release"})
    assert watched.alarms() == {}
    assert watched.press() == [None]


def test_a_stuck_button_that_falls_silent_is_not_stuck_any_more() -> None:
    watched = Watched(stuck_presses=3, stuck_within_s=10)
    watched.press(5)
    watched.now_ms += 10_001
    assert watched.alarms() == {}
    assert watched.press() == [None]


def test_a_button_without_release_that_is_pressed_slowly_is_never_stuck() -> None:
    watched = Watched(stuck_presses=3, stuck_within_s=10)
    for _ in range(20):
        assert watched.press() == [None]
        watched.now_ms += 4_000


@pytest.mark.promise("R2")
def test_what_the_broker_delivers_again_is_not_counted_as_pressing() -> None:
    watched = Watched(stuck_presses=3)
    for _ in range(20):
        assert watched.hear("zigbee2mqtt/bin-1", {"action": "single"}, is_live=False) is None


def test_a_message_with_a_sound_press_beside_a_stuck_one_is_offered() -> None:
    watched = Watched("tasmota", ("r/Button1", "r/Button2"), stuck_presses=1)
    press = {"Action": "SINGLE"}
    for _ in range(3):
        watched.hear("stat/r/RESULT", {"Button1": press})
    assert watched.hear("stat/r/RESULT", {"Button1": press, "Button2": press}) is None
    assert watched.hear("stat/r/RESULT", {"Button1": press}) is not None


def test_a_limit_of_no_presses_switches_it_off() -> None:
    assert set(Watched(stuck_presses=0).press(500)) == {None}


@pytest.mark.promise("R8")
def test_foreign_buttons_cost_no_memory_and_raise_no_alarm() -> None:
    watched = Watched()
    for n in range(500):
        watched.press(button=f"foreign-{n}", battery=1)
    assert watched.alarms() == {}
    assert len(watched.watch._nodes) == 2


@pytest.mark.promise("R8")
def test_more_alarms_than_anybody_reads_are_counted() -> None:
    watched = Watched(buttons=tuple(f"b{n}" for n in range(80)), heartbeat_s=1)
    watched.now_ms += 5_000
    alarms = watched.alarms()
    assert len(alarms) == ALARMS_LIMIT + 1
    assert alarms["others"].startswith("30 more buttons")


@pytest.mark.parametrize("reading", ["1e400", "-1e400", "NaN", "", "many", [], {}, None, True, 10**30])
def test_readings_of_no_world_are_passed_over(reading: Any) -> None:
    watched = Watched()
    watched.hear("zigbee2mqtt/bin-1", {"battery": reading, "linkquality": reading})
    assert watched.alarms() == {}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 3000, b"[]", b'{"action":{}}'])
def test_rubbish_is_left_to_the_interpreter(data: bytes) -> None:
    assert Watched().hear("zigbee2mqtt/bin-1", data) is None
