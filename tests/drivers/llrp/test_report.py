"""Tag reports of any reader: in one go or parameter by parameter they say the same."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.llrp.report import ReportReader
from drivers.rfid_clock import ReaderClock
from firmware_sim.llrp_wire import param
from gateway.tag import TagRead
from tests.drivers.llrp.wire import report

EPC = "3376451FD40C0E400000162E"
UTC_US = 1_700_000_000_000_000
NOW_MS = 50_000


def _reader(*, learns: bool = True) -> ReportReader:
    clock = ReaderClock()
    clock.set(UTC_US, NOW_MS)
    return ReportReader(clock, learns=learns)


def _tv(kind: int, layout: str, value: int) -> bytes:
    return struct.pack(">B" + layout, kind | 0x80, value)


def _impinj(subtype: int, layout: str, value: int) -> bytes:
    return param(1023, struct.pack(">II" + layout, 25882, subtype, value))


def test_a_report_has_epc_antenna_strength_count_and_times_of_this_gateway() -> None:
    reader = _reader()
    for _ in range(2):  # learnt, then by the layout
        [read] = reader.read(report(EPC, 2, -48, UTC_US + 3_000_000), NOW_MS + 4000)
        assert read == TagRead(EPC, 2, -4800, 1, NOW_MS + 3000, NOW_MS + 3000, 7)


def test_impinjs_own_parameters_give_phase_and_a_finer_rssi() -> None:
    reader = _reader()
    fine = report(EPC, 1, -50, UTC_US)[4:] + _impinj(56, "H", 4095) + _impinj(57, "h", -5025)
    for _ in range(2):
        [read] = reader.read(param(240, fine), NOW_MS)
        assert (read.rssi_cdbm, read.phase) == (-5025, 4095)


@pytest.mark.parametrize("epc", ["30", "3066C4409047E140075BCD15AAAA", "F90095201234567891235"])
def test_an_epc_of_any_length_in_bits_is_read(epc: str) -> None:
    reader = _reader()
    for _ in range(2):
        [read] = reader.read(report(epc, 1, -50, UTC_US), NOW_MS)
        assert read.epc == epc


def test_a_field_left_out_has_the_value_of_the_report_before() -> None:
    reader = _reader()
    for rssi_dbm in (-40, -55):  # the second one by the layout
        reader.read(report(EPC, 3, rssi_dbm, UTC_US + 9000), NOW_MS + 20)
    [read] = reader.read(param(240, b"\x8d" + bytes.fromhex(EPC)), NOW_MS + 20)
    assert (read.antenna, read.rssi_cdbm, read.first_ms) == (3, -5500, NOW_MS + 9)


def test_a_reader_without_a_clock_tells_how_long_it_has_run() -> None:
    clock = ReaderClock()
    clock.set(4_000_000, NOW_MS)
    reader = ReportReader(clock)
    value = b"\x8d" + bytes.fromhex(EPC) + _tv(1, "H", 1) + _tv(6, "b", -50) + _tv(7, "H", 1)
    value += _tv(3, "Q", 5_000_000) + _tv(5, "Q", 5_200_000) + _tv(8, "H", 4)
    for _ in range(2):
        [read] = reader.read(param(240, value), NOW_MS + 3000)
        assert (read.first_ms, read.last_ms, read.count) == (NOW_MS + 1000, NOW_MS + 1200, 4)


@pytest.mark.promise("R3")
def test_a_damaged_tag_costs_itself_and_unknown_parameters_nothing() -> None:
    reader = _reader()
    good = report(EPC, 1, -50, UTC_US)
    empty = param(240, param(241, struct.pack(">H", 96) + b"short"))
    reads = reader.read(param(999, b"new") + _tv(1, "H", 1) + empty + good + b"\x00\xf0\x7f\xff", NOW_MS)
    assert [read.epc for read in reads] == [EPC]
    assert reader.damaged == 2, "the one without its EPC, and the end that nothing can be made of"
    assert reader.read(b"", NOW_MS) == []


TIMES = st.sampled_from([(2, 4), (3, 5), (2, 5), (2,), ()])
FIELDS: dict[int, str] = {1: "H", 6: "b", 7: "H", 8: "H", 9: "I", 14: "H"}


@st.composite
def _reports(draw: Callable[..., int]) -> bytes:
    """One TagReportData: any choice and order of parameters, whole or damaged."""
    chosen = draw(st.sampled_from([(1, 6, 7, 8), (8, 7, 6, 1, 9), (1, 6), (14, 1, 6, 7, 8)]))
    parts = [_tv(kind, FIELDS[kind], draw(st.integers(0, 100))) for kind in chosen]  # type: ignore[attr-defined]
    parts += [_tv(kind, "Q", UTC_US + draw(st.integers(0, 10**7))) for kind in draw(TIMES)]  # type: ignore[attr-defined]
    if draw(st.booleans()):
        parts += [_impinj(56, "H", draw(st.integers(0, 65_535))), _impinj(57, "h", draw(st.integers(-9000, 0)))]
    if draw(st.booleans()):
        parts.append(param(draw(st.sampled_from([999, 1023])), bytes(10)))
    name: bytes = draw(st.sampled_from([b"\x8d" + bytes(range(12)), param(241, b"\x00\x60" + bytes(range(12))),
                                        param(241, b"\x00\x1e\xaa\xbb\xcc\xdd"), b""]))  # type: ignore[assignment]  # fmt: skip
    found = bytearray(param(240, name + b"".join(parts)))
    if draw(st.integers(0, 5)) == 0:
        found[draw(st.integers(0, len(found) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(found)


@pytest.mark.figure("F13")
@given(st.lists(st.lists(st.sampled_from(range(6)), min_size=1, max_size=4), max_size=12),
       st.lists(_reports(), min_size=6, max_size=6))  # fmt: skip
def test_a_report_read_in_one_go_says_what_it_says_parameter_by_parameter(
    bodies: list[list[int]], reports: list[bytes]
) -> None:
    quick, slow = _reader(), _reader(learns=False)
    for n, chosen in enumerate(bodies):
        body, now_ms = b"".join(reports[one] for one in chosen), NOW_MS + 1000 * n
        assert quick.read(body, now_ms) == slow.read(body, now_ms)
    assert quick.damaged == slow.damaged
