"""What a day was like, in numbers for people; and what a day of full length must have seen."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from firmware_sim.booked import Booked, Turn
from firmware_sim.plant import Plant
from firmware_sim.truth import Fact

FULL_DAY_S = 30.0
_AT_LEAST = {"scans and presses": 150, "double scans": 10, "forgotten FULLs": 3, "links cut": 2, "needs superseded": 2}
_AT_LEAST_ONCE = (
    "strange codes and presses", "old presses delivered again", "pallets received", "pallets driven through the door",
    "stock counts",
    "differences booked", "shift changes", "calls for help", "links stalled", "links slow", "handovers",
    "rules: needs",
)  # fmt: skip


def count(plant: Plant, truth: list[Fact], booked: Booked) -> dict[str, int]:
    """Facts and bookings by what people call them."""
    facts = Counter(fact["fact"] for fact in truth)
    kills = Counter(fact["side"] for fact in truth if fact["fact"] == "killed")
    links = Counter(fact["trouble"] for fact in truth if fact["fact"] == "link")
    answered = [fact for fact in truth if fact["fact"] in ("emptied", "filled", "shipped", "again", "strange")]
    scans = [fact for fact in answered if fact.get("told") != "forgotten"]
    presses = Counter(fact["by"] for fact in scans if "by" in fact)
    return {
        "scans and presses": len(scans),
        "repeated until green": sum(fact.get("tries", 1) > 1 for fact in scans),
        "double scans": facts["again"],
        "strange codes and presses": facts["strange"],
        **{f"presses, {make}": presses[make] for make in dict.fromkeys(plant.buttons.values())},
        "old presses delivered again": facts["redelivered"],
        "pallets received": facts["received"],
        "pallets driven through the door": sum(fact.get("by") in ("door", "hand") for fact in truth) + facts["left"],
        "of these booked by the door": sum(fact.get("by") == "door" for fact in truth) + facts["left"],
        "pallets turned back at the door": facts["turned back"],
        "pallets scanned again": facts["received again"],
        "stock counts": facts["counted"],
        "parts that strayed": sum(int(fact["quantity"]) for fact in truth if fact["fact"] == "strayed"),
        "differences booked": sum(bool(difference) for *_, difference in booked.counts),
        "shift changes": facts["shift"],
        "calls for help": sum(fact["fact"] == "call" and fact["what"] == "called" for fact in truth),
        "partial bins": sum(fact["fact"] == "emptied" and Decimal(fact["left"]) > 0 for fact in truth),
        "bins emptied": facts["emptied"],
        "bins filled": facts["filled"],
        "forgotten FULLs": len(noticed_refills(truth)),
        **{f"kills of {side}": kills[side] for side in (*plant.gateways, "the ERP", "the broker")},
        **{f"links {trouble}": links[trouble] for trouble in ("cut", "stalled", "slow")},
        "handovers": facts["handover"],
        "needs superseded": booked.outcomes["superseded"],
        "orders": len(booked.orders),
        "events in the ledger": sum(booked.outcomes.values()),
    }


def noticed_refills(truth: list[Fact]) -> set[Turn]:
    """Forgotten refills whose bin was emptied again, so that the gateway had to infer them."""
    forgotten = {(fact["card"], fact["cycle"]) for fact in truth if fact.get("told") == "forgotten"}
    emptied = {(fact["card"], fact["cycle"] - 1) for fact in truth if fact["fact"] == "emptied"}
    return forgotten & emptied


def missing(numbers: dict[str, int]) -> list[str]:
    """What a day of full length should have seen and did not."""
    once = [name for name in numbers if name in _AT_LEAST_ONCE or name.startswith(("presses, ", "kills of "))]
    wanted = {**_AT_LEAST, **dict.fromkeys(once, 1)}
    found = {name: numbers[name] for name in wanted}
    return [
        f"{name}: {found[name]}, expected at least {least}" for name, least in wanted.items() if found[name] < least
    ]
