"""Keys to characters: recorded key changes in every layout, and what one keyboard must not do to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import Frame
from drivers.hid_keyboard import KeyTalk
from drivers.hid_keyboard_input import EventType, KeyEvent, format_event, parse_events
from drivers.hid_keyboard_layout import LAYOUTS, Level
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.hid_keyboard_state import Keyboard

GOLDEN = Path(__file__).parent.parent / "golden" / "hid-keyboard"
FILES = sorted(GOLDEN.glob("*.json"))
ROW = {"type": "hid-keyboard", "id": "scan-1", "station": "S1", "port": "id:05e0:1200"}


def settings(**keys: Any) -> KeyboardSettings:
    return KeyboardSettings.model_validate(ROW | keys)


def events(changes: str) -> bytes:
    """Key changes such as `42+ 30+ 30- 42-` as the kernel gives them, with the noise it puts between."""
    data = b""
    for one in changes.split():
        data += format_event(KeyEvent(4, 4, 0x70004))  # EV_MSC: the key's scan code
        data += format_event(KeyEvent(EventType.KEY, int(one[:-1]), int(one[-1] == "+")))
        data += format_event(KeyEvent(EventType.SYNC, 0, 0))
    return data


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_recorded_keys_give_their_codes(file: Path, at_once: int) -> None:
    golden = json.loads(file.read_text())
    keys = {name: golden[name] for name in ("layout", "suffixes", "keys") if name in golden}
    talk, data, frames = KeyTalk(settings(**keys)), events(golden["keys_changed"]), []
    size = len(format_event(KeyEvent(0, 0, 0))) * at_once
    for n in range(0, len(data), size):
        frames += talk.feed(data[n : n + size], n)
    assert frames == [Frame(one["data"].encode(), one["aim"]) for one in golden["frames"]]


def test_every_layout_has_a_recording() -> None:
    assert {json.loads(file.read_text())["layout"] for file in FILES} >= set(LAYOUTS) - {"gb"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_has_every_character_of_a_code(name: str) -> None:
    """All of printable ASCII can be typed: it is what identifiers, separators and Code 128 consist of."""
    layout = LAYOUTS[name]  # type: ignore[index]
    alone = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~"}
    there = {alone.get(character, character) for character in layout.characters.values()} | {" "}
    missing = {chr(code) for code in range(0x20, 0x7F)} - there
    typed_otherwise = {"es": {"`"}, "it": {"`", "~"}, "jp": {"~"}}
    assert missing <= typed_otherwise.get(name, set())
    assert all(len(character) == 1 for character in layout.characters.values())


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_character_stands_on_two_keys_of_the_same_level(name: str) -> None:
    layout = LAYOUTS[name]  # type: ignore[index]
    for level in {place[1] for place in layout.characters}:
        found = [character for (key, at), character in layout.characters.items() if at == level]
        twice = {one for one in found if found.count(one) > 1}
        on_two_keys_of_the_real_one = {"€"} if level == Level(altgr=True) else {"|", "\\"}
        assert twice <= on_two_keys_of_the_real_one, (level, twice)


def test_the_shift_of_one_scanner_does_not_change_the_code_of_another() -> None:
    one, other = KeyTalk(settings()), KeyTalk(settings())
    one.feed(events("42+"), 0)
    other.feed(events("30+ 30-"), 0)
    one.feed(events("30+ 30- 42-"), 0)
    assert other.feed(events("28+ 28-"), 0) == [Frame(b"a")]
    assert one.feed(events("28+ 28-"), 0) == [Frame(b"A")]


def test_a_held_key_is_one_character_however_often_the_kernel_repeats_it() -> None:
    talk = KeyTalk(settings())
    repeated = format_event(KeyEvent(EventType.KEY, 30, 2)) * 5
    assert talk.feed(events("30+") + repeated + events("30- 28+ 28-"), 0) == [Frame(b"a")]


@pytest.mark.promise("R3")
def test_a_key_without_a_character_spoils_its_code_and_only_that() -> None:
    talk = KeyTalk(settings(layout="de"))
    spoilt, sound = talk.feed(events("2+ 2- 66+ 66- 3+ 3- 28+ 28- 4+ 4- 28+ 28-"), 0)
    assert (spoilt.fault, spoilt.data) == ("FRAME_UNKNOWN_KEY", b"12")
    assert "layout de" in talk.rejection(spoilt).text
    assert sound == Frame(b"3")


@pytest.mark.promise("R3")
def test_a_code_of_nothing_but_unknown_keys_is_told_and_does_not_spoil_the_next() -> None:
    talk = KeyTalk(settings(layout="de", gap_ms=50))
    assert talk.feed(events("66+ 66- 28+ 28-"), 100) == []
    assert talk.expire(149) == []
    [told] = talk.expire(150)
    assert (told.fault, told.data) == ("FRAME_UNKNOWN_KEY", b"")
    assert talk.expire(400) == []
    assert talk.feed(events("2+ 2- 28+ 28-"), 500) == [Frame(b"1")]


@pytest.mark.promise("R3")
def test_keys_that_the_kernel_lost_spoil_the_code() -> None:
    talk = KeyTalk(settings())
    dropped = format_event(KeyEvent(EventType.SYNC, 3, 0))
    [spoilt] = talk.feed(events("42+ 30+ 30-") + dropped + events("48+ 48- 28+ 28-"), 0)
    assert (spoilt.fault, spoilt.data) == ("FRAME_BROKEN_OFF", b"Ab")  # and the shift that was let go is forgotten
    assert talk.feed(events("48+ 48- 28+ 28-"), 0) == [Frame(b"b")]


def test_without_a_suffix_silence_ends_a_code() -> None:
    talk = KeyTalk(settings(suffixes=[], gap_ms=50))
    assert talk.feed(events("30+ 30-"), 100) == []
    assert talk.deadline_ms == 150
    assert talk.expire(150) == [Frame(b"a")]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), max_size=200), st.sampled_from(sorted(LAYOUTS)))
def test_any_keys_in_any_order_raise_nothing_and_stay_bounded(changes: list[tuple[int, int]], layout: str) -> None:
    talk = KeyTalk(settings(layout=layout))
    data = b"".join(format_event(KeyEvent(EventType.KEY, code, value)) for code, value in changes)
    frames = talk.feed(data, 0) + talk.abort()
    assert sum(len(frame.data) for frame in frames) <= 8 * len(changes)


@given(st.binary(max_size=300))
def test_any_bytes_are_whole_events_or_nothing(data: bytes) -> None:
    assert len(parse_events(data)) == len(data) // len(format_event(KeyEvent(0, 0, 0)))


def test_alt_and_a_number_that_is_no_character_spoils_the_code() -> None:
    keyboard = Keyboard(LAYOUTS["us"])
    strokes = [keyboard.change(key, is_pressed=True) for key in (56, 82, 82, 82)]
    assert not any(stroke.is_unknown for stroke in strokes)
    assert keyboard.change(56, is_pressed=False).is_unknown


def test_settings_that_would_take_any_keyboard_are_refused() -> None:
    with pytest.raises(ValueError, match="`allow` is missing"):
        settings(port="usb-port:1-1")
    with pytest.raises(ValueError, match="may be another keyboard tomorrow"):
        settings(port="/dev/input/event3", allow=["05e0:1200"])
    with pytest.raises(ValueError, match="is no key that can be named"):
        settings(keys={"A": "x"})
    assert settings(port="usb-port:1-1", allow=["05E0:12AB"]).allowed == {"05e0:12ab"}
    assert settings().allowed == {"05e0:1200"}
