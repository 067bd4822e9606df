"""How many cards: every formula by hand, and where they must agree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.kanban.loopcheck import classic_cards
from gateway.master import Loop as KanbanLoop
from gateway.quantity import format_quantity
from gateway.reorder.heijunka import levelled, pitch_ms
from gateway.reorder.sizing import Loop, classic, oracle, sap, sap_quantity, sizes, statistical, triangle, two_bin
from tests.reorder.situations import HOUR_MS, units

# 40 an hour, 3 hours to replenish, 50 in a container: 120 are used meanwhile, 2.4 containers
LOOP = Loop(units(40), 3 * HOUR_MS, units(50))


def test_the_formulas_by_hand() -> None:
    assert classic(LOOP).cards == 3
    assert classic(Loop(units(40), 3 * HOUR_MS, units(50), alpha=300_000)).cards == 4  # 3.12
    assert sap(LOOP).cards == 4
    assert sap(Loop(units(40), 3 * HOUR_MS, units(50), safety_factor=1_500_000, constant=2)).cards == 6  # 3.6 + 2
    assert sap_quantity(LOOP).quantity == units(40)  # three of them carry the 120
    assert oracle(LOOP).cards == 4
    assert two_bin(Loop(units(40), 3 * HOUR_MS, units(50), safety_stock=units(30))).quantity == units(150)


def test_statistics_add_safety_and_the_interval_between_two_lots() -> None:
    loop = Loop(units(40), 4 * HOUR_MS, units(50), deviation=units(10), z=1_644_900, every_ms=2 * HOUR_MS)
    assert statistical(loop).cards == 6  # (160 + 32.898 + 80) / 50 = 5.46


def test_a_triangle_stands_where_the_lead_time_is_covered() -> None:
    size = triangle(Loop(units(40), 3 * HOUR_MS, units(50), safety_stock=units(40), every_ms=8 * HOUR_MS))
    assert "card at 4 containers" in size.numbers
    assert (size.cards, size.quantity) == (1, units(320))


def test_without_demand_or_container_there_is_nothing_to_size() -> None:
    assert sizes(Loop(0, HOUR_MS, units(50))) == ()
    assert sizes(Loop(-units(1), HOUR_MS, units(50))) == ()
    assert sizes(Loop(units(40), HOUR_MS, 0)) == ()
    assert len(sizes(LOOP)) == 7


@given(st.integers(1, 10**9), st.integers(0, 10**6), st.integers(1, 10**9))
def test_the_classic_number_is_the_one_that_loops_are_checked_by(demand: int, seconds: int, container: int) -> None:
    loop = KanbanLoop.parse({
        "id": "L", "item": "I", "quantity": format_quantity(container), "uom": "PCE", "consumer": "A", "source": "B",
        "replenishment_s": seconds, "demand_per_hour": format_quantity(demand), "on_empty": "none", "on_full": "none",
    })  # fmt: skip
    assert classic(Loop(demand, seconds * 1000, container)).cards == classic_cards(loop)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_more_demand_never_needs_less(demand: int, time_ms: int, container: int) -> None:
    for less, more in zip(
        sizes(Loop(demand, time_ms, container)), sizes(Loop(demand * 2, time_ms, container)), strict=True
    ):
        if less.name != "SAP quantity":
            assert (less.cards, less.quantity) <= (more.cards, more.quantity)


def test_a_pitch_is_the_working_time_of_one_pack() -> None:
    assert pitch_ms(8 * HOUR_MS, 24) == 20 * 60_000
    assert pitch_ms(8 * HOUR_MS, 0) is None


def test_packs_are_mixed_evenly() -> None:
    assert levelled({"A": 4, "B": 2, "C": 2}) == ("A", "B", "C", "A", "A", "B", "C", "A")
    assert levelled({"A": 0, "B": -3}) == ()


@given(st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 20), min_size=1))
def test_every_pack_is_made_once_and_none_lies_far_from_its_share(packs: dict[str, int]) -> None:
    plan = levelled(packs)
    assert {name: plan.count(name) for name in packs} == packs
    for name, count in packs.items():
        for made in range(1, len(plan) + 1):
            assert abs(plan[:made].count(name) - made * count / len(plan)) < len(packs)
