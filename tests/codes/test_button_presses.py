"""Messages that hold several presses, and presses that their device gave an identity."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.button_preset import PRESETS
from gateway.codes.button_json import ButtonMapping
from gateway.codes.button_layout import Layout
from gateway.ids import is_natural, natural_id
from gateway.model import Action, Press, Read, Scan
from tests.codes.test_button_json import json_values

READ_ID = "019f0000-0000-7000-8000-000000000001"
SHELLY = replace(
    ButtonMapping.build({"s/input:0": "K-1", "s/input:1": "K-2"}, actions={"single_push": "scan"}, event="$.x"),
    layout=Layout.build(
        ("$.src", "@.component"), "@.event", "$.events", ("$.src", "@.component", "@.event", "unix(@.ts)")
    ),
    ignored=frozenset({"btn_up"}),
)
TASMOTA = replace(
    SHELLY, layout=Layout.build(("topic[1]", "@key"), "@.Action", "$"), bindings={"s/B1": "K-1", "s/B2": "K-2"}
)


def read_of(payload: Any, *, packet: int = 5, topic: str = "stat/s/RESULT", redelivered: bool = False) -> Read:
    press = Press(packet, "digest", redelivered)
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Read(READ_ID, "b-1", "S1", data, "", 1, 1, "b", "ntp", press=press, topic=topic)


def event(component: str, kind: str = "single_push", ts: float = 1795334400.5) -> dict[str, Any]:
    return {"component": component, "event": kind, "ts": ts}


def presses(*events: dict[str, Any], mapping: ButtonMapping = SHELLY) -> tuple[Scan, ...]:
    return mapping.presses(read_of({"src": "s", "events": list(events)}))


def test_every_press_of_a_message_is_a_scan_of_its_own() -> None:
    scans = presses(event("input:0"), event("input:0", "btn_up"), event("input:1"))
    assert [scan.card for scan in scans] == ["K-1", "K-2"]
    assert len({scan.read.id for scan in scans}) == 2


def test_a_message_without_a_press_is_none() -> None:
    assert presses(event("input:0", "btn_up")) == ()
    assert presses() == ()
    assert SHELLY.presses(read_of({"src": "s"})) == ()


@pytest.mark.promise("R2")
def test_the_same_press_has_the_same_id_wherever_it_stands_and_however_it_came() -> None:
    alone = presses(event("input:0"))[0].read
    behind = presses(event("input:1", "btn_up"), event("input:0"))[0].read
    assert alone.id == behind.id == natural_id("b-1", "s/input:0/single_push/1795334400.5")
    assert is_natural(alone.id)
    assert alone.press is None  # its identity is better than the packet's


def test_another_time_component_or_kind_is_another_press() -> None:
    others = [event("input:0"), event("input:0", ts=1795334400.51), event("input:1"), event("input:0", "double_push")]
    assert len({scan.read.id for scan in presses(*others)}) == 4


def test_a_device_whose_clock_was_never_set_identifies_nothing() -> None:
    (scan,) = presses(event("input:0", ts=124.0))
    assert (scan.read.id, scan.read.press) == (READ_ID, Press(5, "digest", False))


@pytest.mark.promise("R2")
def test_presses_without_identity_in_one_message_are_told_apart_when_it_comes_again() -> None:
    payload = {"B1": {"Action": "single_push"}, "B2": {"Action": "single_push"}}
    first, second = TASMOTA.presses(read_of(payload))
    again = TASMOTA.presses(read_of(payload, redelivered=True))
    assert first.read.press is not None
    assert second.read.press is not None
    assert first.read.press.packet != second.read.press.packet
    assert [one.read.press and one.read.press.packet for one in again] == [5, 5 + 65_536]


def test_one_entry_that_cannot_be_used_does_not_hide_the_others() -> None:
    good, bad, unknown = presses(event("input:0"), {"component": {}, "event": "single_push"}, event("input:9"))
    assert (good.card, bad.fault and bad.fault.code, unknown.fault and unknown.fault.code) == (
        "K-1", "WRONG_TYPE", "UNKNOWN_BUTTON",
    )  # fmt: skip


def test_a_button_that_calls_has_no_card() -> None:
    (scan,) = presses(event("input:3"), mapping=replace(SHELLY, calls={"s/input:3": "maintenance"}))
    assert (scan.call, scan.card, scan.action) == ("maintenance", "", Action.SCAN)


def of_preset(name: str) -> ButtonMapping:
    table = PRESETS[name]["mapping"]  # type: ignore[index]
    mapping = ButtonMapping.build({}, actions=table["actions"], event=table["event"], ignored=tuple(table["ignored"]))
    layout = Layout.build(
        tuple(table["button"]), table["event"], table.get("each"), tuple(table.get("natural_key", ()))
    )
    return replace(mapping, layout=layout)


@pytest.mark.promise("R10")
@pytest.mark.parametrize("name", PRESETS)
@given(
    data=st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()), topic=st.text(max_size=30)
)
def test_whatever_comes_a_preset_without_bindings_orders_nothing_and_never_raises(
    name: str, data: bytes, topic: str
) -> None:
    for scan in of_preset(name).presses(read_of(data, topic=topic)):
        assert scan.fault is not None
        repr(scan).encode()
