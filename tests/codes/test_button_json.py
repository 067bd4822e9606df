"""MQTT buttons: topics and payloads of real devices, and of none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.codes.button_json import MAX_BYTES, ButtonMapping, Place, PlaceError
from gateway.model import Action, Read, Scan

ZIGBEE = ButtonMapping.build(
    {"shelf-1": "K-1", "shelf-2": "K-2"},
    button=("topic[1]",),
    event="$.action",
    actions={"single": "scan", "double": "full", "long": "undo"},
    ignored=("release",),
    quantity="$.count",
    remainder="$.left",
)


def read_of(data: bytes, topic: str = "zigbee2mqtt/shelf-1") -> Read:
    return Read("019f0000-0000-7000-8000-000000000001", "b-1", "S1", data, "", 1, 1, "b", "ntp", topic=topic)


def press(payload: Any, topic: str = "zigbee2mqtt/shelf-1", mapping: ButtonMapping = ZIGBEE) -> Scan | None:
    return mapping.interpret(read_of(json.dumps(payload).encode(), topic))


def said(scan: Scan | None) -> tuple[Action, str, int | None, int | None, str]:
    assert scan is not None
    return scan.action, scan.card, scan.quantity, scan.remainder, scan.fault.code if scan.fault else ""


def test_a_zigbee_button() -> None:
    assert said(press({"action": "single", "battery": 97})) == (Action.SCAN, "K-1", None, None, "")
    assert said(press({"action": "double"}, "zigbee2mqtt/shelf-2")) == (Action.FULL, "K-2", None, None, "")
    assert said(press({"action": "long"}))[0] is Action.UNDO


def test_a_shelly_button_names_itself_in_two_places() -> None:
    mapping = ButtonMapping.build(
        {"shellyplusi4-aa/0": "K-1", "shellyplusi4-aa/1": "K-2"},
        button=("$.src", "$.params.events[0].id"),
        event="$.params.events[0].event",
        actions={"single_push": "empty"},
        ignored=("btn_down", "btn_up"),
    )
    events = [{"component": "input:1", "id": 1, "event": "single_push", "ts": 124.0}]
    payload = {"src": "shellyplusi4-aa", "method": "NotifyEvent", "params": {"ts": 124.0, "events": events}}
    assert said(press(payload, "shelly/events/rpc", mapping)) == (Action.EMPTY, "K-2", None, None, "")
    events[0]["event"] = "btn_down"
    assert press(payload, "shelly/events/rpc", mapping) is None


def test_a_button_without_json_is_named_by_its_topic() -> None:
    mapping = ButtonMapping.build({"plant/line3/b7": "K-1"})
    for payload in (b"", b"ON", b"\xff\x00"):
        assert said(mapping.interpret(read_of(payload, "plant/line3/b7")))[1:] == ("K-1", None, None, "")


def test_battery_reports_and_ignored_events_are_no_presses() -> None:
    assert press({"battery": 20}) is None
    assert press({"action": "release"}) is None
    assert press({"action": None}) is None


def test_quantities_are_exact_whether_numbers_or_texts() -> None:
    assert said(press({"action": "single", "count": 12, "left": "2.5"}))[2:] == (12_000_000, 2_500_000, "")
    assert said(press({"action": "single", "count": 0.1}))[2] == 100_000


def test_numbers_and_truths_name_actions_too() -> None:
    mapping = ButtonMapping.build({"t": "K-1"}, event="$.on", actions={"1": "empty", "true": "full"})
    assert said(press({"on": 1}, "t", mapping))[0] is Action.EMPTY
    assert said(press({"on": True}, "t", mapping))[0] is Action.FULL


@pytest.mark.parametrize(
    ("payload", "topic", "code"),
    [
        ({"action": "single"}, "zigbee2mqtt/other", "UNKNOWN_BUTTON"),
        ({"action": "single"}, "zigbee2mqtt", "BUTTON_MISSING"),
        ({"action": "triple"}, "zigbee2mqtt/shelf-1", "UNKNOWN_PRESS"),
        ({"action": "single", "count": -1}, "zigbee2mqtt/shelf-1", "BAD_QUANTITY"),
        ({"action": "single", "count": "many"}, "zigbee2mqtt/shelf-1", "BAD_QUANTITY"),
        ({"action": "single", "count": "1e999999"}, "zigbee2mqtt/shelf-1", "BAD_QUANTITY"),
        ({"action": "single", "count": float("inf")}, "zigbee2mqtt/shelf-1", "BAD_QUANTITY"),
        ({"action": "single", "left": "1.0000001"}, "zigbee2mqtt/shelf-1", "BAD_QUANTITY"),
    ],
)
def test_what_cannot_be_understood_is_a_fault_with_its_reason(payload: Any, topic: str, code: str) -> None:
    assert said(press(payload, topic))[4] == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "BAD_JSON"),
        (b"{", "BAD_JSON"),
        (b"\xff\xfe", "BAD_JSON"),
        (b"[" * MAX_BYTES, "BAD_JSON"),
        (b'{"action":"single"}x', "BAD_JSON"),
        (b'{"action":"single"}' + b" " * MAX_BYTES, "PAYLOAD_TOO_LONG"),
    ],
)
def test_malformed_payloads_are_faults_and_not_exceptions(data: bytes, code: str) -> None:
    assert said(ZIGBEE.interpret(read_of(data)))[4] == code


@pytest.mark.parametrize("payload", [7, "single", None, [], [{"action": "single"}]])
def test_json_that_is_no_object_is_kept_as_a_fault(payload: Any) -> None:
    assert said(press(payload))[4] == "NOT_AN_OBJECT"


@pytest.mark.parametrize("payload", [{"action": {"x": 1}}, {"action": []}, {"action": "single", "count": {}}])
def test_a_value_of_another_type_is_kept_as_a_fault_that_names_the_place(payload: Any) -> None:
    scan = press(payload)
    assert said(scan)[4] == "WRONG_TYPE"
    assert scan is not None
    assert scan.fault is not None
    assert "$.action" in scan.fault.text or "$.count" in scan.fault.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.binary(max_size=MAX_BYTES + 10) | json_values.map(lambda value: json.dumps(value).encode()), st.text(max_size=40)
)
@example(b'{"action":"single","count":' + b"9" * 4000 + b"}", "zigbee2mqtt/shelf-1")
@example(b'{"a":' * 800, "t")
@example(b'{"action":"single","action":"double"}', "zigbee2mqtt/shelf-1")
@example(b'{"action":"\\ud800"}', "zigbee2mqtt/shelf-1")
def test_any_payload_gives_a_press_a_fault_or_nothing(data: bytes, topic: str) -> None:
    scan = ZIGBEE.interpret(read_of(data, topic))
    if scan is not None:
        assert bool(scan.card) or scan.fault is not None
        assert len(scan.fault.text) < 400 if scan.fault else True
        repr(scan).encode()  # every text of it can be written down


def test_numbers_of_any_size_cost_no_time_and_no_exception() -> None:
    scan = ZIGBEE.interpret(read_of(b'{"action":"single","count":' + b"9" * 4000 + b"}"))
    assert said(scan)[4] == "BAD_QUANTITY"


@pytest.mark.parametrize(
    "text", ["", "action", "$", "$.", "$..a", "$.a[", "$.a[x]", "topic.a", "topic[1][2]", "$[12345]"]
)
def test_a_place_that_cannot_be_read_is_refused_when_it_is_configured(text: str) -> None:
    with pytest.raises(PlaceError, match="expected 'topic'"):
        Place.parse(text)


def test_an_action_that_does_not_exist_is_refused_when_it_is_configured() -> None:
    with pytest.raises(ValueError, match="explode"):
        ButtonMapping.build({}, event="$.a", actions={"x": "explode"})
