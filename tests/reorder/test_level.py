"""Levels: below safety, (s,S), (R,Q); each fires exactly at its own edge."""

from __future__ import annotations

import json

import pytest

from gateway.reorder.finding import Unit, Way
from gateway.reorder.situation import OpenSignal, Receipt, Source, Stock
from tests.reorder.situations import RULE, found, held, units


def test_v5_stock_at_the_threshold_is_not_below_it_and_one_less_is() -> None:
    assert not found("below_safety", held(180), safety_stock=180, order_quantity=200).fires
    below = found("below_safety", held(179), safety_stock=180, order_quantity=200)
    assert below.fires
    assert below.quantity == units(200)


def test_without_an_order_quantity_what_is_missing_is_ordered() -> None:
    assert found("below_safety", held(179), safety_stock=180).quantity == units(1)


def test_a_minimum_fires_at_the_minimum_and_fills_up_to_the_maximum() -> None:
    assert not found("min_max", held(21), minimum=20, maximum=100).fires
    assert found("min_max", held(20), minimum=20, maximum=100).quantity == units(80)


def test_what_is_coming_and_what_was_asked_for_counts_in_the_position() -> None:
    coming = held(20, coming=(Receipt(units(30), None),), signals=(OpenSignal(units(10)),), allocation=units(5))
    finding = found("min_max", coming, minimum=55, maximum=100)
    assert finding.number("position") == units(55)
    assert finding.quantity == units(45)


@pytest.mark.parametrize(("stock", "lots"), [(41, 0), (40, 1), (31, 1), (30, 2), (-10, 6)])
def test_as_many_lots_as_bring_the_position_above_the_reorder_point(stock: int, lots: int) -> None:
    finding = found("fixed_lot", held(stock), reorder_point=40, lot=10)
    assert finding.number("lots") == lots
    assert finding.quantity == units(10 * lots)


def test_stock_in_inspection_cannot_be_used() -> None:
    situation = held(100, location="WH9")
    mixed = type(situation)(now_ms=situation.now_ms, rows=(Stock(units(100), status="qc"), Stock(units(3))))
    assert found("below_safety", mixed, safety_stock=10).number("on_hand") == units(3)


def test_a_finding_names_the_origin_of_each_number_and_is_json_without_floats() -> None:
    situation = held("2.5", offered=(Source("ACME", Way.PURCHASE, is_preferred=True),))
    finding = found("below_safety", situation, safety_stock=10)
    told = json.loads(json.dumps(finding.as_json()), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert told["numbers"][0] == {"name": "on_hand", "value": "2.5", "unit": "micro", "origin": "stock WH1"}
    assert told["comparisons"][0]["right"]["origin"] == RULE
    assert told["quantity"] == "8"  # whole units, up
    assert told["shares"][0]["source"] == "ACME"
    assert finding.comparisons[0].left.unit is Unit.MICRO


def test_a_maximum_below_the_minimum_is_a_finding_that_says_so() -> None:
    finding = found("min_max", held(5), minimum=20, maximum=10)
    assert not finding.fires
    assert finding.fault is not None
    assert finding.fault.code == "MIN_ABOVE_MAX"
