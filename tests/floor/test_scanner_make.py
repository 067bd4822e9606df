"""The simulated makes: words are found however the bytes are cut, and obeyed as the manuals say."""

from __future__ import annotations

import pytest

from firmware_sim.scanner_make import DATALOGIC, HONEYWELL, ZEBRA, HostWords, Make


@pytest.mark.parametrize(
    ("make", "data", "words", "rubbish"),
    [
        (ZEBRA, b"\x06\x07\x15", [b"\x06", b"\x07", b"\x15"], b""),
        (HONEYWELL, b"\x1b7,\x1b8,", [b"\x1b7,", b"\x1b8,"], b""),
        (HONEYWELL, b"\x1b7\x1b8,", [b"\x1b8,"], b"\x1b7"),  # without its comma it is no command
        (DATALOGIC, b"x\x06FE", [b"\x06", b"F", b"E"], b"x"),
    ],
)
def test_host_bytes_are_cut_into_words(make: Make, data: bytes, words: list[bytes], rubbish: bytes) -> None:
    whole, single = HostWords(make), HostWords(make)
    assert whole.feed(data) == words
    assert [word for n in range(len(data)) for word in single.feed(data[n : n + 1])] == words
    assert (bytes(whole.rubbish), bytes(single.rubbish)) == (rubbish, rubbish)
