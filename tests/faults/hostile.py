"""Hostile input at every door (figure F7): mutations of sound codes, packets, messages and documents.

Whatever comes is data or a refusal of the type that its door names; nothing else is raised, what was read is kept as it
came, and no answer costs more than TIME_LIMIT_MS of processor time.
"""

from __future__ import annotations

import time
from random import Random

from tests.faults.hostile_door import Door, doors
from tests.faults.report import Tally

TIME_LIMIT_MS = 10
ATTEMPT = 50_000  # mutations
ATTEMPTS = 201  # of a campaign of full length: ten million mutations
LENGTH_LIMIT = 10_000  # bytes of one

SPICE = (
    b"\x1d", b"\x1e", b"\x04", b"]C1", b"(10)", b"^", b"\x00", b"\r", b"\n", b"\x1b", b"\xed\xa0\x80", b"\xff\xfe",
    b"\xc0\x80", "\u202e\u0664\u2460".encode(), b"'; DROP TABLE journal; --", b"<script>alert(1)</script>", b"erp/+/#",
    b"../../etc/passwd", b"%s%n{0.__class__}", b"${jndi:ldap://x}", b"9" * 40, b"A" * 300, b"\xff" * 8, b"-1", b"1e999",
    b"NaN", b"null", b"[" * 200, b'{"a":' * 50, b'"', b"true", b"029", b"%41", b"0" * 4000,
)  # fmt: skip


def attempt(seed: int, count: int = ATTEMPT) -> Tally:
    """So many mutations, door by door."""
    random, tally = Random(seed), Tally()
    whole = sum(door.share for door in doors())
    for door in doors():
        for _ in range(count * door.share // whole):
            _one(door, mutated(random, door.seeds), random, tally)
    return tally


def _one(door: Door, data: bytes, random: Random, tally: Tally) -> None:
    tally.tried += 1
    tally.counts[door.name] += 1
    took_ms, error = _timed(door, data, random)
    if error is not None:
        tally.fail(f"{door.name}: {type(error).__name__}: {error} for {data[:300]!r}")
    elif took_ms > TIME_LIMIT_MS:
        took_ms = min(_timed(door, data, random)[0] for _ in range(3))  # the collector's turn is not ours
        if took_ms > TIME_LIMIT_MS:
            tally.fail(f"{door.name}: {took_ms:.0f} ms for {data[:300]!r}")


def _timed(door: Door, data: bytes, random: Random) -> tuple[float, Exception | None]:
    began_s = time.thread_time()
    error: Exception | None = None
    try:
        door.take(data, random)
    except door.refusals:
        pass
    except Exception as unexpected:  # noqa: BLE001 - the finding itself
        error = unexpected
    return 1000 * (time.thread_time() - began_s), error


def mutated(random: Random, seeds: tuple[bytes, ...]) -> bytes:
    """A seed after one to four changes."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 4)):
        change, at = random.randrange(8), random.randrange(len(data) + 1)
        end = min(len(data), at + random.randint(1, 12))
        if change == 0 and at < len(data):
            data[at] = random.randrange(256)
        elif change == 1 and at < len(data):
            data[at] ^= 1 << random.randrange(8)
        elif change == 2:
            del data[at:end]
        elif change == 3:
            data[at:at] = data[at:end] * random.choice((1, 2, 50))
        elif change == 4:
            del data[at:]
        elif change == 5:
            other = random.choice(seeds)
            data[at:] = other[random.randrange(len(other) + 1) :]
        else:
            data[at:at] = random.choice(SPICE)
    return bytes(data[:LENGTH_LIMIT])
