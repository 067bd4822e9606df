"""Where a value stands in a message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.codes.place import Message, Place, PlaceError, WrongTypeError


def find(place: str, payload: Any = None, *, topic: str = "a/b/c", text: bytes = b"", entry: Any = None) -> str | None:
    parsed = json.loads(json.dumps(payload), parse_int=str, parse_float=str)
    return Place.parse(place).find(Message(topic, text, parsed, "Button1", entry))


@pytest.mark.parametrize(
    ("place", "payload", "value"),
    [
        ("topic", None, "a/b/c"),
        ("topic[1]", None, "b"),
        ("topic[7]", None, None),
        ("$.x.y", {"x": {"y": 7}}, "7"),
        ("$.x[1]", {"x": [1, 2]}, "2"),
        ("$.x[9]", {"x": [1, 2]}, None),
        ("$.devicepower:0.battery", {"devicepower:0": {"battery": 5.5}}, "5.5"),
        ("$.x", {"x": True}, "true"),
        ("$.x", {"x": None}, None),
        ("$.x.y", {"x": "text"}, None),
        ("@key", None, "Button1"),
        ("hex($.d)", {"d": "AQuI"}, "010b88"),
        ("hex($.d)[0]", {"d": "AQuI"}, "01"),
        ("hex($.d)[9]", {"d": "AQuI"}, None),
        ("hex($.d)", {"d": ""}, None),
        ("hex($.d)", {"d": "no base64!"}, "no base64!"),
        ("hex($.d)[0]", {}, None),
        ("unix($.ts)", {"ts": 1795334400.12}, "1795334400.12"),
        ("unix($.ts)", {"ts": 124.0}, None),
        ("unix($.ts)", {"ts": "1e999"}, None),
    ],
)
def test_a_place_finds_its_value_or_nothing(place: str, payload: Any, value: str | None) -> None:
    assert find(place, payload) == value


def test_the_whole_payload_is_a_value_too_whatever_its_bytes() -> None:
    assert find("payload", text=b"ON") == "ON"
    assert find("payload", text=b"\xff") == "\ufffd"


def test_an_entry_is_read_by_its_members() -> None:
    assert find("@.Action", entry={"Action": "SINGLE"}) == "SINGLE"
    assert find("@.Action", entry="ON") is None


@pytest.mark.parametrize("payload", [{"x": {}}, {"x": []}])
def test_an_object_or_a_list_is_no_value_and_the_place_is_named(payload: Any) -> None:
    with pytest.raises(WrongTypeError, match=r"\$\.x"):
        find("$.x", payload)


@pytest.mark.parametrize("text", ["hex(topic)", "hex($.a", "hex()", "unix($)", "@", "@.", "payload[1]", "$.a)", "()"])
def test_a_place_that_cannot_be_read_is_refused_when_it_is_configured(text: str) -> None:
    with pytest.raises(PlaceError, match="expected 'topic'"):
        Place.parse(text)
