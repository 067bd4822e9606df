"""Hundreds of reads of one tag are one arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers import rfid_presence
from drivers.rfid_presence import Arrival, Presence

A, B = "AA", "BB"


def _presence() -> Presence:
    presence = Presence(min_reads=3, min_rssi_dbm=-62, absent_ms=30_000, settle_ms=5_000)
    presence.look(0)
    return presence


def _read(presence: Presence, at_ms: int, *, epc: str = A, rssi: int | None = -50, reads: int = 1) -> Arrival | None:
    return presence.take(epc, 1, rssi, reads, at_ms)


def test_the_third_read_is_the_arrival_and_the_only_one() -> None:
    presence = _presence()
    found = [_read(presence, 10_000 + 100 * n) for n in range(400)]
    assert [n for n, one in enumerate(found) if one] == [2]
    assert found[2] == Arrival(A, 1, -50, 3, was_there=False)


def test_a_tag_comes_again_only_after_it_was_gone() -> None:
    presence = _presence()
    assert _read(presence, 10_000, reads=3)
    assert presence.tick(39_000) == []
    assert not _read(presence, 39_500, reads=3)
    assert presence.tick(69_501) == [A]
    assert _read(presence, 70_000, reads=3)


def test_a_tag_that_flashes_up_now_and_then_never_arrives() -> None:
    presence = _presence()
    assert not any(_read(presence, 10_000 + 1_500 * n) for n in range(50))


def test_weak_reads_are_of_tags_that_lie_elsewhere() -> None:
    presence = _presence()
    assert not any(_read(presence, 10_000 + 10 * n, rssi=-63) for n in range(100))
    assert _read(presence, 12_000, rssi=None, reads=3), "a reader that tells no strength is believed"


def test_who_is_seen_when_looking_begins_was_there() -> None:
    presence = _presence()
    arrival = _read(presence, 4_000, reads=3)
    assert arrival is not None and arrival.was_there
    later = _read(presence, 6_000, epc=B, reads=3)
    assert later is not None and not later.was_there


def test_a_lost_connection_makes_nobody_leave() -> None:
    presence = _presence()
    _read(presence, 10_000, reads=3)
    presence.look(500_000)
    assert presence.tick(500_100) == []
    assert not _read(presence, 501_000, reads=3)


def test_what_could_not_be_stored_arrives_again() -> None:
    presence = _presence()
    _read(presence, 10_000, reads=3)
    presence.again(A)
    assert _read(presence, 10_100, reads=3)


def test_more_tags_than_can_be_remembered_are_left_out_and_counted() -> None:
    presence = _presence()
    for n in range(rfid_presence.TAGS_LIMIT + 5):
        _read(presence, 10_000, epc=str(n))
    assert presence.overflowed == 5
    presence.tick(20_000)
    assert _read(presence, 20_001, reads=3), "room comes back when tags are gone"


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 20_000), st.integers(1, 4)), max_size=60))
def test_between_two_arrivals_of_a_tag_it_was_gone(reads: list[tuple[str, int, int]]) -> None:
    presence, now, present = _presence(), 10_000, set[str]()
    for epc, gap, count in reads:
        now += gap
        present -= set(presence.tick(now))
        if _read(presence, now, epc=epc, reads=count):
            assert epc not in present
            present.add(epc)
    assert presence.present == len(present)
