"""The colour of a loop (K11): every border of red, yellow and green."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kanban.colour import Bin, Colour, LoopColour, colour_of, worst
from gateway.master import Loop

pytestmark = pytest.mark.decision("K11")

PIECE = 1_000_000
HOUR_MS = 3_600_000


def loop(*, demand: str = "40", hours: int = 1, cards: int = 3) -> Loop:
    """40 pieces in a container."""
    return Loop.parse(
        {
            "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": cards, "consumer": "LINE1",
            "source": "STORE", "replenishment_s": hours * 3600, "on_empty": "issue", "on_full": "receipt",
            "demand_per_hour": demand,
        }
    )  # fmt: skip


def full(pieces: int = 40, *, life: str = "ACTIVE", state: str = "FULL") -> Bin:
    return Bin(state, life, pieces * PIECE, 0)


def gone(hours: float | None = 0.0, state: str = "EMPTY", *, life: str = "ACTIVE") -> Bin:
    """Out for so long."""
    return Bin(state, life, 0, None if hours is None else int(hours * HOUR_MS))


def colour(bins: list[Bin], **keys: int | str) -> Colour:
    return colour_of(loop(**keys), bins).colour  # type: ignore[arg-type]


# -- with a demand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "margin", "wanted"),
    [
        (39, -1, Colour.RED),
        (40, 0, Colour.YELLOW),
        (79, 39, Colour.YELLOW),
        (80, 40, Colour.GREEN),
        (120, 80, Colour.GREEN),
    ],
)
def test_full_bins_are_laid_against_the_demand_of_one_replenishment_time(
    pieces: int, margin: int, wanted: Colour
) -> None:
    told = colour_of(loop(), [full(pieces), gone(None)])  # nobody knows when the other one comes
    assert (told.colour, told.margin) == (wanted, margin * PIECE)


def test_a_fraction_too_little_is_too_little() -> None:
    lacking = Bin("FULL", "ACTIVE", 40 * PIECE - 1, 0)
    assert colour([lacking]) is Colour.RED
    assert colour([full(13)], demand="13.000001") is Colour.RED


def test_what_is_left_in_the_bin_in_use_counts() -> None:
    assert colour([full(), full(39, state="IN_USE")]) is Colour.YELLOW
    assert colour([full(), full(40, state="IN_USE")]) is Colour.GREEN


def test_no_bin_left_is_red_even_when_one_is_due_this_moment() -> None:
    assert colour([gone(1.0), gone(1.0)], demand="0.000001") is Colour.RED


def test_an_hour_of_stock_is_not_red_while_the_bins_of_a_long_loop_come_back_one_an_hour() -> None:
    """Line stock of one or two hours is by design: four bins under way, one due every hour."""
    under_way = [gone(0), gone(1), gone(2, "ORDERED"), gone(3, "IN_TRANSIT")]
    assert colour([full(), *under_way], hours=4) is Colour.YELLOW
    assert colour([full(), full(), *under_way], hours=4) is Colour.GREEN


def test_the_tightest_moment_decides_and_not_the_end() -> None:
    just_gone = [gone(0), gone(0), gone(0), gone(0), gone(0)]
    assert colour([full(), *just_gone], hours=4) is Colour.RED  # all of them come, but not before the line is dry


def test_a_bin_that_is_overdue_counts_no_longer() -> None:
    assert colour([full(), gone(0.5)], demand="60") is Colour.YELLOW  # due in half an hour, when 10 are left
    assert colour([full(), gone(1.0)], demand="60") is Colour.YELLOW  # due now
    late = Bin("IN_TRANSIT", "ACTIVE", 0, HOUR_MS + 1)
    assert colour([full(), late], demand="60") is Colour.RED


@pytest.mark.parametrize("state", ["WAIT", "RECEIVED_QC", "ERROR"])
def test_a_bin_that_nobody_brings_does_not_count(state: str) -> None:
    assert colour([full(), gone(0.5, state)], demand="60") is Colour.RED


@pytest.mark.parametrize("life", ["HOLD", "SURPLUS"])
def test_a_card_on_hold_is_used_up_but_not_waited_for(life: str) -> None:
    assert colour([full(80, life=life)]) is Colour.GREEN
    assert colour([full(), gone(0.5, life=life)], demand="60") is Colour.RED


@pytest.mark.parametrize("life", ["NEW", "LOST", "OBSOLETE", "REMOVED", "CLOSED"])
def test_a_card_out_of_circulation_is_no_bin(life: str) -> None:
    told = colour_of(loop(), [full(200, life=life)])
    assert (told.colour, told.full, told.open) == (Colour.RED, 0, 0)


# -- without a demand ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bins", "wanted"),
    [
        ([full(), full(), full()], Colour.GREEN),
        ([full(), full(), gone()], Colour.GREEN),
        ([full(), gone(), gone()], Colour.YELLOW),
        ([full(state="IN_USE"), gone(), gone()], Colour.YELLOW),
        ([full()], Colour.GREEN),  # a loop of one card, and it is there
        ([gone(), gone()], Colour.RED),
        ([full(0, state="IN_USE"), gone()], Colour.RED),
        ([], Colour.RED),
    ],
)
def test_without_a_demand_the_bins_are_counted(bins: list[Bin], wanted: Colour) -> None:
    told = colour_of(loop(demand="0"), bins)
    assert (told.colour, told.margin) == (wanted, None)


def test_the_colour_tells_what_it_was_judged_by() -> None:
    assert colour_of(loop(), [full(), full(20, state="IN_USE"), gone(0.25), full(life="LOST")]) == LoopColour(
        loop="LP-1", item="SCREW-A", colour=Colour.YELLOW, full=2, open=1, cards=3, margin=30 * PIECE
    )


@given(
    ages=st.lists(st.floats(0, 6), max_size=6), filled=st.integers(0, 5), demand=st.integers(0, 90),
    more=st.integers(1, 40),
)  # fmt: skip
def test_more_stock_never_makes_a_loop_worse(ages: list[float], filled: int, demand: int, more: int) -> None:
    order = list(Colour)
    bins = [full() for _ in range(filled)] + [gone(age) for age in ages]
    less = colour(bins, demand=str(demand), hours=4)
    assert order.index(colour([*bins, full(more)], demand=str(demand), hours=4)) <= order.index(less)


def test_the_worst_of_several_loops_is_shown() -> None:
    assert worst([Colour.GREEN, Colour.RED, Colour.YELLOW]) is Colour.RED
    assert worst([Colour.GREEN, Colour.YELLOW]) is Colour.YELLOW
    assert worst([]) is None
