"""Bodies of a press over HTTP: whoever calls means a press, and hears of it when it is none."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.codes.button_json import ButtonMapping
from gateway.codes.webhook_json import interpret_webhook
from gateway.model import Action, Read, Scan

MAPPING = ButtonMapping.build(
    {"b": "K-1"}, button=("$.button",), event="$.event", actions={"1": "empty"}, ignored=("0", "released")
)
PLAIN = ButtonMapping.build({"b": "K-1"}, button=("$.button",))


def said(body: bytes, mapping: ButtonMapping = MAPPING) -> Scan | None:
    read = Read("019f0000-0000-7000-8000-000000000001", "h", "S1", body, "", 1, 1, "b", "ntp", is_key_chosen=True)
    return interpret_webhook(read, mapping=mapping)


def fault(body: bytes) -> str:
    scan = said(body)
    assert scan is not None
    return scan.fault.code if scan.fault else ""


def test_a_press_is_read_like_a_button_message() -> None:
    scan = said(b'{"button": "b", "event": 1}')
    assert scan is not None
    assert (scan.action, scan.card, scan.fault) == (Action.EMPTY, "K-1", None)


def test_without_an_event_in_the_mapping_every_body_is_a_press() -> None:
    scan = said(b'{"button": "b"}', PLAIN)
    assert scan is not None
    assert (scan.action, scan.card, scan.fault) == (Action.SCAN, "K-1", None)


def test_a_body_without_its_event_is_a_mistake_and_not_passed_over() -> None:
    assert fault(b'{"button": "b"}') == "EVENT_MISSING"
    assert fault(b'{"button": "b", "event": null}') == "EVENT_MISSING"
    assert fault(b'{"button": "b", "event": {"kind": "1"}}') == "WRONG_TYPE"
    assert fault(b"[]") == "NOT_AN_OBJECT"


def test_an_ignored_event_is_passed_over_also_when_it_is_a_number() -> None:
    assert said(b'{"button": "b", "event": "released"}') is None
    assert said(b'{"button": "b", "event": 0}') is None


@given(st.binary(max_size=200))
@example(b'{"event":' + b"9" * 4085 + b"}")
@example(b'{"event": NaN}')
@example(b'{"event": "\\ud800"}')
def test_no_body_whatever_raises(body: bytes) -> None:
    said(body)
