"""Sizing a loop: the simulated service against counting by hand, and a proposal that keeps what it promises."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backtest.cards import Batching, released, serve
from gateway.backtest.proposal import notes, propose
from gateway.backtest.turning import TurningRecorder
from gateway.errors import GatewayError
from gateway.master import Loop
from gateway.model import Action
from gateway.quantity import MICRO
from gateway.timeline import HOUR_MS
from tests.kanban.floor import LINE, LOOP, Floor

ONE = Batching()


@pytest.mark.parametrize(("every_h", "back_h", "cards"), [(1, 3.5, 5), (2, 1.5, 2), (1, 1, 2), (4, 12.5, 5)])
def test_with_a_steady_line_and_steady_refills_the_textbook_number_serves_always(
    every_h: float, back_h: float, cards: int
) -> None:
    """One bin in use and floor(L / interval) + (1 if it does not come on the dot) more: Oracle's D*L/S + 1."""
    bins = [round(n * every_h * HOUR_MS) for n in range(200)]
    service = serve(bins, [round(back_h * HOUR_MS)], ONE, seed=1, loop="LP-1")
    assert service.of(cards) == 100.0
    assert service.of(cards - 1) < 10
    assert service.cards_for(99) == cards


def test_a_loop_that_gathers_cards_needs_more_of_them() -> None:
    bins = [n * HOUR_MS for n in range(300)]
    alone, batch = (serve(bins, [HOUR_MS], Batching(point), seed=1, loop="L").cards_for(99) for point in (1, 4))
    assert (alone, batch) == (2, 5)
    assert released([0, 10, 20, 500], Batching(3, 100)) == [20, 20, 20, None]
    assert released([0, 10, 500], Batching(3, 100)) == [100, 100, None]


@given(
    st.lists(st.integers(0, 5 * HOUR_MS), min_size=5, max_size=80),
    st.lists(st.integers(1, 20 * HOUR_MS), min_size=1, max_size=6),
    st.integers(1, 3), st.sampled_from([90, 95, 98, 99]),
)  # fmt: skip
def test_the_proposed_number_is_the_fewest_that_serves_as_wanted(
    gaps: list[int], fills: list[int], point: int, wanted: int
) -> None:
    service = serve(list(accumulate(gaps)), fills, Batching(point), seed=3, loop="L")
    cards = service.cards_for(wanted)
    assert service.of(cards) >= wanted - 0.005
    assert cards == 1 or 100 * sum(service.away[: cards - 1]) < wanted * service.needs
    assert sum(service.away) == service.needs


def turned(bins: int, *, seed: int = 5, **loop: Any) -> tuple[Floor, Loop]:
    """A loop that was really worked with: bins emptied at random, filled one to five hours later."""
    floor, luck = Floor(cards=8, **loop), Random(seed)
    due: list[tuple[float, str]] = []
    now, cards = 0.0, [f"C{n}" for n in range(1, 9)]
    for number in range(bins):
        until = now + luck.uniform(0.5, 1.5)
        while due and due[0][0] <= until:
            at, card = due.pop(0)
            floor.wait((at - now) * 3600)
            now = at
            floor.fill(card)
            cards.append(card)
        floor.wait((until - now) * 3600)
        now = until
        card = cards.pop(0)
        floor.empty(card)
        if number == 3:
            floor.scan(card, LINE, Action.UNDO)
            floor.empty(card)
        due.append((now + luck.uniform(1, 5), card))
        due.sort()
    return floor, Loop.parse({**LOOP, **loop})


def recorded(floor: Floor) -> TurningRecorder:
    journal = [{**body, "seq": seq} for seq, body in enumerate(floor.view.journal, 1)]
    recorder = TurningRecorder("LP-1", lambda event: next((one for one in journal if one["id"] == event), None))
    for body in journal:
        if body["t"] in ("card_emptied", "card_opened", "quantity_withdrawn", "card_filled", "card_undone"):
            recorder.take(body)
    return recorder


def test_a_loop_that_was_worked_with_is_sized_by_its_own_record() -> None:
    floor, loop = turned(60)
    turning = recorded(floor).turning
    told = [body["t"] for body in floor.view.journal]
    assert told.count("card_undone") == 1
    assert turning.total() == (told.count("card_emptied") - 1) * 40 * MICRO  # the undone emptying is none
    assert len(turning.fills_ms) >= 40
    found = propose(loop, turning, 95, 1)
    assert found.service.of(found.cards) >= 95 > found.service.of(found.cards - 1)
    assert found.neighbours == [found.cards - 1, found.cards, found.cards + 1]
    assert {one.name for one in found.formulas} >= {"classic", "SAP", "Oracle", "statistical"}
    oracle = next(one for one in found.formulas if one.name == "Oracle")
    assert abs(oracle.cards - found.cards) <= 2
    assert notes(found) == []


def test_the_proposal_keeps_its_promise_with_other_luck() -> None:
    floor, loop = turned(120)
    turning = recorded(floor).turning
    cards = propose(loop, turning, 95, 1).cards
    served = [propose(loop, turning, 95, seed).service.of(cards) for seed in range(2, 6)]
    assert min(served) > 90


def test_shadow_counts_and_training_does_not() -> None:
    floor = Floor()
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "shadow"})
    floor.empty("C1")
    floor.wait(3600)
    floor.instruct("mode.set", {"scope": "loop", "name": "LP-1", "mode": "training"})
    floor.empty("C2")
    assert recorded(floor).turning.total() == 40 * MICRO


def test_withdrawals_of_parts_add_up_to_bins() -> None:
    floor = Floor(cards=3)
    for quantity in ("10", "25", "30", "40"):
        floor.scan("C1", LINE, Action.WITHDRAW, quantity=quantity)
        floor.wait(600)
    turning = recorded(floor).turning
    assert turning.total() == 105 * MICRO
    assert len(turning.bins(40 * MICRO)) == 2


def test_too_little_is_said_and_not_guessed() -> None:
    floor, loop = turned(1)
    with pytest.raises(GatewayError, match="nothing can be said of it"):
        propose(loop, recorded(floor).turning, 95, 1)


def test_what_makes_a_proposal_doubtful_is_noted() -> None:
    floor, loop = turned(5, demand_per_hour="400", trigger_point=1)
    found = propose(loop, recorded(floor).turning, 95, 1)
    assert any("only 5 bins" in one for one in notes(found))
    assert any("the master data say 400 an hour" in one for one in notes(found))
