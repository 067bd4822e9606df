"""What it would take to go live: conditions that are met or not, each with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.kanban.mode import LIVE, SHADOW
from gateway.trial.comparison import APART, BOTH, ONLY_THEM, ONLY_US, Row

NEEDS_WANTED = 10  # fewer say little
NOT_RULED = "none"  # the mode of an item that no rule in force is for
AGREED_PCT = 95  # of all rows that are not still open


@dataclass(frozen=True, slots=True)
class Standing:
    """How the subject stands now."""

    mode: str
    since: str
    is_walk_due: bool
    open_aside: int  # needs that are open and that the ERP never heard of
    tasks: int  # of the resolve list


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so before going live."""

    is_met: bool
    text: str
    do: str = ""  # what to do when it is not met


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows of each outcome."""
    return {outcome: sum(row.outcome == outcome for row in rows) for outcome in (BOTH, APART, ONLY_US, ONLY_THEM)}


def agreed_pct(rows: Sequence[Row]) -> float | None:
    """Share of rows in which both did something, however far apart; None without rows."""
    counts = counts_of(rows)
    return round(100 * (counts[BOTH] + counts[APART]) / len(rows), 1) if rows else None


def conditions(name: str, scope: str, rows: Sequence[Row], now: Standing) -> list[Condition]:
    """In the order in which one would see to them."""
    if now.mode == LIVE:
        return [Condition(True, f"{scope} {name} is live" + (f" since {now.since}" if now.since else ""))]
    if now.mode == NOT_RULED:
        return [Condition(False, f"no rule in force is for {name}", "kanban-gateway rules load FILE")]
    needs = sum(len(row.needs) for row in rows)
    agreed = agreed_pct(rows)
    counts = counts_of(rows)
    found = [
        Condition(now.mode == SHADOW, f"it works in {now.mode}", switch(name, scope, SHADOW)),
        Condition(needs >= NEEDS_WANTED, f"{needs} needs were compared", f"go on until there are {NEEDS_WANTED}"),
        Condition(
            agreed is not None and agreed >= AGREED_PCT,
            f"both did something in {0.0 if agreed is None else agreed} % of {len(rows)} cases",
            f"find out why: {counts[ONLY_US]} only us, {counts[ONLY_THEM]} only the ERP; {AGREED_PCT} % are wanted",
        ),
        Condition(not now.tasks, f"{now.tasks} tasks wait for a person", "kanban-gateway resolve list"),
    ]
    if scope == "loop":
        walk = f"kanban-gateway walk {name} --station STATION, scan every card, then --finish"
        walked = "not walked since it is in shadow" if now.is_walk_due else "walked"
        found.append(Condition(not now.is_walk_due, f"the loop was {walked}", walk))
    return found


def last_step(name: str, scope: str, found: Sequence[Condition], now: Standing) -> str:
    """What takes it live once all conditions are met, or what is missing."""
    if now.mode == LIVE:
        card = f", or a supervisor scans MODE-SHADOW/{name}" if scope == "loop" else ""
        return f"Back to shadow: {switch(name, scope, SHADOW)}{card}."
    if missing := sum(not one.is_met for one in found):
        return f"Not ready: {missing} of {len(found)} conditions are missing."
    signal = f" --signal-open ({now.open_aside} needs are open that the ERP never heard of)" if now.open_aside else ""
    card = f", or a supervisor scans MODE-LIVE/{name}" if scope == "loop" else ""
    return f"Ready: {switch(name, scope, LIVE)}{signal}{card}."


def switch(name: str, scope: str, mode: str) -> str:
    """What sets the mode: a command for a loop, the rule file for the rules of an item."""
    if scope == "loop":
        return f"kanban-gateway mode set loop {name} {mode}"
    return f'mode = "{mode}" in the rules for {name}, then kanban-gateway rules load FILE'
