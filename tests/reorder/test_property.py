"""What holds for every rule whatever the numbers are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.model import Rejection
from gateway.quantity import MICRO
from gateway.reorder.bom import Bom, BomLine, WorkOrder
from gateway.reorder.finding import Act, Finding
from gateway.reorder.kind import KINDS, judge, parameters_of
from gateway.reorder.parameter import Sort, spec_of
from gateway.reorder.rounding import OrderSize, order_size
from gateway.reorder.situation import FACTS, Demand, Given, LotAge, OpenSignal, Receipt, Source, Stock
from gateway.reorder.usage import from_days
from tests.reorder.situations import DAY_MS, NOW_MS, RULE, TODAY

SMALL = st.integers(0, 300 * MICRO)
RULES: dict[str, dict[str, Any]] = {
    "below_safety": {"safety_stock": "60"},
    "min_max": {"minimum": "40", "maximum": "90"},
    "fixed_lot": {"reorder_point": "40", "lot": "12"},
    "reorder_point": {"safety_stock": "10"},
    "reorder_point_month": {},
    "reorder_point_deviation": {},
    "reorder_point_lead_time": {},
    "reorder_point_time": {"safety_days": "1"},
    "dynamic_safety": {"safety_stock": "50", "seasons": [{"from": "06-01", "until": "06-30", "factor": "1.5"}]},
    "triangle": {"containers": 3, "container": "10", "lot": "40"},
    "two_bin": {"bin": "40"},
    "vmi": {"owner": "", "minimum": "30", "maximum": "80"},
    "condition": {"order_quantity": "40"},
    "net_requirement": {"safety_stock": "20"},
    "work_order_shortage": {},
    "make_to_order": {},
    "days_of_cover": {"order_days": "10"},
    "item_colour": {"threshold": "50"},
    "demand_surge": {},
    "line_shortage": {"up_to_hours": "30", "warn_hours": "20"},
    "projection": {"safety_stock": "10"},
    "dead_lot": {},
    "unused_item": {},
}
# What says that there is too much, or that something lies unused, fires the sooner the more there is.
TOO_MUCH = {"excess", "dead", "risk"}
# Of these the quantities of the rule and of the item are all there is: no times, deviations or roots.
SCALED = (
    "below_safety", "min_max", "fixed_lot", "triangle", "two_bin", "vmi", "net_requirement",
    "work_order_shortage", "projection", "days_of_cover", "demand_surge",
)  # fmt: skip


@st.composite
def situations(draw: st.DrawFn) -> Given:
    """An item with use, orders on their way, demands, lots and work orders."""
    daily = draw(st.lists(st.integers(0, 40 * MICRO), min_size=30, max_size=30))
    return Given(
        now_ms=NOW_MS,
        rows=(Stock(draw(st.integers(-20 * MICRO, 300 * MICRO))), Stock(draw(SMALL), status="qc")),
        allocation=draw(st.integers(0, 50 * MICRO)),
        coming=tuple(Receipt(quantity, NOW_MS + day * DAY_MS) for day, quantity in
                     draw(st.lists(st.tuples(st.integers(0, 40), SMALL), max_size=2))),
        signals=tuple(OpenSignal(quantity) for quantity in draw(st.lists(SMALL, max_size=1))),
        needed=tuple(Demand(quantity, NOW_MS + day * DAY_MS) for day, quantity in
                     draw(st.lists(st.tuples(st.integers(0, 40), SMALL), max_size=3))),
        history=from_days({TODAY - back - 1: used for back, used in enumerate(daily)}, since_ms=NOW_MS - 99 * DAY_MS),
        offered=(Source("ACME", is_preferred=True, planned_ms=draw(st.integers(0, 9)) * DAY_MS, rounding=MICRO,
                        lead_times_ms=tuple(days * DAY_MS for days in draw(st.lists(st.integers(0, 9), max_size=4)))),),
        lot_ages=(LotAge("L1", draw(SMALL), NOW_MS - draw(st.integers(0, 300)) * DAY_MS),),
        boms={"SET": Bom("SET", MICRO, (BomLine("ITEM", MICRO // 2),))},
        orders=tuple(WorkOrder(f"WO{nth}", "SET", quantity, NOW_MS + nth * DAY_MS, is_for_customer=nth == 2)
                     for nth, quantity in enumerate(draw(st.lists(SMALL, max_size=3)))),
    )  # fmt: skip


def find(kind: str, situation: Given, **more: Any) -> Finding:
    parameters, mistakes = parameters_of(kind, {**RULES[kind], **more})
    assert mistakes == ()
    return judge(kind, parameters, situation, RULE)


def test_every_kind_is_tried() -> None:
    assert sorted(RULES) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=10)
@given(situation=situations())
def test_a_finding_is_whole_and_json_without_floats(kind: str, situation: Given) -> None:
    finding = find(kind, situation)
    json.loads(json.dumps(finding.as_json()), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert finding.kind == kind
    assert finding.why
    assert finding.quantity >= 0
    if finding.fires:
        assert finding.fault is None
        assert all(one.is_true for one in finding.comparisons)
        assert (finding.act is Act.ORDER) == (finding.quantity > 0)
        assert sum(one.quantity for one in finding.shares) == finding.quantity
    else:
        assert (finding.quantity, finding.shares) == (0, ())


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=10)
@given(situation=situations(), more=st.integers(0, 200 * MICRO))
def test_with_more_stock_a_rule_that_does_not_fire_never_starts_to(kind: str, situation: Given, more: int) -> None:
    finding = find(kind, situation)
    richer = find(kind, replace(situation, rows=(*situation.rows, Stock(more))))
    assume(richer.level not in TOO_MUCH)
    if finding.fault is None and not finding.fires:
        assert not richer.fires


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=10)
@given(situation=situations(), more=st.integers(0, 200 * MICRO))
def test_with_more_stock_never_more_is_ordered(kind: str, situation: Given, more: int) -> None:
    richer = replace(situation, rows=(*situation.rows, Stock(more)))
    assert find(kind, richer).quantity <= find(kind, situation).quantity or RULES[kind].get("order_quantity")


@pytest.mark.parametrize(
    "kind", ["min_max", "fixed_lot", "reorder_point", "net_requirement", "work_order_shortage", "vmi"]
)
@settings(max_examples=10)
@given(situation=situations())
def test_what_was_asked_for_is_not_asked_for_again(kind: str, situation: Given) -> None:
    """K7: once the need is an open signal, the same rule rests: ordering raised what there will be above the limit."""
    finding = find(kind, situation)
    if finding.fires:
        asked = replace(situation, signals=(*situation.signals, OpenSignal(finding.quantity)))
        assert not find(kind, asked).fires


@pytest.mark.parametrize("kind", ["net_requirement", "projection", "work_order_shortage", "vmi", "demand_surge"])
@settings(max_examples=5)
@given(situation=situations())
def test_who_takes_off_what_is_coming_says_so(kind: str, situation: Given) -> None:
    """K7: whoever orders by the finding takes it off once more otherwise."""
    finding = find(kind, situation, **({"net_in_transit": False} if kind == "net_requirement" else {}))
    if finding.act is Act.ORDER and finding.fires:
        assert finding.number("in_transit") is not None
        assert finding.number("open_signals") is not None


@pytest.mark.parametrize("kind", SCALED)
@settings(max_examples=10)
@given(situation=situations(), factor=st.sampled_from([2, 10, 1000]))
def test_in_another_unit_the_same_is_decided(kind: str, situation: Given, factor: int) -> None:
    finding = find(kind, situation, rounding="1")
    bigger = find_scaled(kind, situation, factor)
    assert (bigger.fires, bigger.level, bigger.need_ms) == (finding.fires, finding.level, finding.need_ms)
    assert bigger.quantity == finding.quantity * factor


def find_scaled(kind: str, situation: Given, factor: int) -> Finding:
    """With every quantity of the rule and of the item times `factor`, as if the unit were that much smaller."""
    parameters, _ = parameters_of(kind, {**RULES[kind], "rounding": "1"})
    assert parameters is not None
    quantities = {
        name: getattr(parameters, name) * factor
        for name, one in type(parameters).__dataclass_fields__.items() if spec_of(one).sort is Sort.QUANTITY
    }  # fmt: skip
    larger = replace(
        situation,
        rows=tuple(replace(one, quantity=one.quantity * factor) for one in situation.rows),
        allocation=situation.allocation * factor,
        coming=tuple(replace(one, quantity=one.quantity * factor) for one in situation.coming),
        signals=tuple(replace(one, quantity=one.quantity * factor) for one in situation.signals),
        needed=tuple(replace(one, quantity=one.quantity * factor) for one in situation.needed),
        history=replace(situation.history, days=tuple((day, one * factor) for day, one in situation.history.days)),
        boms={"SET": Bom("SET", MICRO, (BomLine("ITEM", MICRO // 2 * factor),))},
    )  # fmt: skip
    return judge(kind, replace(parameters, **quantities), larger, RULE)


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_an_order_is_never_less_than_needed_nor_a_pack_above_it(need: int, least: int, pack: int, most: int) -> None:
    size = OrderSize(least, pack, most)
    quantity = order_size(need, size)
    if need <= 0:
        assert quantity == 0
        return
    assert quantity % max(1, pack) == 0
    if most and quantity <= most and quantity < max(need, least):
        assert quantity + max(1, pack) > most  # as much as the maximum allows
    else:
        assert max(need, least) <= quantity < max(need, least) + max(1, pack)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fact_that_cannot_be_trusted_stops_the_rules_that_need_it(kind: str) -> None:
    assert set(FACTS) >= KINDS[kind].facts
    for fact in FACTS:
        broken = Rejection("UNIT_UNKNOWN", "BAG is no unit of ITEM", "BAG")
        finding = find(kind, Given(now_ms=NOW_MS, faults={fact: broken}))
        assert (finding.fault == broken) == (fact in KINDS[kind].facts)
        assert not (finding.fault and finding.fires)


class Asked(Given):
    """Remembers which facts were asked for."""

    def __getattribute__(self, name: str) -> Any:
        if name in FACTS:
            object.__getattribute__(self, "origins").setdefault("asked", set()).add(name)
        return object.__getattribute__(self, name)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=5)
@given(situation=situations())
def test_a_kind_names_every_fact_that_it_asks_for(kind: str, situation: Given) -> None:
    values = {name: object.__getattribute__(situation, name) for name in Given.__dataclass_fields__}
    asked: dict[str, Any] = {}
    find(kind, Asked(**{**values, "origins": asked}))
    assert asked["asked"]
    assert asked["asked"] <= KINDS[kind].facts


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_numbers_beyond_all_bounds_are_told_and_never_raise(kind: str) -> None:
    huge = 10**24
    for size, past in ((huge, ()), (-huge, (0, 0, 0)), (huge, (10**17, 0, -5)), (-huge, (huge,) * 3)):
        situation = Given(
            now_ms=NOW_MS, rows=(Stock(size),), coming=(Receipt(size, NOW_MS),), needed=(Demand(size, NOW_MS),),
            history=from_days(dict.fromkeys(range(TODAY - 40, TODAY), size)), allocation=size,
            offered=(Source("ACME", planned_ms=10**17, lead_times_ms=past),),
            boms={"SET": Bom("SET", 1, (BomLine("ITEM", huge),))}, orders=(WorkOrder("WO", "SET", size, None),),
        )  # fmt: skip
        finding = find(kind, situation)
        assert not (finding.fires and finding.act is Act.ORDER) or kind == "condition"  # looks at no number itself
