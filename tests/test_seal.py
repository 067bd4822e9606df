"""Sealed files: what was put in comes out, and anything else is a clear error."""

from __future__ import annotations

import io

import pytest

from gateway import seal as module
from gateway.seal import CHUNK_BYTES, SealError, seal, unseal

WORDS = "four words are enough"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least work that a file may ask for."""
    monkeypatch.setattr(module, "_COST", 2**14)


def sealed(lines: list[bytes]) -> bytes:
    file = io.BytesIO()
    assert seal(lines, WORDS, file) == len(lines)
    return file.getvalue()


def opened(content: bytes, passphrase: str = WORDS) -> list[bytes]:
    return list(unseal(io.BytesIO(content), passphrase))


LONG = [b"%d " % n + b"x" * 30_000 + b"\n" for n in range(7)]
EXACT = [b"y" * (CHUNK_BYTES - 1) + b"\n"]


@pytest.mark.parametrize("lines", [[], [b"one\n"], LONG, EXACT, EXACT * 2], ids=["none", "one", "long", "exact", "two"])
def test_lines_come_out_as_they_went_in(lines: list[bytes]) -> None:
    content = sealed(lines)
    assert opened(content) == [line[:-1] for line in lines]
    assert not lines or lines[0][:20] not in content


def test_the_same_lines_are_sealed_differently_each_time() -> None:
    assert sealed([b"one\n"]) != sealed([b"one\n"])


def test_a_wrong_passphrase_is_told_as_that() -> None:
    with pytest.raises(SealError, match="passphrase is not the one"):
        opened(sealed([b"one\n"]), "four words are enougH")


def test_a_flipped_bit_anywhere_is_noticed() -> None:
    content = sealed(LONG)
    step = len(content) // 40
    for place in range(0, len(content), step):
        flipped = bytearray(content)
        flipped[place] ^= 0x20
        with pytest.raises(SealError):
            opened(bytes(flipped))


@pytest.mark.parametrize("kept", [0, 5, 9, 60, 250, 300, CHUNK_BYTES, 2 * CHUNK_BYTES, -1, -16])
def test_a_file_that_was_cut_off_is_noticed(kept: int) -> None:
    with pytest.raises(SealError):
        opened(sealed(LONG)[:kept])


def test_a_file_that_ends_after_a_whole_chunk_is_cut_off_too() -> None:
    content = sealed(LONG)
    head = content.index(b"}\n") + 2
    with pytest.raises(SealError, match="cut off at chunk 0"):
        opened(content[: head + 4 + CHUNK_BYTES + 16])


def test_chunks_cannot_change_places() -> None:
    content = sealed(EXACT * 3)
    head, size = content.index(b"}\n") + 2, 4 + CHUNK_BYTES + 16
    first, second = content[head : head + size], content[head + size : head + 2 * size]
    with pytest.raises(SealError, match="chunk 0"):
        opened(content[:head] + second + first + content[head + 2 * size :])


@pytest.mark.parametrize("cost", ["1", "1048576", "65537", "-2", '"65536"', "null", "1e9"])
def test_a_file_cannot_ask_for_more_work_than_is_reasonable(cost: str) -> None:
    content = sealed([b"one\n"]).replace(b'"n": 16384', b'"n": ' + cost.encode())
    with pytest.raises(SealError, match="head of the sealed file"):
        opened(content)


NO_FILES = [b"", b"PK\x03\x04", b"KGWSEAL1\n", b"KGWSEAL1\n[]\n", b"KGWSEAL1\n{}\n", b"\xff" * 3000]


@pytest.mark.parametrize("content", NO_FILES)
def test_what_is_no_sealed_file_is_told(content: bytes) -> None:
    with pytest.raises(SealError, match=r"no sealed file|head of the sealed file"):
        opened(content)


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 2000])
def test_a_passphrase_that_keeps_nobody_out_is_refused(passphrase: str) -> None:
    with pytest.raises(SealError, match="expected 12 to 1024"):
        seal([], passphrase, io.BytesIO())
