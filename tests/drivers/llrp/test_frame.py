"""LLRP on the wire: frames in any cutting, parameters that are skipped by length, rubbish that costs itself only."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.llrp import message as m
from drivers.llrp import parameter as p
from drivers.llrp.event import read_notices
from drivers.llrp.frame import Deframer, LostFrameError, render
from drivers.llrp.report import ReportReader
from firmware_sim.llrp_wire import capabilities, event, param, status_param, tag_report

EPC = "3376451FD40C0E400000162E"
R420 = {"antennas": 4, "maker": 25882, "model": 2001002, "ro_specs": 1}


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 17))
def test_frames_are_the_same_in_any_cutting(bodies: list[bytes], size: int) -> None:
    stream = b"".join(render(61, number, body) for number, body in enumerate(bodies))
    deframer, frames = Deframer(), []
    for at in range(0, len(stream), size):
        frames += deframer.feed(stream[at : at + size])
    assert [(frame.type, frame.id, frame.body) for frame in frames] == [(61, n, body) for n, body in enumerate(bodies)]


@pytest.mark.parametrize("length", [0, 9, 16 * 1024 * 1024 + 1, 0xFFFF_FFFF])
def test_an_absurd_length_ends_the_connection_not_the_thread(length: int) -> None:
    with pytest.raises(LostFrameError, match=str(length)):
        Deframer().feed(struct.pack(">HII", 1 << 10 | 61, length, 1))


@pytest.mark.promise("R10")
@given(st.binary(max_size=300))
def test_no_body_raises(body: bytes) -> None:
    ReportReader().read(body)
    ReportReader().read(param(240, body))
    read_notices(body)
    m.read_capabilities(body)
    m.read_ro_specs(body)
    m.read_status(body)


def test_a_report_has_epc_antenna_strength_and_times() -> None:
    [tag] = ReportReader().read(tag_report(EPC, 2, -48, 1_700_000_000_123_456))
    assert (tag.epc, tag.antenna, tag.rssi_dbm, tag.channel, tag.count) == (EPC, 2, -48, 7, 1)
    assert (tag.first_us, tag.last_us, tag.has_utc) == (1_700_000_000_123_456, 1_700_000_000_123_456, True)


@pytest.mark.parametrize("epc", ["30", "3066C4409047E140075BCD15AAAA", "F90095201234567891235"])
def test_an_epc_of_any_length_in_bits_is_read(epc: str) -> None:
    [tag] = ReportReader().read(tag_report(epc, 1, -50, 1))
    assert tag.epc == epc


def test_a_field_left_out_has_the_value_of_the_report_before() -> None:
    reader = ReportReader()
    reader.read(tag_report(EPC, 3, -55, 9))
    [tag] = reader.read(param(240, b"\x8d" + bytes.fromhex(EPC)))
    assert (tag.antenna, tag.rssi_dbm, tag.first_us) == (3, -55, 9)


def test_a_damaged_tag_costs_itself_and_unknown_parameters_nothing() -> None:
    reader = ReportReader()
    good = tag_report(EPC, 1, -50, 1)
    empty = param(240, param(241, struct.pack(">H", 96) + b"short"))
    assert [tag.epc for tag in reader.read(param(999, b"new") + empty + good)] == [EPC]
    assert reader.damaged == 1
    assert reader.read(b"") == []


def test_capabilities_are_found_behind_the_name_of_the_firmware() -> None:
    has = m.read_capabilities(status_param(0, "") + param(998, b"") + capabilities(R420))
    assert (has.maker, has.model, has.firmware, has.antennas, has.inputs) == (25882, 2001002, "6.4.1.240", 4, 4)
    assert (has.ro_specs, has.can_hold, has.has_utc, has.hop_table) == (1, True, True, 1)
    assert (has.powers_cdbm[0], len(has.powers_cdbm)) == ((1, 1000), 81)


def test_the_power_asked_for_is_the_next_lower_step_the_reader_has() -> None:
    has = m.read_capabilities(capabilities(R420))
    for asked, index in ((1012, 1), (1025, 2), (0, 81), (900, None)):
        _, spec = m.ro_spec(m.Inventory((1,), asked, 1, 32, 1), has)
        found = p.find(spec[4 + 6 :], [p.AI_SPEC])[0].value
        steps = [struct.unpack(">HHH", transmitter) for transmitter in _transmitters(found)]
        assert steps == ([] if index is None else [(1, 1, index)])


def test_the_id_of_a_rospec_is_made_of_what_it_says() -> None:
    has = m.read_capabilities(capabilities(R420))
    one, again = m.ro_spec(m.Inventory((1,), 0, 1, 32, 1), has), m.ro_spec(m.Inventory((1,), 0, 1, 32, 1), has)
    other = m.ro_spec(m.Inventory((1, 2), 0, 1, 32, 1), has)
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
