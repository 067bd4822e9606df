"""SSI packets: any chunking of the same bytes gives the same packets, and damage is never one."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import FRAME_LIMIT_BYTES, Frame
from drivers.serial_ssi_packet import (
    CHARACTER_TIMEOUT_MS,
    FROM_DECODER,
    Damage,
    Opcode,
    Packet,
    PacketFramer,
    checksum,
    encode,
    parameter_bytes,
)
from drivers.serial_ssi_settings import SsiSettings
from drivers.serial_ssi_talk import SsiTalk
from firmware_sim.ssi import packet as sent_by_scanner

GOLDEN = Path(__file__).parent.parent / "golden" / "zebra-ssi"
SETTINGS = SsiSettings.model_validate({"type": "zebra-ssi", "id": "s", "station": "S1", "port": "/dev/x"})


def packets_of(*chunks: bytes) -> list[Packet | Damage]:
    framer = PacketFramer()
    return [one for n, chunk in enumerate(chunks) for one in framer.feed(chunk, n)]


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_recorded_packets_give_their_codes_however_they_are_cut(file: Path, size: int) -> None:
    golden = json.loads(file.read_text())
    data = b"".join(bytes.fromhex(one) for one in golden["packets"])
    talk, frames = SsiTalk(SETTINGS), []
    for n in range(0, len(data), size):
        frames += talk.feed(data[n : n + size], n)
    assert frames == [Frame(bytes.fromhex(one["data"]), one["aim"]) for one in golden["frames"]]


def test_the_check_sum_is_that_of_the_recorded_packets() -> None:
    assert checksum(bytes.fromhex("07f30000014e52")) == bytes.fromhex("fe65")
    assert checksum(bytes.fromhex("05000400 00")) == bytes.fromhex("fff7")
    assert encode(Packet(Opcode.CMD_ACK)) == bytes.fromhex("04d00400ff28")


def test_numbers_of_parameters_are_written_as_in_the_manual() -> None:
    written = {number: parameter_bytes(number).hex() for number in (45, 238, 256, 334, 511, 512, 1039)}
    assert written == {45: "2d", 238: "ee", 256: "f000", 334: "f04e", 511: "f0ff", 512: "f100", 1039: "f8040f"}
    with pytest.raises(ValueError, match="parameter 241 does not exist"):
        parameter_bytes(241)


_PACKETS = st.builds(
    Packet,
    st.sampled_from(sorted(FROM_DECODER)), st.binary(max_size=251), st.integers(0, 3),
)  # fmt: skip


@given(st.lists(_PACKETS, max_size=5), st.lists(st.integers(0, 1300), max_size=12))
def test_packets_survive_any_cutting(packets: list[Packet], cuts: list[int]) -> None:
    data = b"".join(sent_by_scanner(one.opcode, one.data, one.status) for one in packets)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[a:b] for a, b in pairwise(places)]
    assert packets_of(*chunks) == packets


@given(st.binary(max_size=600), st.integers(1, 40))
def test_any_rubbish_gives_the_same_in_any_cutting_and_stays_bounded(data: bytes, size: int) -> None:
    framer = PacketFramer()
    found = [one for n in range(0, len(data), size) for one in framer.feed(data[n : n + size], 0)]
    assert found == packets_of(data)
    assert sum(one.length for one in found if isinstance(one, Damage)) <= len(data)


@given(st.binary(max_size=40), st.integers(0, 45), st.integers(1, 255))
def test_a_changed_byte_is_never_a_packet_with_other_data(data: bytes, at: int, change: int) -> None:
    raw = bytearray(sent_by_scanner(Opcode.DECODE_DATA, b"\x03" + data))
    raw[at % len(raw)] ^= change
    framer = PacketFramer()
    found = framer.feed(bytes(raw), 0) + framer.expire(CHARACTER_TIMEOUT_MS)
    assert all(isinstance(one, Damage) for one in found)


def test_a_packet_that_stops_half_way_is_damage_once_the_line_is_silent() -> None:
    framer = PacketFramer()
    assert framer.feed(sent_by_scanner(Opcode.DECODE_DATA, b"\x03K1")[:6], 10) == []
    assert framer.expire(10 + CHARACTER_TIMEOUT_MS - 1) == []
    assert framer.expire(10 + CHARACTER_TIMEOUT_MS) == [Damage(6)]
    assert framer.feed(sent_by_scanner(Opcode.EVENT, b"\x03"), 900) == [Packet(Opcode.EVENT, b"\x03")]


def test_a_scanner_that_sends_no_packets_is_damage_and_no_code() -> None:
    talk = SsiTalk(SETTINGS)
    assert talk.feed(b"]C0KB000123\r", 0) == []
    assert talk.expire(10_000) == []
    assert talk.reply() != b""


def test_a_code_longer_than_the_limit_is_one_fault_with_its_beginning() -> None:
    talk, frames, length = SsiTalk(SETTINGS), [], 0
    for _ in range(20):
        frames += talk.feed(sent_by_scanner(Opcode.DECODE_DATA, b"\x1c" + b"x" * 250, status=2), 0)
        length += 250
    [fault] = frames + talk.feed(sent_by_scanner(Opcode.DECODE_DATA, b"\x1cEND"), 0)
    assert length > FRAME_LIMIT_BYTES
    assert fault.fault is not None
    assert (fault.length, talk.rejection(fault).code) == (length + 3, "FRAME_TOO_LONG")
    assert len(fault.data) <= 256
