"""Frames of M100 modules, byte by byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid_yrm100_frame import ModuleFrame, ModuleFramer, render
from drivers.rfid_yrm100_talk import SILENCE_MS, TRIES, ModuleError, ModuleTalk, crc16
from firmware_sim.yrm100 import frame, notice

[GOLDEN] = json.loads((Path(__file__).parents[1] / "golden/yrm100/poll.json").read_text())
RECORDED = bytes.fromhex(GOLDEN["hex"])
VERSION, POLLED = frame(1, 0x03, b"\x01V2.3.5"), frame(1, 0xFF, b"\x15")


def _reading() -> ModuleTalk:
    talk = ModuleTalk(0, 0)
    talk.feed(VERSION + POLLED, 0)
    assert talk.is_reading
    talk.take_output()
    return talk


def test_commands_are_what_the_modules_documents_show() -> None:
    assert render(0x22) == bytes.fromhex("BB00220000227E")
    assert render(0x27, b"\x22\xff\xff") == bytes.fromhex("BB0027000322FFFF4A7E")
    assert render(0x28) == bytes.fromhex("BB00280000287E")


@pytest.mark.parametrize("size", range(1, 30))
def test_a_recording_in_any_cutting_gives_the_same_tags(size: int) -> None:
    talk = _reading()
    reads = [read for at in range(0, len(RECORDED), size) for read in talk.feed(RECORDED[at : at + size], 7)]
    assert [read.epc for read in reads] == GOLDEN["epcs"]
    assert {(read.rssi_cdbm, read.antenna, read.first_ms) for read in reads} == {(100 * GOLDEN["rssi_dbm"], 1, 7)}
    assert talk.damaged == 0


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_rubbish_before_a_frame_costs_no_frame_behind_it(before: bytes, parameters: bytes) -> None:
    framer = ModuleFramer()
    whole = frame(2, 0x22, parameters)
    frames = framer.feed(before + whole)
    while not frames and framer._buffer:
        frames = framer.expire()
    assert ModuleFrame(2, 0x22, parameters) in frames


def test_a_frame_that_never_ends_hides_none_behind_it_for_long() -> None:
    framer = ModuleFramer()
    assert framer.feed(bytes.fromhex("BB02220100") + frame(1, 0xFF, b"\x15")) == []
    assert framer.expire() == [ModuleFrame(1, 0xFF, b"\x15")]
    assert framer.damaged == 1


@pytest.mark.parametrize("at", range(8, 23))
def test_a_changed_byte_of_a_tag_is_never_another_tag(at: int) -> None:
    talk, changed = _reading(), bytearray(RECORDED[:24])
    changed[at - 2] ^= 0x10
    changed[-2] = sum(changed[1:-2]) & 0xFF  # the module's own sum is right again: the tag's CRC still is not
    assert talk.feed(bytes(changed), 0) == []
    assert talk.damaged == 1


def test_the_crc_is_that_of_the_standard() -> None:
    assert crc16(bytes.fromhex("340030751FEB705C5904E3D50D70")) == 0x3A76


def test_it_is_asked_then_told_its_power_and_to_poll() -> None:
    talk = ModuleTalk(2000, 0)
    assert talk.take_output() == render(0x28) + render(0x03, b"\x01")
    assert talk.feed(notice("30AA", -40), 0) == [], "it polls since before: the tag will be read again"
    talk.feed(VERSION, 0)
    assert (talk.version, talk.take_output()) == ("V2.3.5", render(0xB6, b"\x07\xd0"))
    talk.feed(frame(1, 0xB6, b"\x00"), 0)
    assert talk.take_output() == render(0x27, b"\x22\xff\xff")
    assert [read.epc for read in talk.feed(notice("30AA", -40), 0)] == ["30AA"]


def test_a_module_that_falls_silent_is_told_again_and_then_given_up() -> None:
    talk = _reading()
    for n in range(1, TRIES):
        talk.tick(n * SILENCE_MS)
        assert talk.take_output() == render(0x03, b"\x01")
    with pytest.raises(ModuleError, match="does not answer"):
        talk.tick(TRIES * SILENCE_MS)


@pytest.mark.promise("R10")
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    talk = _reading()
    for piece in pieces:
        talk.feed(piece, 0)
