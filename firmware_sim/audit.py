"""Compares what physically happened (truth file) with what the ERP booked (ledger) and what the gateways believe.

Each acknowledged emptying must be covered by exactly one order, with its quantity, and have been accepted once;
scanning twice must have ordered nothing; stock and card states must be what the facts add up to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from firmware_sim.booked import Booked, Call, Stock, Turn
from firmware_sim.goods import DOCK, ITEM
from firmware_sim.needs import Need, numbers_of, shortages
from firmware_sim.needs import differences as needs_that_differ
from firmware_sim.plant import SITE, Plant
from firmware_sim.tally import count, noticed_refills
from firmware_sim.truth import Fact

KINDS = {"emptied": "card_emptied", "filled": "card_filled", "shipped": "card_shipped"}
OPEN_STATES = ("WAIT", "EMPTY", "ORDERED", "IN_PROCESS", "IN_TRANSIT")


@dataclass(slots=True)
class Report:
    """Numbers for people, and every difference as a sentence. Equal means: no differences."""

    numbers: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


def audit(
    plant: Plant, truth: list[Fact], booked: Booked, statuses: Sequence[dict[str, Any]] = (),
    asked: Mapping[str, Sequence[Need]] | None = None,
) -> Report:  # fmt: skip
    """`statuses`: each gateway's own view (`kanban-gateway status --json`), compared with the ledger; `asked`: what
    the reorder rules of each gateway asked for, None when nobody looked."""
    report = Report()
    report.numbers = count(plant, truth, booked)
    report.differences += _orders(plant, truth, booked)
    report.differences += _acceptances(truth, booked)
    report.differences += _repeats(truth)
    report.differences += [f"it never came true that {fact['what']}" for fact in truth if fact["fact"] == "stuck"]
    report.differences += _operators(truth, booked)
    report.differences += _calls(truth, booked)
    report.differences += _pallets(truth, booked)
    report.differences += _counts(truth, booked)
    report.differences += _states(plant, truth, booked)
    report.differences += _stock("the ledger", expected_stock(plant, truth), booked.stock)
    for status in statuses:
        gateway = str(status.get("gateway", "the gateway"))
        report.differences += _gateway_cards(booked, status, gateway)
        report.differences += _stock(gateway, booked.stock, gateway_stock(status))
    if asked is not None:
        report.numbers |= numbers_of(asked, booked.rule_orders)
        report.differences += needs_that_differ(asked, booked.rule_orders)
        report.differences += shortages(plant, booked.stock, booked.rule_orders)
    report.numbers["differences"] = len(report.differences)
    return report


def expected_stock(plant: Plant, truth: list[Fact]) -> Stock:
    """Opening balances and the effect of every fact that somebody was told was taken (a refill forgotten counts
    once its bin was emptied again, which is when the gateway learns of it)."""
    stock = dict(plant.opening_stock())
    forgotten: dict[str, Decimal] = {}
    missing: dict[str, Decimal] = {}
    for fact in truth:
        if fact["fact"] in ("received", "left", "delivered"):
            place = (fact.get("item", ITEM), fact.get("place", DOCK))
            sign = -1 if fact["fact"] == "left" else 1
            stock[place] = stock.get(place, Decimal(0)) + sign * Decimal(fact["quantity"])
        elif fact["fact"] == "counted":  # the book is what was counted last, whatever strayed since
            stock[fact["item"], fact["place"]] = Decimal(fact["quantity"])
        card = fact.get("card", "")
        moves: list[tuple[str, Decimal]] = []
        if fact["fact"] == "emptied":
            loop = plant.loop_of[card]
            if card in forgotten:
                moves += loop.brings(forgotten.pop(card))
            moves += loop.takes(Decimal(fact["used"]))
            missing[card] = loop.quantity - Decimal(fact["left"])
        elif fact["fact"] == "filled" and fact["told"] == "forgotten":
            forgotten[card] = missing[card]
        elif fact["fact"] == "filled":
            moves += plant.loop_of[card].brings(missing[card])
        for location, quantity in moves:
            place = (plant.loop_of[card].item, location)
            stock[place] = stock.get(place, Decimal(0)) + quantity
    return stock


def gateway_stock(status: dict[str, Any]) -> Stock:
    """Stock as the gateway reports it, all statuses and lots together."""
    stock: Stock = {}
    for row in status["stock"]:
        place = (row["item"], row["location"])
        stock[place] = stock.get(place, Decimal(0)) + Decimal(row["qty"])
    return stock


def _orders(plant: Plant, truth: list[Fact], booked: Booked) -> list[str]:
    """Exactly one order for each acknowledged emptying; only the bins of an incomplete batch may still wait."""
    differences = []
    orders: Counter[Turn] = Counter(turn for _, _, turns in booked.orders for turn in turns)
    emptied = {(fact["card"], fact["cycle"]): fact for fact in truth if fact["fact"] == "emptied"}
    waiting: Counter[str] = Counter()
    for turn, fact in emptied.items():
        loop = plant.loop_of[turn[0]]
        count = orders.pop(turn, 0)
        if count == 0 and booked.cards.get(turn[0]) == ("WAIT", turn[1]):
            waiting[loop.id] += 1
        elif count != 1 and (fact["told"] == "ack" or count > 1):
            differences.append(
                f"bin {turn[0]} was emptied for the {turn[1]}. time ({fact['told']}): {count} orders, expected 1"
            )
    differences += [f"an order for bin {card}, cycle {cycle}, which nobody emptied" for card, cycle in orders]
    for loop in plant.loops:
        if waiting[loop.id] >= loop.trigger_point:
            differences.append(
                f"{waiting[loop.id]} bins of loop {loop.id} wait, although {loop.trigger_point} make a batch"
            )
    for key, quantity, turns in booked.orders:
        known = [turn for turn in turns if turn in emptied]
        wanted = sum(
            (plant.loop_of[card].quantity - Decimal(emptied[card, n]["left"]) for card, n in known), Decimal(0)
        )
        if known and Decimal(quantity) != wanted:
            differences.append(f"order {key} is for {quantity}, expected {wanted}")
        if len(turns) == 1 and plant.loop_of[turns[0][0]].trigger_point == 1:
            card, cycle = turns[0]
            if key != f"card/{SITE}/{card}/{cycle}/empty":
                differences.append(f"the order for bin {card}, cycle {cycle}, has the key {key!r}")
    return differences


def _acceptances(truth: list[Fact], booked: Booked) -> list[str]:
    """Each thing somebody was told was taken is in the ledger once, and nothing else is."""
    differences = []
    told: dict[tuple[str, str, int], str] = {}
    for fact in truth:
        if fact["fact"] in KINDS:
            told[KINDS[fact["fact"]], fact["card"], fact["cycle"]] = fact["told"]
    inferred = {("card_filled", *turn) for turn in noticed_refills(truth)}
    for what, answer in told.items():
        count = booked.events[what]
        is_expected = answer == "ack" or what in inferred
        if count > 1 or (is_expected and count == 0) or (answer == "forgotten" and not is_expected and count):
            differences.append(f"{what[0]} of {what[1]}, cycle {what[2]} ({answer}), is in the ledger {count} times")
    known = set(KINDS.values())
    differences += [
        f"{kind} of {card}, cycle {cycle}, is in the ledger, but never happened"
        for kind, card, cycle in booked.events
        if kind in known and (kind, card, cycle) not in told
    ]
    return differences


def _repeats(truth: list[Fact]) -> list[str]:
    """A second scan is greeted as already done (or not at all, in a kill); a strange code never."""
    differences = [
        f"the second scan of {fact['card']}, cycle {fact['cycle']}, was answered red"
        for fact in truth
        if fact["fact"] == "again" and fact["told"] == "nak"
    ]
    differences += [
        f"the {fact['kind']} code {fact['text']!r} was answered green"
        for fact in truth
        if fact["fact"] == "strange" and fact["told"] == "ack"
    ]
    return differences


def _operators(truth: list[Fact], booked: Booked) -> list[str]:
    """What was scanned bears the name of who was signed in, and a press nobody's (K14)."""
    differences = []
    for fact in truth:
        if fact["fact"] in KINDS and fact["told"] == "ack" and "op" in fact:
            what = (KINDS[fact["fact"]], fact["card"], fact["cycle"])
            if booked.operators.get(what, fact["op"]) != fact["op"]:
                by = booked.operators[what]
                differences.append(f"{what[0]} of {what[1]}, cycle {what[2]}, is by {by!r}, expected {fact['op']!r}")
    return differences


def _calls(truth: list[Fact], booked: Booked) -> list[str]:
    """Each call for help reached the ERP once, however often the button was pressed, and ended there if it did."""
    expected: list[Call] = []
    for fact in truth:
        if fact["fact"] == "call" and fact["what"] != "called again":
            place = (fact["station"], fact["call"])
            if fact["what"] == "ended":
                expected.remove((*place, "open"))
            expected.append((*place, "ended" if fact["what"] == "ended" else "open"))
    wanted = Counter(expected)
    return [
        f"{call} was called to {station} and is {state} at the ERP {booked.calls[station, call, state]} times, "
        f"expected {wanted[station, call, state]}"
        for station, call, state in sorted(wanted.keys() | booked.calls.keys())
        if wanted[station, call, state] != booked.calls[station, call, state]
    ]


def _pallets(truth: list[Fact], booked: Booked) -> list[str]:
    """Each pallet was received once, with what it held, however often it was scanned or driven; shipped if it left."""
    differences = []
    for what, said, found in (("received", "received", booked.pallets), ("left", "shipped", booked.shipped)):
        wanted = Counter((fact["sscc"], fact["quantity"]) for fact in truth if fact["fact"] == what)
        differences += [
            f"pallet {number} with {quantity} was {said} {found[number, quantity]} times, "
            f"expected {wanted[number, quantity]}"
            for number, quantity in sorted(wanted.keys() | found.keys())
            if wanted[number, quantity] != found[number, quantity]
        ]
    return differences


def _counts(truth: list[Fact], booked: Booked) -> list[str]:
    """What was counted is booked as it was counted, and no difference was believed before a second count found it."""
    differences = []
    for number, (item, place, quantity, difference) in enumerate(booked.counts):
        earlier = booked.counts[:number][-1:]
        if difference and (item, place, quantity, None) not in earlier:
            differences.append(f"a difference of {difference} {item} at {place} was booked after one count")
    told = [(one["item"], one["place"], Decimal(one["quantity"])) for one in truth if one["fact"] == "counted"]
    believed = [count[:3] for count in booked.counts if count[3] is not None]
    if list(dict.fromkeys(told)) != list(dict.fromkeys(believed)):
        differences.append(f"the counts {_listed(believed)} are booked, expected {_listed(told)}")
    return differences


def _listed(counts: list[tuple[str, str, Decimal]]) -> str:
    return ", ".join(f"{quantity} {item} at {place}" for item, place, quantity in dict.fromkeys(counts)) or "none"


def _states(plant: Plant, truth: list[Fact], booked: Booked) -> list[str]:
    """Each card at the ERP stands where the last thing somebody was told left it."""
    expected: dict[str, tuple[tuple[str, ...], int]] = dict.fromkeys(plant.loop_of, (("FULL",), 0))
    for fact in truth:
        if fact.get("told") != "ack" or fact["fact"] not in ("emptied", "shipped", "filled"):
            continue
        states = {"emptied": OPEN_STATES, "shipped": ("IN_TRANSIT",), "filled": ("FULL",)}[fact["fact"]]
        expected[fact["card"]] = (states, fact["cycle"])
    differences = []
    for card, (states, cycle) in expected.items():
        state, at_cycle = booked.cards.get(card, ("FULL", 0))
        if state not in states or at_cycle != cycle:
            wanted = f"{' or '.join(states)} in cycle {cycle}"
            differences.append(f"card {card} is {state} in cycle {at_cycle} at the ERP, expected {wanted}")
    return differences


def _stock(whose: str, expected: Stock, got: Stock) -> list[str]:
    places = sorted(expected.keys() | got.keys())
    zero = Decimal(0)
    return [
        f"stock of {item} at {location} in {whose} is {got.get((item, location), zero)}, "
        f"expected {expected.get((item, location), zero)}"
        for item, location in places
        if got.get((item, location), zero) != expected.get((item, location), zero)
    ]


def _gateway_cards(booked: Booked, status: dict[str, Any], gateway: str) -> list[str]:
    differences = []
    for row in status["cards"]:
        here = (row["state"], row["cycle"])
        there = booked.cards.get(row["card"], ("FULL", 0))
        if here != there:
            differences.append(f"card {row['card']} is {here} at {gateway} and {there} at the ERP")
    return differences
