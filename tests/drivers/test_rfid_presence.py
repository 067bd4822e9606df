"""Hundreds of reads of one tag are one arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers import rfid_presence
from drivers.rfid_presence import Arrival, Departure, Presence

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
    assert presence.tick(69_501) == [Departure(A, 1, 30_001)]
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


def test_a_tag_at_the_edge_of_what_the_antenna_hears_neither_goes_nor_comes() -> None:
    presence = Presence(3, -62, 30_000, 5_000, stay_db=6)
    presence.look(0)
    assert _read(presence, 10_000, reads=3)
    for n in range(300):  # five minutes in which somebody stands before it
        assert not _read(presence, 10_000 + 1_000 * n, rssi=-66)
        assert presence.tick(10_000 + 1_000 * n) == []
    assert not _read(presence, 310_000)
    assert [one.epc for one in presence.tick(340_001)] == [A]
    assert not _read(presence, 341_000, rssi=-66, reads=9), "as weak as that nothing comes"


def test_when_all_tags_vanish_at_once_it_is_the_antenna_that_is_gone() -> None:
    presence = _presence()
    for epc in "ABCD":
        _read(presence, 10_000, epc=epc, reads=3)
    assert (presence.tick(60_000), presence.is_deaf) == ([], True)
    _read(presence, 90_000, epc="A")
    assert (presence.tick(90_001), presence.is_deaf) == ([], False)
    for n in range(31):
        _read(presence, 90_000 + 1_000 * n, epc="A")
    assert {one.epc for one in presence.tick(120_001)} == {"B", "C", "D"}, "who does not come back has left"


def test_three_bins_that_are_taken_away_while_others_stay_have_left() -> None:
    presence = _presence()
    for epc in "ABCD":
        _read(presence, 10_000, epc=epc, reads=3)
    for n in range(40):
        _read(presence, 10_000 + 1_000 * n, epc="A")
    assert {one.epc for one in presence.tick(49_000)} == {"B", "C", "D"}


def test_while_the_reference_tag_is_not_read_nobody_is_gone() -> None:
    presence = Presence(3, -62, 30_000, 5_000, reference="FF")
    presence.look(0)
    assert not _read(presence, 10_000, epc="FF", reads=3), "it is no bin"
    assert _read(presence, 10_000, reads=3)
    assert (presence.present, presence.tick(60_000), presence.is_deaf) == (1, [], True)
    _read(presence, 61_000, epc=B, reads=3)
    assert presence.is_deaf, "another tag does not speak for the shelf's antenna"
    _read(presence, 62_000, epc="FF")
    for n in range(40):
        _read(presence, 62_000 + 1_000 * n, epc="FF")
    assert {one.epc for one in presence.tick(101_000)} == {A, B}


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
        present -= {one.epc for one in presence.tick(now)}
        if _read(presence, now, epc=epc, reads=count):
            assert epc not in present
            present.add(epc)
    assert presence.present == len(present)
