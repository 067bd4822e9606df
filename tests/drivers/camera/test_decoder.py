"""The decoder process against hostile files, and its driver against a hostile decoder."""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera.answer import sightings
from drivers.camera.code import SYMBOLOGIES, Sighting
from drivers.camera.decoder import DecoderLostError, DecoderProcess
from drivers.camera.limit import FILE_LIMIT_BYTES, DecoderLimits
from drivers.camera.wire import MESSAGE_LIMIT_BYTES, BrokenMessageError, Inbox, Message, pack
from gateway.clock import SystemClock
from gateway.errors import PermanentDeviceError
from tests.drivers.camera.scene import Scene, label, write_picture


@pytest.fixture(scope="module")
def decoder() -> Iterator[DecoderProcess]:
    with DecoderProcess(DecoderLimits(), SystemClock(), threading.Event()) as process:
        assert process.start()
        yield process


def ask(decoder: DecoderProcess, path: Path) -> Message:
    request = {"do": "file", "path": os.fsencode(path).hex(), "policy": "still", "names": [*SYMBOLOGIES]}
    answer = decoder.ask(request)
    assert answer is not None
    return answer


def png(width: int, height: int, rows: bytes) -> bytes:
    """A grey PNG whose header says so, with whatever rows are given."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bomb.png", png(50_000, 50_000, bytes(1_000_000)), "more pixels than"),
        ("long.png", png(2_000_000_000, 1, b""), ""),
        ("cut.png", png(400, 400, bytes(401 * 400))[:300], ""),
        ("empty.png", b"", "empty"),
        ("text.png", b"no picture at all", "not a picture"),
        ("script.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a picture"),
        ("header.jpg", b"\xff\xd8\xff\xe0" + bytes(500), "not a picture"),
        ("huge.tif", b"II*\x00\x08\x00\x00\x00\xff\xff" + b"\xff" * 4000, ""),
    ],
)
def test_a_hostile_file_is_an_answer_and_the_process_goes_on(
    name: str, data: bytes, said: str, tmp_path: Path, decoder: DecoderProcess
) -> None:
    (tmp_path / name).write_bytes(data)
    answer = ask(decoder, tmp_path / name)
    assert said in answer.get("error", "") and answer.get("codes", []) == []
    good = ask(decoder, write_picture(tmp_path / "good.png", Scene().of(label("GOOD-1"))))
    assert [one["text"] for one in good["codes"]] == ["GOOD-1"]


@pytest.mark.promise("R10")
def test_what_is_no_file_and_what_is_too_large_is_said_without_reading_it(
    tmp_path: Path, decoder: DecoderProcess
) -> None:
    os.mkfifo(tmp_path / "fifo.png")
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(FILE_LIMIT_BYTES + 1)
    assert ask(decoder, tmp_path / "fifo.png")["error"] == "not a file"
    assert ask(decoder, tmp_path)["error"] == "not a file"
    assert ask(decoder, tmp_path / "away.png")["error"] == "cannot be read: No such file or directory"
    assert "expected at most" in ask(decoder, tmp_path / "large.png")["error"]


@pytest.mark.promise("R8")
def test_a_picture_that_needs_more_memory_than_allowed_costs_that_picture_only(tmp_path: Path) -> None:
    rows = (b"\x00" + bytes(7_900)) * 7_900
    (tmp_path / "large.png").write_bytes(png(7_900, 7_900, rows))
    with DecoderProcess(DecoderLimits(memory_mib=220), SystemClock(), threading.Event()) as small:
        assert small.start()
        with pytest.raises(DecoderLostError, match=r"more than 220 MiB|killed by SIG|exit code"):
            ask(small, tmp_path / "large.png")


def test_a_process_that_cannot_start_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.camera.decoder._START", "import a_library_that_is_not_there")
    with (
        DecoderProcess(DecoderLimits(), SystemClock(), threading.Event()) as process,
        pytest.raises(PermanentDeviceError, match="libzbar0"),
    ):
        process.start()


def test_a_stop_ends_the_wait_for_an_answer() -> None:
    stop = threading.Event()
    with DecoderProcess(DecoderLimits(), SystemClock(), stop) as process:
        stop.set()
        assert not process.start()


def test_a_picture_larger_than_needed_is_read_with_corners_in_its_own_pixels(
    tmp_path: Path, decoder: DecoderProcess
) -> None:
    scene = Scene(width=4200, height=3000)
    [one] = ask(decoder, write_picture(tmp_path / "large.png", scene.of(label("LARGE-1", scale=30))))["codes"]
    xs = [x for x, _ in one["corners"]]
    assert one["text"] == "LARGE-1" and abs(sum(xs) / 4 - 2100) < 30


WORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.promise("R10")
@given(st.dictionaries(st.sampled_from(["codes", "text", "symbology", "corners", "data", "agreed"]), WORDS))
def test_an_answer_that_is_none_ends_the_process_and_nothing_else(answer: Message) -> None:
    for message in (answer, {"codes": [answer]}, {"codes": answer}):
        try:
            assert all(isinstance(one, Sighting) for one in sightings(message))
        except DecoderLostError:
            pass


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), max_size=4), st.integers(1, 40))
def test_messages_arrive_whole_in_any_cutting(messages: list[Message], step: int) -> None:
    data, inbox = b"".join(map(pack, messages)), Inbox()
    got = [one for n in range(0, len(data), step) for one in inbox.feed(data[n : n + step])]
    assert got == messages


@pytest.mark.parametrize(
    "data",
    [struct.pack(">I", MESSAGE_LIMIT_BYTES + 1), struct.pack(">I", 3) + b"[1]", struct.pack(">I", 2) + b"{]"],
)
def test_rubbish_on_the_pipe_is_said_to_be_such(data: bytes) -> None:
    with pytest.raises(BrokenMessageError):
        Inbox().feed(data)
