"""LLRP on the wire: frames in any cutting, parameters that are skipped by length, rubbish that costs itself only."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.llrp import message as m
from drivers.llrp import parameter as p
from drivers.llrp.capability import read_capabilities
from drivers.llrp.event import read_notices
from drivers.llrp.frame import Deframer, Frame, LostFrameError, render
from drivers.llrp.report import ReportReader
from drivers.llrp.ro_spec import Inventory, read_ro_specs, ro_spec
from drivers.rfid_clock import ReaderClock
from firmware_sim.llrp_wire import capabilities, event, param, status_param
from tests.drivers.llrp.wire import R420

EPC = "3376451FD40C0E400000162E"


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 17))
def test_frames_are_the_same_in_any_cutting(bodies: list[bytes], size: int) -> None:
    stream = b"".join(render(61, number, body) for number, body in enumerate(bodies))
    deframer, frames = Deframer(), []
    for at in range(0, len(stream), size):
        frames += deframer.feed(stream[at : at + size])
    assert [(frame.type, frame.id, frame.body) for frame in frames] == [(61, n, body) for n, body in enumerate(bodies)]


@pytest.mark.parametrize("length", [0, 9, 16 * 1024 * 1024 + 1, 0xFFFF_FFFF])
def test_an_absurd_length_ends_the_connection_and_what_was_whole_before_it_is_kept(length: int) -> None:
    good = render(61, 5, b"tags")
    with pytest.raises(LostFrameError, match=str(length)) as lost:
        Deframer().feed(good + struct.pack(">HII", 1 << 10 | 61, length, 1))
    assert lost.value.frames == [Frame(61, 5, b"tags")]


@pytest.mark.promise("R10")
@given(st.binary(max_size=300))
def test_no_body_raises(body: bytes) -> None:
    ReportReader(ReaderClock()).read(body, 1)
    ReportReader(ReaderClock()).read(param(240, body), 1)
    read_notices(body)
    read_capabilities(body)
    read_ro_specs(body)
    m.read_status(body)
    m.read_inputs(body)
    m.read_version(body)


def test_capabilities_are_found_behind_the_name_of_the_firmware() -> None:
    has = read_capabilities(status_param(0, "") + param(998, b"") + capabilities(R420))
    assert (has.maker, has.model, has.firmware, has.antennas, has.inputs) == (25882, 2001002, "6.4.1.240", 4, 4)
    assert (has.ro_specs, has.can_hold, has.has_utc, has.hop_table) == (1, True, True, 1)
    assert (has.powers_cdbm[0], len(has.powers_cdbm)) == ((1, 1000), 81)


def test_bug_a_reader_that_claims_thousands_of_inputs_is_not_told_about_each_of_them() -> None:
    said = capabilities(R420).replace(struct.pack(">HHHH", 141, 8, 4, 4), struct.pack(">HHHH", 141, 8, 50_000, 4))
    assert read_capabilities(said).inputs == 32


@pytest.mark.promise("R8")
def test_what_a_reader_says_in_words_is_bounded_and_printable() -> None:
    code, text = m.read_status(status_param(401, "radio busy\x1b[2J\n" + "x" * 9000))
    assert (code, text[:16], len(text)) == (401, "radio busy?[2J?x", 200)


def test_the_power_asked_for_is_the_next_lower_step_the_reader_has() -> None:
    has = read_capabilities(capabilities(R420))
    for asked, index in ((1012, 1), (1025, 2), (0, 81), (900, None)):
        _, spec = ro_spec(Inventory((1,), asked, 1, 32, 1), has)
        found = p.find(spec[4 + 6 :], [p.AI_SPEC])[0].value
        steps = [struct.unpack(">HHH", transmitter) for transmitter in _transmitters(found)]
        assert steps == ([] if index is None else [(1, 1, index)])


def test_the_id_of_a_rospec_is_made_of_what_it_says() -> None:
    has = read_capabilities(capabilities(R420))
    one, again = ro_spec(Inventory((1,), 0, 1, 32, 1), has), ro_spec(Inventory((1,), 0, 1, 32, 1), has)
    other = ro_spec(Inventory((1, 2), 0, 1, 32, 1), has)
    assert one == again and one[0] != other[0]


def test_events_are_read_and_unknown_ones_left_out() -> None:
    body = event(248, struct.pack(">HB", 3, 0x80)) + event(251, b"") + event(777, b"x") + event(255, b"\x00\x00\x02")
    assert [(one.kind, one.number, one.is_on) for one in read_notices(body)] == [
        ("input", 3, True), ("overflow", 0, False), ("antenna", 2, False),
    ]  # fmt: skip


def _transmitters(ai_spec: bytes) -> list[bytes]:
    count = struct.unpack(">H", ai_spec[:2])[0]
    [inventory] = p.find(ai_spec[2 + 2 * count :], [p.INVENTORY])
    [antenna] = list(p.walk(inventory.value, 3))
    return [one.value for one in p.walk(antenna.value, 2) if one.type == p.RF_TRANSMITTER]
