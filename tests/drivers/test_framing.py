"""Framing: any chunking of the same bytes gives the same frames, and nothing grows without end."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.framing import KEPT_BYTES, Frame, FrameFault, Framer, FrameRule

GOLDEN = Path(__file__).parent.parent / "golden" / "serial"
STX_ETX = FrameRule(suffixes=(b"\x03",), prefix=b"\x02")


def frames_of(rule: FrameRule, *chunks: bytes) -> list[Frame]:
    framer = Framer(rule)
    return [frame for n, chunk in enumerate(chunks) for frame in framer.feed(chunk, n)]


def singly(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\n\r"])
def test_by_default_a_frame_ends_with_cr_or_lf_or_both(ending: bytes) -> None:
    assert frames_of(FrameRule(), b"CARD1" + ending + b"CARD2" + ending) == [Frame(b"CARD1"), Frame(b"CARD2")]


def test_one_byte_at_a_time_gives_the_same_frames_as_one_chunk() -> None:
    data = b"\x02]C0A\x03\x02B\r\n\x03noise\x02C\x03"
    assert frames_of(STX_ETX, *singly(data)) == frames_of(STX_ETX, data)


def test_a_suffix_cut_in_two_is_still_a_suffix() -> None:
    rule = FrameRule(suffixes=(b"\r\n",))
    assert frames_of(rule, b"A\r", b"\nB\r", b"\n") == [Frame(b"A"), Frame(b"B")]


def test_a_lone_cr_belongs_to_the_data_when_the_suffix_is_crlf() -> None:
    assert frames_of(FrameRule(suffixes=(b"\r\n",)), b"A\rB\r\n") == [Frame(b"A\rB")]


def test_of_two_suffixes_that_end_together_the_longer_one_is_removed() -> None:
    assert frames_of(FrameRule(suffixes=(b"\n", b"\r\n")), b"A\r\nB\n") == [Frame(b"A"), Frame(b"B")]


def test_a_suffix_that_hides_another_is_refused() -> None:
    with pytest.raises(ValueError, match="would always end the frame first"):
        FrameRule(suffixes=(b"\r", b"\r\n"))


def test_an_aim_identifier_is_moved_out_of_the_data() -> None:
    assert frames_of(FrameRule(), b"]d2ABC\r]C\r]\r]C1\r") == [Frame(b"ABC", "]d2"), Frame(b"]C"), Frame(b"]")]


def test_an_aim_identifier_stays_when_the_device_is_known_to_send_none() -> None:
    assert frames_of(FrameRule(strips_aim=False), b"]d2ABC\r") == [Frame(b"]d2ABC")]


def test_between_stx_and_etx_stands_the_frame_and_around_it_nothing() -> None:
    assert frames_of(STX_ETX, b"\x02A\x03\r\n\x02B\x03") == [Frame(b"A"), Frame(b"B")]


def test_a_frame_that_broke_off_before_the_next_stx_is_visible_and_never_merged() -> None:
    assert frames_of(STX_ETX, b"\x02KB00\x02KB01\x03") == [
        Frame(b"\x02KB00", fault=FrameFault.BROKEN_OFF, length=5),
        Frame(b"KB01"),
    ]


def test_a_frame_without_its_prefix_is_a_visible_fault() -> None:
    assert frames_of(FrameRule(prefix=b"S:"), b"S:A\rB\r") == [
        Frame(b"A"),
        Frame(b"B", fault=FrameFault.NO_PREFIX, length=1),
    ]


def test_silence_ends_a_frame_of_a_scanner_without_suffix() -> None:
    framer = Framer(FrameRule(gap_ms=50))
    assert framer.feed(b"AB", 1000) == []
    assert framer.deadline_ms == 1050
    assert framer.expire(1049) == []
    assert framer.expire(1050) == [Frame(b"AB")]
    assert framer.deadline_ms is None


def test_every_further_byte_moves_the_deadline() -> None:
    framer = Framer(FrameRule(gap_ms=50))
    framer.feed(b"A", 0)
    framer.feed(b"B", 40)
    assert framer.expire(89) == []
    assert framer.expire(90) == [Frame(b"AB")]


def test_silence_before_a_required_suffix_is_damage() -> None:
    framer = Framer(FrameRule(is_suffix_required=True))
    framer.feed(b"KB00", 0)
    assert framer.expire(100) == [Frame(b"KB00", fault=FrameFault.BROKEN_OFF, length=4)]
    assert framer.feed(b"KB01\r", 101) == [Frame(b"KB01")]


def test_an_aborted_frame_is_never_joined_with_later_bytes() -> None:
    framer = Framer(FrameRule())
    framer.feed(b"KB00", 0)
    assert framer.abort() == [Frame(b"KB00", fault=FrameFault.BROKEN_OFF, length=4)]
    assert framer.feed(b"01\r", 1) == [Frame(b"01")]
    assert framer.abort() == []


def test_a_megabyte_is_one_fault_with_its_length_and_the_next_frame_is_whole() -> None:
    framer = Framer(FrameRule())
    for n in range(256):
        assert framer.feed(b"x" * 4096, n) == []
        assert len(framer._buffer) <= 4096
    assert framer.feed(b"\rKB01\r", 300) == [
        Frame(b"x" * KEPT_BYTES, fault=FrameFault.TOO_LONG, length=1 << 20),
        Frame(b"KB01"),
    ]


def test_an_over_long_frame_without_suffix_ends_with_silence() -> None:
    framer = Framer(FrameRule(limit_bytes=10))
    framer.feed(b"x" * 100, 0)
    assert framer.deadline_ms == 100
    assert framer.expire(100) == [Frame(b"x" * 100, fault=FrameFault.TOO_LONG, length=100)]
    assert framer.deadline_ms is None


def test_a_frame_of_exactly_the_limit_is_good() -> None:
    rule = FrameRule(suffixes=(b"\r\n",), limit_bytes=10)
    assert frames_of(rule, b"x" * 10 + b"\r\n") == [Frame(b"x" * 10)]
    assert frames_of(rule, b"x" * 11 + b"\r\n") == [Frame(b"x" * 11, fault=FrameFault.TOO_LONG, length=11)]


SOUP = st.lists(
    st.sampled_from([b"A", b"]", b"]C1", b"\r", b"\n", b"\r\n", b"\x02", b"\x03", b"\x00", b"\x1d", b"\xff", b"x" * 9]),
    max_size=40,
).map(b"".join)
RULES = st.sampled_from(
    [
        FrameRule(limit_bytes=20),
        FrameRule(suffixes=(b"\r\n",), limit_bytes=8),
        FrameRule(suffixes=(b"\n", b"\r\n", b"A\x03"), limit_bytes=1),
        FrameRule(suffixes=(b"\x03",), prefix=b"\x02", limit_bytes=12),
        FrameRule(suffixes=(), limit_bytes=5),
    ]
)


@given(rule=RULES, data=SOUP, cuts=st.lists(st.integers(0, 400), max_size=8), ends_with_silence=st.booleans())
@example(
    rule=FrameRule(suffixes=(b"\r\n",), limit_bytes=8), data=b"x" * 400 + b"\r\n", cuts=[1, 300], ends_with_silence=True
)
def test_any_chunking_of_the_same_bytes_gives_the_same_frames(
    rule: FrameRule, data: bytes, cuts: list[int], ends_with_silence: bool
) -> None:
    marks = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunkings = [[data], singly(data), [data[a:b] for a, b in pairwise(marks)]]
    results = []
    for chunks in chunkings:
        framer = Framer(rule)
        frames = [frame for chunk in chunks for frame in framer.feed(chunk, 0)]
        results.append(frames + (framer.expire(10_000) if ends_with_silence else framer.abort()))
    assert results[0] == results[1] == results[2]


@given(rule=RULES, data=SOUP)
def test_every_byte_that_means_something_is_in_some_frame(rule: FrameRule, data: bytes) -> None:
    framer = Framer(rule)
    frames = framer.feed(data, 0) + framer.abort()
    visible = sum(frame.data.count(b"x") if frame.fault is None else frame.length for frame in frames)
    assert visible >= data.count(b"x")
    assert all(len(frame.data) <= max(rule.limit_bytes, KEPT_BYTES) for frame in frames)


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_recorded_bytes_give_the_recorded_frames(case: Path) -> None:
    wanted = json.loads(case.read_text())
    rule = FrameRule(
        suffixes=tuple(suffix.encode("latin-1") for suffix in wanted["suffixes"]),
        prefix=wanted["prefix"].encode("latin-1"),
    )
    framer = Framer(rule)
    frames = framer.feed(case.with_suffix(".bin").read_bytes(), 0) + framer.expire(10_000)
    assert [
        {"data": f.data.decode("latin-1"), "aim": f.aim, "fault": f.fault and f.fault.value} for f in frames
    ] == wanted["frames"]
