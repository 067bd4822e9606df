"""Hostile and damaged codes stay data: nothing raises, nothing is executed, and the work grows with the length."""

from __future__ import annotations

import json
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.codes.assembly import Assembly, add
from gateway.codes.merge import merged
from gateway.codes.parse import MAX_BYTES, parse
from gateway.codes.probe import learn
from gateway.codes.profile import PROFILES, Profile
from gateway.codes.template import Template
from gateway.parsed import Label, Syntax

TEMPLATES = (Template.build("t", r"(?P<supplier_item>[^;]*);(?P<quantity>[^;]*);(?P<expiry>.*)", dates="DD.MM.YY"),)
HOSTILE = (
    "'; DROP TABLE journal; --", "<script>alert(1)</script>", "erp/+/#", "../../etc/passwd", "%s%s%n{0.__class__}",
    "${jndi:ldap://x}", "\u202eabc", "A\x00B", "=1+1", "{{7*7}}", "[)>\x1e06\x1d" + "\x1d" * 500,
)  # fmt: skip
AIMS = ("", "]C1", "]d2", "]d1", "]E0", "]E4", "]I1", "]Q3", "]e0", "]zz")

texts = st.text(alphabet="0123456789ABPQTKSV()[]>^|@\x1d\x1e\x04\\%/:.;- \udc80", max_size=120).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
fronts = st.sampled_from(
    [b"", b"[)>\x1e06\x1d", b"01", b"]C1", b"(01)", b"^10", b"https://a/01/", b"[)>\x1e05\x1d", b"0109501101530003"]
)
codes = st.tuples(fronts, st.binary(max_size=200) | texts).map(b"".join)


def is_sound(label: Label) -> None:
    """What holds for every label, whatever was read."""
    assert "INTERNAL" not in [flaw.code for flaw in label.errors]
    assert not label.errors or label.keys.as_json() == {}
    for flaw in (*label.errors, *label.warnings):
        assert flaw.text and len(flaw.text) < 1000 and len(flaw.got) <= MAX_BYTES
    json.loads(json.dumps(label.as_json()))


@given(codes, st.sampled_from(AIMS), st.sampled_from(sorted(PROFILES)))
@example(b"]", "", "unknown")
@example(b"\xed\xa0\x80", "", "kept")
@example(b"]C137-", "", "unknown")
@example("[)>\x1e06\x1dQ\u0664".encode(), "", "unknown")
def test_any_bytes_give_a_label(raw: bytes, aim: str, profile: str) -> None:
    label = parse(raw, aim, profile=PROFILES[profile], templates=TEMPLATES)
    assert label.raw == raw
    is_sound(label)


@given(codes, st.text(min_size=1, max_size=8))
def test_any_text_may_stand_for_a_separator(raw: bytes, arrives: str) -> None:
    is_sound(parse(raw, "]C1", profile=Profile("x", arrives, arrives, arrives)))


@given(st.lists(codes, min_size=1, max_size=6), st.integers(0, 100_000))
def test_any_codes_can_be_put_together_or_are_refused(raws: list[bytes], step_ms: int) -> None:
    labels = [parse(raw) for raw in raws]
    is_sound(merged(labels))
    assembly = Assembly(("item|supplier_item", "quantity"))
    for number, label in enumerate(labels):
        step = add(assembly, label, number * step_ms)
        assembly = Assembly.from_json(json.loads(json.dumps(step.assembly.as_json())), parse)
        assert assembly == step.assembly


@given(st.binary(max_size=400))
def test_any_recording_teaches_something_or_nothing(data: bytes) -> None:
    learned = learn(data)
    assert learned.toml() and isinstance(learned.notes, tuple)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("front", ["", "]C110", "[)>\x1e06\x1dP", "(10)", "https://a/01/", "P"])
def test_hostile_content_stays_data(text: str, front: str) -> None:
    raw = (front + text).encode()
    label = parse(raw, profile=PROFILES["kept"])
    is_sound(label)
    assert label.raw == raw
    if label.is_valid and label.syntax is not Syntax.TEXT:
        assert all(one.value in text or one.value == front.lstrip("P") + text for one in label.elements)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "]C1" + "20AB" * n, lambda n: "(10)" + "\\(" * n, lambda n: "[)>\x1e06\x1d" + "P\x1d" * n,
        lambda n: "https://a/" + "01/" * n, lambda n: "https://a/01/09501101530003?" + "99=A&" * n,
        lambda n: "]C1" + "10" * n, lambda n: "]C1" + "9" * 2 * n, lambda n: "^" * n, lambda n: "P" + "A;" * n,
        lambda n: "https://a/01/" + "%41" * n, lambda n: "[)>" + "\x1e06\x1d" * n, lambda n: "029" * n,
    ],
)  # fmt: skip
@pytest.mark.parametrize("profile", ["unknown", "alt-029"])
def test_the_work_grows_no_faster_than_the_length(make: Any, profile: str) -> None:
    few, many = (steps_of(make(n).encode()[:MAX_BYTES], PROFILES[profile]) for n in (100, 400))
    assert many <= 6 * few + 2000


def steps_of(raw: bytes, profile: Profile) -> int:
    """Lines of Python that are run for one code."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        parse(raw, profile=profile)
    finally:
        sys.settrace(before)
    return steps


def test_ten_thousand_characters_are_refused_by_their_length() -> None:
    for character in "0A(^[\x1d":
        label = parse(character.encode() * 10_000)
        assert [flaw.code for flaw in label.errors] == ["CODE_TOO_LONG"]
