"""What a preset fills in, and that whatever the integrator writes wins over it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from drivers.button_preset import PRESETS
from drivers.button_settings import MqttButtonSettings
from gateway.model import Action


def settings(preset: str | None = "zigbee2mqtt", **keys: Any) -> MqttButtonSettings:
    table = {"id": "b", "type": "mqtt-button", "station": "S1", "host": "h", "bindings": [], **keys}
    return MqttButtonSettings.model_validate(table | ({"preset": preset} if preset else {}))


@pytest.mark.parametrize("name", PRESETS)
def test_host_preset_and_bindings_are_enough(name: str) -> None:
    found = settings(name, bindings=[{"button": "x", "card": "K-1"}])
    assert found.topics
    assert Action.SCAN in found.mapping.actions.values()


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "esphome"])
def test_a_long_press_undoes_wherever_the_make_can_tell_one(name: str) -> None:
    assert Action.UNDO in settings(name).mapping.actions.values()


def test_a_key_that_is_given_wins_and_the_others_stay() -> None:
    found = settings(topics=["z/+"], payload_limit_bytes=100, mapping={"button": ["topic"]}, health={"link_low": 40})
    assert (found.topics, found.payload_limit_bytes, found.mapping.button) == (("z/+",), 100, ("topic",))
    assert (found.mapping.event, found.health.link_low, found.health.battery) == ("$.action", 40, "$.battery")


def test_actions_are_added_and_an_action_ends_that_a_kind_is_ignored() -> None:
    found = settings(mapping={"actions": {"double": "full", "release": "empty"}}).mapping
    assert found.actions == {
        "single": Action.SCAN, "hold": Action.UNDO, "double": Action.FULL, "release": Action.EMPTY,
    }  # fmt: skip
    assert found.ignored == ("",)


def test_a_kind_that_is_ignored_is_no_press_although_the_preset_says_so() -> None:
    found = settings(mapping={"ignored": ["hold"]}).mapping
    assert set(found.ignored) == {"", "release", "hold"}


def test_another_place_of_the_event_forgets_the_kinds_of_the_preset() -> None:
    found = settings("chirpstack-v4", mapping={"event": "$.object.event", "actions": {"pressed": "scan"}}).mapping
    assert found.actions == {"pressed": Action.SCAN}
    assert (found.ignored, found.button, found.natural_key) == ((), ("$.deviceInfo.devEui",), ("$.deduplicationId",))


def test_another_place_of_the_event_without_actions_is_refused() -> None:
    with pytest.raises(ValidationError, match="`actions` says of none"):
        settings(mapping={"event": "$.kind"})


@pytest.mark.parametrize(
    "keys",
    [
        {"preset": "zigbee"}, {"preset": 7}, {"preset": ["esphome"]}, {"mapping": 7}, {"mapping": {"actions": "scan"}},
        {"mapping": {"ignored": "hold"}}, {"mapping": {"each": "params"}}, {"mapping": {"natural_key": ["ts"]}},
        {"health": {"battery": "topic["}}, {"health": []},
    ],
)  # fmt: skip
def test_wrong_values_beside_a_preset_are_mistakes_and_not_crashes(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MqttButtonSettings.model_validate(
            {
                "id": "b",
                "type": "mqtt-button",
                "station": "S1",
                "host": "h",
                "bindings": [],
                "preset": "esphome",
                **keys,
            }
        )


@pytest.mark.parametrize("binding", [{}, {"card": "K-1", "call": "maintenance"}, {"call": "police"}, {"card": ""}])
def test_a_binding_is_a_card_or_a_call(binding: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(bindings=[{"button": "x", **binding}])


def test_a_preset_is_not_changed_by_who_uses_it() -> None:
    before = repr(PRESETS)
    settings(mapping={"actions": {"double": "full"}}, health={"link_low": 1})
    assert repr(PRESETS) == before
