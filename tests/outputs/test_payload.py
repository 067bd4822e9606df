"""Messages and beeps: what exactly a light is told. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.output_base import DARK, Lamp, Light, Tone, Why
from drivers.output_pattern import BEEPS, BeepPattern, levels
from drivers.output_payload import last_will, messages_for
from drivers.output_settings import GpioLightSettings, MqttLightSettings
from gateway.settings import load_settings

SAMPLES = Path(__file__).parents[2] / "config" / "outputs"
GREEN, RED = Light(Lamp.GREEN, why=Why.LOOPS), Light(Lamp.RED, why=Why.LOOPS)
REFUSED = Light(Lamp.RED, Tone.BAD, Why.VERDICT, "UNKNOWN_CARD")


def light(**keys: Any) -> MqttLightSettings:
    row = {"type": "mqtt-light", "id": "light-1", "station": "S1", "host": "h", "topic": "floor/light"}
    return MqttLightSettings.model_validate(row | keys)


def sample(name: str) -> MqttLightSettings:
    (row,) = load_settings(SAMPLES / f"{name}.toml").outputs
    assert isinstance(row, MqttLightSettings)
    return row


def test_the_state_is_one_json_object() -> None:
    ((topic, payload),) = messages_for(light(), "GW-1", REFUSED, None)
    assert topic == "floor/light"
    assert json.loads(payload) == {
        "gateway": "GW-1", "output": "light-1", "colour": "red", "tone": "bad", "why": "verdict",
        "code": "UNKNOWN_CARD",
    }  # fmt: skip


def test_nothing_is_published_while_nothing_changes() -> None:
    assert messages_for(light(), "GW-1", RED, RED) == []
    assert messages_for(light(), "GW-1", replace(REFUSED, tone=Tone.NONE), REFUSED) == []  # its beep is over


def test_the_same_colour_for_another_reason_is_told_in_words_and_switches_nothing() -> None:
    ((_, payload),) = messages_for(light(), "GW-1", Light(Lamp.RED, why=Why.STORE), REFUSED)
    assert json.loads(payload)["why"] == "store"
    assert messages_for(sample("mqtt-light"), "GW-1", Light(Lamp.RED, why=Why.STORE), REFUSED) == []


def test_the_same_colour_with_a_new_tone_is_published() -> None:
    assert len(messages_for(light(), "GW-1", REFUSED, REFUSED)) == 1


def test_a_new_connection_is_told_the_colour_whatever_it_was() -> None:
    assert len(messages_for(light(), "GW-1", DARK, None)) == 1


def test_tasmota_gets_its_commands() -> None:
    tower = sample("mqtt-light")
    assert messages_for(tower, "GW-1", GREEN, RED) == [("cmnd/tower/Backlog0", b"Power1 0; Power2 0; Power3 1")]
    assert messages_for(tower, "GW-1", REFUSED, GREEN) == [
        ("cmnd/tower/Backlog0", b"Power1 1; Power2 0; Power3 0"), ("cmnd/tower/Buzzer", b"3,3,1"),
    ]  # fmt: skip
    assert messages_for(tower, "GW-1", REFUSED, RED) == [("cmnd/tower/Buzzer", b"3,3,1")]


def test_shelly_gets_one_message_a_relay_and_wled_gets_json() -> None:
    relays = messages_for(sample("shelly"), "GW-1", RED, GREEN)
    assert relays == [("shelly-line1/command/switch:0", b"on"), ("shelly-line1/command/switch:1", b"off")]
    ((_, payload),) = messages_for(sample("wled"), "GW-1", RED, GREEN)
    assert json.loads(payload)["seg"] == [{"col": [[255, 0, 0]]}]


@pytest.mark.promise("R1")
def test_the_last_will_is_dark() -> None:
    assert json.loads(last_will(light(), "GW-1", DARK)[1])["colour"] == "off"
    assert last_will(sample("mqtt-light"), "GW-1", DARK) == ("cmnd/tower/Backlog0", b"Power1 0; Power2 0; Power3 0")


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"station": None}, "shows a station, loops or items"),
        ({"topic": ""}, "nothing would be published"),
        ({"topic": "floor/+/light"}, "pattern"),
        ({"messages": {"green": [{"topic": "a", "payload": "b"}]}}, "messages for off, yellow, red are missing"),
        ({"tls": {"cert_file": "a.pem"}}, "belong together"),
    ],
)
def test_a_light_that_could_not_work_is_refused(keys: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        light(**keys)


@pytest.mark.parametrize(
    ("lines", "what"), [({}, "no line is given"), ({"red": 1, "green": 1}, "one line cannot be two things")]
)
def test_lines_that_could_not_work_are_refused(lines: dict[str, int], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        GpioLightSettings.model_validate({"type": "gpio-light", "id": "t", "loop": "LP-1", **lines})


# -- lamps and beeps on lines --------------------------------------------------------------


@pytest.mark.parametrize("lamp", Lamp)
def test_exactly_the_lamp_of_the_light_is_on(lamp: Lamp) -> None:
    on = {name for name, is_on in levels(Light(lamp), is_beeping=False).items() if is_on}
    assert on == ({lamp.value} - {"off"})


def course(pattern: BeepPattern, start_ms: int, length_ms: int) -> list[tuple[int, bool]]:
    """(milliseconds since start, on) of every change."""
    found: list[tuple[int, bool]] = []
    for now_ms in range(start_ms, start_ms + length_ms):
        is_on = pattern.is_on(now_ms)
        if not found or found[-1][1] is not is_on:
            found.append((now_ms - start_ms, is_on))
    return found


@pytest.mark.promise("R1")
def test_good_is_one_short_beep_and_bad_are_three_long_ones() -> None:
    beeps = BeepPattern()
    assert course(beeps, 0, 100) == [(0, False)]
    beeps.start(Tone.GOOD, 1000)
    assert course(beeps, 1000, 2000) == [(0, True), (80, False)]
    beeps.start(Tone.BAD, 5000)
    assert course(beeps, 5000, 2000) == [
        (0, True), (250, False), (400, True), (650, False), (800, True), (1050, False),
    ]  # fmt: skip


def test_a_new_tone_takes_the_place_of_the_old_and_no_tone_leaves_it() -> None:
    beeps = BeepPattern()
    beeps.start(Tone.BAD, 0)
    beeps.start(Tone.NONE, 100)
    assert beeps.is_on(200)
    beeps.start(Tone.GOOD, 200)
    assert course(beeps, 200, 1000) == [(0, True), (80, False)]


@given(tone=st.sampled_from(list(Tone)), at_ms=st.integers(0, 10**12), after_ms=st.integers(0, 3000))
def test_the_next_change_is_when_the_beeper_changes(tone: Tone, at_ms: int, after_ms: int) -> None:
    beeps = BeepPattern()
    beeps.start(tone, at_ms)
    change_ms = beeps.change_ms(at_ms + after_ms)
    if change_ms is None:
        assert not beeps.is_on(at_ms + after_ms)
        assert after_ms >= sum(BEEPS[tone])
    else:
        assert beeps.is_on(at_ms + after_ms) is not beeps.is_on(at_ms + after_ms + change_ms)
