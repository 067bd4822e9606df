"""Lines of a recording: what may stand in them, and that a mistake is told with its line."""

from __future__ import annotations

import pytest

from gateway.capture import LINE_LIMIT_BYTES, Capture, CaptureError, read_captures


def read(*lines: bytes | str) -> list[Capture]:
    return list(read_captures([line if isinstance(line, bytes) else line.encode() for line in lines], "x.jsonl"))


def test_messages_and_codes_with_everything_and_with_the_least() -> None:
    whole = '{"topic":"t","payload":"ON","retain":true,"dup":true,"qos":0,"at_ms":7,"note":"n","expect":{"x":1}}'
    assert read(whole, "  ", '{"topic":"t","hex":"ff00"}', '{"hex":"410d"}', '{"text":"K1","aim":"]d2"}') == [
        Capture(1, b"ON", 7, "t", retain=True, dup=True, qos=0),
        Capture(3, b"\xff\x00", topic="t"),
        Capture(4, b"A\r"),
        Capture(5, b"K1", is_framed=True, aim="]d2"),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "no JSON in UTF-8"),
        (b"\xff", "no JSON in UTF-8"),
        (b"[" * 5000, "no JSON in UTF-8"),
        (b"[]", "no JSON object"),
        (b"7", "no JSON object"),
        (b"{}", "exactly one of payload, hex and text"),
        (b'{"topic":"t","payload":"x","hex":"00"}', "exactly one of payload, hex and text"),
        (b'{"payload":"x"}', "a payload belongs to a topic"),
        (b'{"topic":"t","text":"x"}', "a text to a serial device"),
        (b'{"topic":"t","payload":{"a":1}}', 'payload is {"a": 1}, expected str'),
        (b'{"hex":"0x"}', "fromhex"),
        (b'{"text":"x","at_ms":-1}', "at_ms is -1"),
        (b'{"text":"x","at_ms":1e9}', "expected int"),
        (b'{"text":"x","at_ms":true}', "expected int"),
        (b'{"text":"x","at_ms":99999999999999}', "since 1970 or since the beginning"),
        (b'{"topic":"t","payload":"x","qos":3}', "qos is 3, expected 0, 1 or 2"),
        (b'{"text":"x","retained":true}', "unknown member 'retained'"),
        (b'{"text":"' + b"x" * LINE_LIMIT_BYTES + b'"}', "more than 1048576 bytes"),
    ],
)
def test_a_line_that_is_no_message_is_told_with_its_place(line: bytes, says: str) -> None:
    with pytest.raises(CaptureError) as caught:
        read('{"text":"good"}', line)
    assert str(caught.value).startswith("x.jsonl:2: ")
    assert says in str(caught.value)
    assert "expected for example" in caught.value.hint
