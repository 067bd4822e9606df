"""The audit accepts a day that adds up and names every difference that is planted into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.audit import audit, expected_stock
from firmware_sim.booked import Booked, read_ledger
from firmware_sim.erp.ledger import Ledger
from firmware_sim.plant import SUPERMARKET, Loop, Plant, make_plant
from firmware_sim.truth import Fact
from tests.floor.by_hand import BIRTH, EPOCH, GW, Stream, emptied, filled

CARDS = ("C1", "C2", "C3")
LOOP = Loop("L1", "SCREW", "PCE", Decimal(40), "LINE1", "issue", "transfer", 1, CARDS)
PLANT = Plant(("LINE1",), (LOOP,), {})

DAY: list[Fact] = [
    {"fact": "emptied", "card": "C1", "cycle": 1, "used": "40", "left": "0", "told": "ack", "tries": 1},
    {"fact": "again", "card": "C1", "cycle": 1, "what": "empty", "told": "ack"},
    {"fact": "shipped", "card": "C1", "cycle": 1, "told": "ack"},
    {"fact": "filled", "card": "C1", "cycle": 1, "told": "ack", "op": "badge:P012"},
    {"fact": "emptied", "card": "C2", "cycle": 1, "used": "33", "left": "7", "told": "ack", "tries": 3, "by": "button"},
    {"fact": "filled", "card": "C2", "cycle": 1, "told": "forgotten"},
    {"fact": "emptied", "card": "C2", "cycle": 2, "used": "40", "left": "0", "told": "ack", "tries": 1},
    {"fact": "strange", "kind": "foreign", "text": "K1.P9.C1.1.AA", "told": "nak"},
    {"fact": "killed", "side": "L3-07"},
    {"fact": "received", "sscc": "340123450000000116", "quantity": "24", "told": "ack"},
    {"fact": "received again", "sscc": "340123450000000116", "told": "ack"},
    {"fact": "counted", "item": "WASHER", "place": "SHELF", "quantity": "497", "rounds": 2, "told": "ack"},
    {"fact": "strayed", "item": "WASHER", "place": "SHELF", "quantity": "2"},
    {"fact": "call", "station": "S1", "call": "maintenance", "what": "called", "told": "ack"},
    {"fact": "call", "station": "S1", "call": "maintenance", "what": "called again", "told": "ack"},
    {"fact": "call", "station": "S1", "call": "maintenance", "what": "ended", "told": "ack"},
    {"fact": "call", "station": "S1", "call": "purchasing", "what": "called", "told": "ack"},
]

BOOKED = Booked(
    orders=[
        ("card/P1/C1/1/empty", "40", [("C1", 1)]),
        ("card/P1/C2/1/empty", "33", [("C2", 1)]),
        ("card/P1/C2/2/empty", "40", [("C2", 2)]),
    ],
    cards={"C1": ("FULL", 1), "C2": ("EMPTY", 2)},
    stock={
        ("SCREW", "LINE1"): Decimal(120 - 40 + 40 - 33 + 33 - 40),
        ("SCREW", SUPERMARKET): Decimal(40_000 - 40 - 33),
        ("SEAL", "DOCK"): Decimal(24),
        ("WASHER", "SHELF"): Decimal(497),
    },
    counts=[("WASHER", "SHELF", Decimal(497), None), ("WASHER", "SHELF", Decimal(497), Decimal(-3))],
    events=Counter({
        ("card_emptied", "C1", 1): 1, ("card_shipped", "C1", 1): 1, ("card_filled", "C1", 1): 1,
        ("card_emptied", "C2", 1): 1, ("card_filled", "C2", 1): 1, ("card_emptied", "C2", 2): 1,
    }),
    outcomes=Counter({"applied": 6}),
    pallets=Counter({("340123450000000116", "24"): 1}),
    operators={("card_filled", "C1", 1): "badge:P012"},
    calls=Counter({("S1", "maintenance", "ended"): 1, ("S1", "purchasing", "open"): 1}),
)  # fmt: skip

STATUS: dict[str, Any] = {
    "cards": [
        {"card": "C1", "state": "FULL", "cycle": 1},
        {"card": "C2", "state": "EMPTY", "cycle": 2},
        {"card": "C3", "state": "FULL", "cycle": 0},
    ],
    "stock": [
        {"item": "SCREW", "location": "LINE1", "status": "available", "lot": "", "qty": "80"},
        {"item": "SEAL", "location": "DOCK", "status": "available", "lot": "", "qty": "24"},
        {"item": "WASHER", "location": "SHELF", "status": "available", "lot": "", "qty": "497"},
        {"item": "SCREW", "location": SUPERMARKET, "status": "available", "lot": "", "qty": "39927"},
    ],
}


def test_a_day_that_adds_up_has_no_differences_and_is_counted() -> None:
    report = audit(PLANT, DAY, BOOKED, [STATUS])
    assert report.differences == []
    shown = {name: report.numbers[name] for name in ("bins emptied", "double scans", "forgotten FULLs", "orders")}
    assert shown == {"bins emptied": 3, "double scans": 1, "forgotten FULLs": 1, "orders": 3}
    assert report.numbers["repeated until green"] == 1
    assert report.numbers["kills of L3-07"] == 1


def without_an_order(booked: Booked) -> Booked:
    return replace(booked, orders=booked.orders[1:])


def with_an_order_doubled(booked: Booked) -> Booked:
    return replace(booked, orders=[*booked.orders, ("card/P1/C1/9/empty", "40", [("C1", 1)])])


def with_an_order_nobody_needs(booked: Booked) -> Booked:
    return replace(booked, orders=[*booked.orders, ("card/P1/C3/1/empty", "40", [("C3", 1)])])


def with_a_wrong_quantity(booked: Booked) -> Booked:
    return replace(booked, orders=[booked.orders[0], ("card/P1/C2/1/empty", "40", [("C2", 1)]), booked.orders[2]])


def with_a_wrong_key(booked: Booked) -> Booked:
    return replace(booked, orders=[("card/P1/C1/2/empty", "40", [("C1", 1)]), *booked.orders[1:]])


def with_stock_off_by_one(booked: Booked) -> Booked:
    return replace(booked, stock=booked.stock | {("SCREW", "LINE1"): Decimal(81)})


def with_stock_at_a_place_nobody_knows(booked: Booked) -> Booked:
    return replace(booked, stock=booked.stock | {("SCREW", "MARS"): Decimal(1)})


def with_a_card_in_another_state(booked: Booked) -> Booked:
    return replace(booked, cards=booked.cards | {"C1": ("EMPTY", 1)})


def with_a_card_in_another_cycle(booked: Booked) -> Booked:
    return replace(booked, cards=booked.cards | {"C1": ("FULL", 2)})


def with_a_scan_accepted_twice(booked: Booked) -> Booked:
    return replace(booked, events=booked.events + Counter({("card_shipped", "C1", 1): 1}))


def with_a_scan_lost(booked: Booked) -> Booked:
    return replace(booked, events=booked.events - Counter({("card_shipped", "C1", 1): 1}))


def with_a_call_twice(booked: Booked) -> Booked:
    return replace(booked, calls=booked.calls + Counter({("S1", "purchasing", "open"): 1}))


def with_a_call_that_never_ended(booked: Booked) -> Booked:
    return replace(booked, calls=Counter({("S1", "maintenance", "open"): 1, ("S1", "purchasing", "open"): 1}))


def with_a_pallet_twice(booked: Booked) -> Booked:
    return replace(booked, pallets=booked.pallets + booked.pallets)


def with_a_pallet_of_another_size(booked: Booked) -> Booked:
    return replace(booked, pallets=Counter({("340123450000000116", "12"): 1}))


def with_a_count_believed_at_once(booked: Booked) -> Booked:
    return replace(booked, counts=booked.counts[1:])


def with_a_count_lost(booked: Booked) -> Booked:
    return replace(booked, counts=booked.counts[:1])


def with_the_book_instead_of_the_shelf(booked: Booked) -> Booked:
    return replace(booked, stock=booked.stock | {("WASHER", "SHELF"): Decimal(500)})


def with_somebody_elses_name(booked: Booked) -> Booked:
    return replace(booked, operators={**booked.operators, ("card_filled", "C1", 1): "badge:P011"})


def with_something_that_never_happened(booked: Booked) -> Booked:
    return replace(booked, events=booked.events + Counter({("card_filled", "C3", 1): 1}))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_an_order, "C1 was emptied for the 1. time (ack): 0 orders"),
        (with_an_order_doubled, "C1 was emptied for the 1. time (ack): 2 orders"),
        (with_an_order_nobody_needs, "order for bin C3, cycle 1, which nobody emptied"),
        (with_a_wrong_quantity, "is for 40, expected 33"),
        (with_a_wrong_key, "has the key 'card/P1/C1/2/empty'"),
        (with_stock_off_by_one, "stock of SCREW at LINE1 in the ledger is 81, expected 80"),
        (with_stock_at_a_place_nobody_knows, "stock of SCREW at MARS in the ledger is 1, expected 0"),
        (with_a_card_in_another_state, "card C1 is EMPTY in cycle 1 at the ERP, expected FULL"),
        (with_a_card_in_another_cycle, "card C1 is FULL in cycle 2 at the ERP, expected FULL in cycle 1"),
        (with_a_scan_accepted_twice, "card_shipped of C1, cycle 1 (ack), is in the ledger 2 times"),
        (with_a_scan_lost, "card_shipped of C1, cycle 1 (ack), is in the ledger 0 times"),
        (with_a_pallet_twice, "pallet 340123450000000116 with 24 was received 2 times, expected 1"),
        (with_a_pallet_of_another_size, "pallet 340123450000000116 with 12 was received 1 times, expected 0"),
        (with_a_count_believed_at_once, "a difference of -3 WASHER at SHELF was booked after one count"),
        (with_a_count_lost, "the counts none are booked, expected 497 WASHER at SHELF"),
        (with_the_book_instead_of_the_shelf, "stock of WASHER at SHELF in the ledger is 500, expected 497"),
        (with_somebody_elses_name, "card_filled of C1, cycle 1, is by 'badge:P011', expected 'badge:P012'"),
        (with_a_call_twice, "purchasing was called to S1 and is open at the ERP 2 times, expected 1"),
        (with_a_call_that_never_ended, "maintenance was called to S1 and is ended at the ERP 0 times, expected 1"),
        (with_something_that_never_happened, "card_filled of C3, cycle 1, is in the ledger, but never happened"),
    ],
)
def test_a_planted_difference_is_found(spoil: Callable[[Booked], Booked], words: str) -> None:
    report = audit(PLANT, DAY, spoil(BOOKED))
    assert any(words in difference for difference in report.differences), report.differences
    assert report.numbers["differences"] == len(report.differences)


def test_a_gateway_that_believes_something_else_than_the_ledger_is_found() -> None:
    status = {
        "cards": [{"card": "C1", "state": "EMPTY", "cycle": 1}],
        "stock": [{**STATUS["stock"][0], "qty": "79.5"}, *STATUS["stock"][1:]],
    }
    assert audit(PLANT, DAY, BOOKED, [status]).differences == [
        "card C1 is ('EMPTY', 1) at the gateway and ('FULL', 1) at the ERP",
        "stock of SCREW at LINE1 in the gateway is 79.5, expected 80",
    ]


def test_what_never_came_true_in_a_scene_is_a_difference() -> None:
    day: list[Fact] = [*DAY, {"fact": "stuck", "what": "both gateways run"}]
    assert audit(PLANT, day, BOOKED).differences == ["it never came true that both gateways run"]


def test_a_red_answer_to_a_double_scan_and_a_green_one_to_a_strange_code_are_found() -> None:
    day = [{**fact, "told": {"again": "nak", "strange": "ack"}.get(fact["fact"], fact.get("told"))} for fact in DAY]
    assert audit(PLANT, day, BOOKED).differences == [
        "the second scan of C1, cycle 1, was answered red",
        "the foreign code 'K1.P9.C1.1.AA' was answered green",
    ]


def test_a_scan_that_never_became_green_may_be_missing_but_not_doubled() -> None:
    day = [{**fact, "told": "silence"} if fact["fact"] == "shipped" else fact for fact in DAY]
    assert audit(PLANT, day, with_a_scan_lost(BOOKED)).differences == []
    assert audit(PLANT, day, with_a_scan_accepted_twice(BOOKED)).differences


def test_a_bin_may_wait_for_its_batch_but_a_complete_batch_may_not() -> None:
    loop = replace(LOOP, trigger_point=2)
    plant = Plant(("LINE1",), (loop,), {})
    emptyings = [
        {"fact": "emptied", "card": card, "cycle": 1, "used": "40", "left": "0", "told": "ack", "tries": 1}
        for card in CARDS
    ]
    booked = Booked(
        orders=[],
        cards=dict.fromkeys(CARDS, ("WAIT", 1)),
        stock=expected_stock(plant, emptyings[:1]),
        events=Counter({("card_emptied", card, 1): 1 for card in CARDS}),
        outcomes=Counter(),
    )
    one = replace(booked, cards={"C1": ("WAIT", 1)}, events=Counter({("card_emptied", "C1", 1): 1}))
    assert audit(plant, emptyings[:1], one).differences == []
    assert "3 bins of loop L1 wait, although 2 make a batch" in audit(plant, emptyings, booked).differences


def test_the_ledger_is_read_as_it_was_booked(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.greet(GW, EPOCH, BIRTH, is_online=True)
    ledger.apply([Stream().batch(emptied("C1", 1, qty="2.5"), filled("C1", 1, qty="2.5"))])
    booked = read_ledger(tmp_path / "ledger.db")
    ledger.close()
    assert booked.orders == [("card/P1/C1/1/empty", "2.5", [("C1", 1)])]
    assert booked.cards == {"C1": ("FULL", 1)}
    assert booked.stock == {("SCREW-A", "LINE3"): Decimal(0)}
    assert booked.events == Counter({("card_emptied", "C1", 1): 1, ("card_filled", "C1", 1): 1})


def test_a_plant_is_the_same_for_the_same_seed_and_knows_every_card_of_its_document() -> None:
    plant = make_plant(5)
    assert plant == make_plant(5)
    document = plant.document()
    assert {row["id"] for row in document["cards"]} == set(plant.loop_of)
    assert {row["on_empty"] for row in document["loops"]} >= {"issue", "none"}
    assert {row["on_full"] for row in document["loops"]} == {"transfer", "receipt", "none"}
