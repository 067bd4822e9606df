"""What holds for any passage: order within a millisecond, one posting, no posting without a direction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Status
from gateway.passage import BACK, DIRECTIONS, IN, OUT, UNKNOWN, Closed, Passage
from gateway.portal.direction import Vote, majority
from gateway.portal.rules import Layout, Rules
from gateway.portal.tracker import Tracker
from gateway.tag import TagRead
from tests.portal.gate import CASES, Gate, made
from tests.portal.scene import ANTENNAS, READER, sgtin, sscc

EPCS = (sscc(1), sgtin(1), sgtin(2))
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

a_read = st.tuples(
    st.sampled_from(EPCS), st.sampled_from([1, 3]), st.integers(-7000, -4000), st.integers(1, 3), st.integers(0, 9)
)


def passed(rows: list[tuple[str, int, int, int, int]]) -> tuple[list[str], list[Passage]]:
    """Kinds of news and passages of these reads, 100 ms apart by their last number, given in this order."""
    tracker = Tracker(Layout("P1", ANTENNAS))
    news: list[Any] = tracker.tick(1_000_000)
    for epc, antenna, rssi, count, step in rows:
        at_ms = 1_000_000 + 100 * step
        news += tracker.take(READER, [TagRead(epc, antenna, rssi, count, at_ms, at_ms)], at_ms)
    news += tracker.tick(1_010_000)
    news += tracker.tick(1_040_000)
    ended = [passage for one in news if isinstance(one, Closed) for passage in one.passages]
    return [type(one).__name__ for one in news], [replace(one, tags=by_epc(one.tags)) for one in ended]


def by_epc(tags: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(tags, key=lambda one: one.epc))


@QUICK
@given(st.lists(a_read, min_size=20, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_reads_within_one_millisecond_does_not_matter(rows: list[Any], lots: Any) -> None:
    rows.sort(key=lambda row: row[4])
    mixed = list(rows)
    lots.shuffle(mixed)
    mixed.sort(key=lambda row: row[4])
    assert passed(mixed) == passed(rows)


@QUICK
@given(st.lists(a_read, max_size=60))
def test_every_opening_has_one_end_and_its_reads_are_counted(rows: list[Any]) -> None:
    rows.sort(key=lambda row: row[4])
    kinds, ended = passed(rows)
    assert kinds == ["Opened", "Closed"] * (len(kinds) // 2)
    assert sum(one.reads for one in ended) <= sum(row[3] for row in rows)
    assert all(one.direction in (*DIRECTIONS, UNKNOWN) for one in ended)


votes = st.lists(st.builds(Vote, st.sampled_from(["", IN, OUT, BACK]), st.integers(0, 8000), st.just("centroid")))


@given(votes, st.integers(51, 100))
def test_no_direction_has_less_than_the_share_it_needs(given_votes: list[Vote], vote_pct: int) -> None:
    verdict = majority(given_votes, "", Rules(vote_pct=vote_pct))
    total = sum(one.weight for one in given_votes if one.direction)
    if verdict.direction != UNKNOWN:
        mine = sum(one.weight for one in given_votes if one.direction == verdict.direction)
        assert mine * 100 >= vote_pct * total > 0


@given(votes)
def test_a_direction_turned_round_is_the_other_one(given_votes: list[Vote]) -> None:
    opposite = {IN: OUT, OUT: IN}
    mirrored = [replace(one, direction=opposite.get(one.direction, one.direction)) for one in given_votes]
    direction = majority(given_votes, "", Rules()).direction
    assert majority(mirrored, "", Rules()).direction == opposite.get(direction, direction)


passages = st.lists(
    st.tuples(
        st.sampled_from([IN, OUT, BACK, UNKNOWN]),
        st.sampled_from([(sscc(1), *CASES), (sscc(1), *CASES[:4]), CASES, ()]),
        st.sampled_from(["", "dock-1: overflow"]), st.sampled_from([5, 200]), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@QUICK
@given(passages)
def test_stock_is_what_passages_with_a_direction_left_of_one_pallet_however_often_each_is_told(rows: list[Any]) -> None:
    gate = Gate()
    for direction, epcs, incomplete, after_s, again in rows:
        gate.wait(after_s)
        passage = made(epcs, direction, id=gate.open(), incomplete=incomplete)
        before = len(gate.booked())
        verdict = gate.close(passage).verdict
        if incomplete or direction not in (IN, OUT):
            assert len(gate.booked()) == before
        assert len(gate.booked()) <= before + 1
        if again:
            assert gate.close(passage).verdict.status is Status.ALREADY
            assert len(gate.booked()) <= before + 1
        assert verdict.status is not Status.FAILED
    assert gate.stock_of("SCREW").get("DOCK/available", "0") in ("0", "240")
    assert gate.view.fact_rows.keys().isdisjoint({kind for kind in gate.view.fact_rows if kind[0] == "passage"})
