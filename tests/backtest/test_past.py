"""Which rules hold where and when: loaded while the period runs, given by master data that change, on a schedule."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from gateway.backtest.past import Epoch, pasts_of, phases_of
from gateway.backtest.recorder import Recording
from gateway.backtest.result import Assumption, run
from gateway.backtest.ticker import Ticker
from gateway.quantity import MICRO
from gateway.reorder.planner import RULES_FACT
from gateway.reorder.rule import RuleSet, Schedule
from gateway.reorder.ruledocument import rules_of
from gateway.reorder.working_time import Calendar
from gateway.timeline import DAY_MS
from tests.backtest.script import ITEM, PLACE, START_MS, STORE, Script

UTC = ZoneInfo("UTC")
LOT = {"id": "lot", "kind": "fixed_lot", "reorder_point": 20, "lot": 50}


def rules(*rows: dict[str, Any], version: int = 1) -> RuleSet:
    found, faults = rules_of({"rule": list(rows)}, version=version)
    assert faults == []
    return found


def masters(script: Script, day: float, dataset: str, *rows: dict[str, Any]) -> None:
    script.add(day, "masterdata_changed", md={"dataset": dataset, "version": 1, "set": list(rows), "del": []})


def plant() -> Script:
    script = Script()
    masters(script, 0, "items", {"id": ITEM, "uom": "PCE"})
    script.opening("100", day=0.1)
    return script


def lived(script: Script, new: RuleSet, days: int = 40) -> list[tuple[float, int]]:
    """(day, quantity) of every signal under the new rules, with ten used each noon and two days to deliver."""
    for day in range(1, days):
        script.use(day + 0.5, "10")
    script.events.sort(key=lambda event: event["w"])
    for number, event in enumerate(script.events, 1):
        event["seq"] = number
    recording: Recording = script.record()
    phases = phases_of([Epoch(0, new)], pasts_of(recording.masters, recording.from_ms), [PLACE], UTC, with_shadow=True)
    stocks = run(recording, {}, phases, Assumption(1, UTC, 2 * DAY_MS)).stocks
    signals = [one for stock in stocks for one in stock.new.signals]
    return [((one.at_ms - START_MS) / DAY_MS, one.quantity // MICRO) for one in signals]


def test_parameters_of_the_master_data_hold_from_the_day_they_came() -> None:
    script = plant()
    masters(script, 20, "order_points", {"id": "P", "item": ITEM, "location": STORE, "lot": "100"})
    told = lived(script, rules(LOT))
    assert {quantity for day, quantity in told if day < 20} == {50}
    assert {quantity for day, quantity in told if day > 20} == {100}


def test_what_the_master_data_block_is_not_ordered_from_then_on() -> None:
    script = plant()
    masters(script, 20, "order_points", {"id": "P", "item": ITEM, "location": STORE, "blocked": True})
    days = [day for day, _ in lived(script, rules(LOT))]
    assert days and max(days) < 20


def test_the_pack_of_a_source_rounds_the_orders() -> None:
    script = plant()
    masters(script, 0, "sources", {"id": "S", "item": ITEM, "supplier": "V1", "pack": "60"})
    assert {quantity for _, quantity in lived(script, rules(LOT))} == {60}


def test_a_rule_on_a_schedule_is_judged_at_its_times_only() -> None:
    told = lived(plant(), rules({**LOT, "at": ["06:00"]}))
    assert told and {day % 1 for day, _ in told} == {0.25}
    quick = lived(plant(), rules(LOT))
    assert quick[0][0] == 8.5 and told[0][0] == 9.25  # at 20 since the noon before


def test_a_condition_and_a_limit_of_one_order_hold_in_the_simulation_too() -> None:
    assert lived(plant(), rules({**LOT, "when": "on_hand < 0"}))[0][0] > 10
    assert lived(plant(), rules({**LOT, "max_quantity": 40})) == []


def test_what_is_not_played_again_is_said_when_a_rule_asks_for_it() -> None:
    script = plant()
    part = {"line": "1", "item": ITEM, "quantity": "4", "uom": "PCE"}
    masters(script, 1, "work_orders", {"id": "WO-1", "item": "BIKE", "components": [part]})
    script.use(2, "10")
    recording = script.record()
    for new, asked in ((LOT, {"reservations"}), ({**LOT, "stock": "on_hand"}, set())):
        phases = phases_of([Epoch(0, rules(new))], pasts_of(recording.masters, 0), [PLACE], UTC, with_shadow=True)
        [stock] = run(recording, {}, phases, Assumption(1, UTC, 2 * DAY_MS)).stocks
        assert stock.new.asked == asked


def test_a_rule_in_training_is_not_judged_and_one_in_shadow_as_if_it_were_live() -> None:
    assert lived(plant(), rules({**LOT, "mode": "training"})) == []
    assert lived(plant(), rules({**LOT, "mode": "shadow"})) == lived(plant(), rules(LOT))


def test_the_rules_so_far_are_those_that_were_loaded_when_they_were_loaded() -> None:
    script = plant()
    for day, row in ((2, LOT), (20, {**LOT, "lot": 90})):
        fact = {"version": day, "hash": "", "name": "", "document": {"rule": [row]}}
        script.add(day, "rules_loaded", facts=[[*RULES_FACT, fact]])
    for day in range(1, 40):
        script.use(day + 0.5, "10")
    script.events.sort(key=lambda event: event["w"])
    recording = script.record()
    epochs = [Epoch(0, None)] + [Epoch(one.at_ms, rules_of(one.document)[0]) for one in recording.rules]
    phases = phases_of(epochs, pasts_of(recording.masters, recording.from_ms), [PLACE], UTC, with_shadow=False)
    assert [len(one.rules) for one in phases[PLACE]] == [0, 1, 1]
    [stock] = run(recording, phases, {}, Assumption(1, UTC, 2 * DAY_MS)).stocks
    quantities = [(one.at_ms > START_MS + 20 * DAY_MS, one.quantity // MICRO) for one in stock.old.signals]
    assert set(quantities) == {(False, 50), (True, 90)}


def test_rules_that_were_over_when_a_stock_began_order_nothing() -> None:
    script = Script()
    masters(script, 0, "items", {"id": ITEM, "uom": "PCE"})
    for day, row in ((1, {**LOT, "reorder_point": 5000}), (2, LOT)):
        fact = {"version": day, "hash": "", "name": "", "document": {"rule": [row]}}
        script.add(day, "rules_loaded", facts=[[*RULES_FACT, fact]])
    script.opening("100", day=5)
    script.use(6, "10")
    script.end(7)
    recording = script.record()
    epochs = [Epoch(one.at_ms, rules_of(one.document)[0]) for one in recording.rules]
    phases = phases_of(epochs, pasts_of(recording.masters, recording.from_ms), [PLACE], UTC, with_shadow=False)
    [stock] = run(recording, phases, {}, Assumption(1, UTC, 2 * DAY_MS)).stocks
    assert stock.old.signals == ()


def test_ticks_follow_the_plants_clock_its_working_days_and_even_spans() -> None:
    berlin = Calendar(zone=ZoneInfo("Europe/Berlin"), week=(True,) * 5 + (False,) * 2)
    friday = START_MS + 0 * DAY_MS  # 1 January 2027
    tick = Ticker(Schedule(at_min=(360,)), berlin).after
    first = tick(friday)
    assert (first - START_MS) / 3_600_000 == 5  # six o'clock there
    assert (tick(first) - first) == 3 * DAY_MS  # Monday
    every = Ticker(Schedule(every_ms=3_600_000), berlin).after
    assert every(friday + 1) == friday + 3_600_000 == every(friday)
