"""`kanban-gateway certify`: a loop or an item in shadow mode beside what the ERP did by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.clock import iso_utc
from gateway.errors import GatewayError
from gateway.kanban.mode import LIVE, MODE_FACT, SHADOW, TRAINING
from gateway.kanban.modeswitch import WALK_DUE_FACT
from gateway.kanban.transition import OPEN_NEED
from gateway.master import Item, Loop, MasterDataError
from gateway.quantity import format_quantity
from gateway.reorder.planner import RULES_FACT
from gateway.reorder.rule import Selection
from gateway.reorder.ruledocument import rules_of
from gateway.settings import load_settings
from gateway.store.reader import StoreReader
from gateway.trial.comparison import Row, Terms, compare
from gateway.trial.verdict import NOT_RULED, Condition, Standing, agreed_pct, conditions, counts_of, last_step
from gateway.trial.witness import WORDS, Statement, Subject, Witness

WINDOW_MS = 24 * 3_600_000  # at least; a loop's replenishment time if that is longer
_HEADS = {"both": "both", "apart": "both, but apart", "only_us": "only us", "only_them": "only the ERP"}


@click.command()
@config_option
@json_option
@click.argument("name", metavar="LOOP|ITEM")
@period_options
def certify(config: Path, as_json: bool, name: str, **options: Any) -> None:
    """Compare our signals of a loop or an item with what the ERP did, and say what is missing to go live."""
    settings = load_settings(config)
    period = Period.of(options, settings)
    with reading(settings) as reader:
        subject, terms = _subject(reader, settings.gateway.site, name)
        said = _testimony(reader, subject, period)
        now = _standing(reader, subject)
    rows = compare(said, terms)
    scope = "loop" if subject.loop else "item"
    found = conditions(name, scope, rows, now)
    ready = last_step(name, scope, found, now)
    if as_json:
        click.echo(json.dumps(_document(name, scope, said, rows, found, ready), ensure_ascii=False))
        return
    _tell(name, scope, said, rows, found)
    click.echo(ready)


def _subject(reader: StoreReader, site: str, name: str) -> tuple[Subject, Terms]:
    try:
        if row := reader.master("loops", name):
            loop = Loop.parse(row)
            window_ms = max(WINDOW_MS, loop.replenishment_ms)
            cards = frozenset(reader.cards_in(name))
            terms = Terms(window_ms, loop.replenishment_ms // 2)
            return Subject(site, loop.item, name, _factors(reader, loop.item), cards), terms
        if reader.master("items", name):
            return Subject(site, name, "", _factors(reader, name)), Terms(WINDOW_MS, WINDOW_MS // 2)
    except MasterDataError as error:
        raise GatewayError(str(error)) from error
    raise GatewayError(f"{name!r} is no loop and no item of the master data", hint="check how it is written")


def _factors(reader: StoreReader, item: str) -> dict[str, int]:
    row = reader.master("items", item)
    return {pack.uom: pack.factor for pack in Item.parse(row).packs} if row else {}


def _testimony(reader: StoreReader, subject: Subject, period: Period) -> Statement:
    witness = Witness(subject, from_ms=period.from_ms, to_ms=period.to_ms)
    for event in reader.telling(WORDS):
        if not witness.take(event):
            break
    return witness.said


def _standing(reader: StoreReader, subject: Subject) -> Standing:
    if not subject.loop:
        return Standing(_mode_of_rules(reader, subject.item), "", is_walk_due=False, open_aside=0, tasks=0)
    known = reader.facts(MODE_FACT).get(f"loop/{subject.loop}", {})
    aside = reader.facts("aside")
    cards = {row["card"]: row for row in reader.cards() if row["card"] in subject.cards}
    waiting = sum(
        row["state"] in OPEN_NEED and aside.get(card, {}).get("cycle") == row["cycle"] for card, row in cards.items()
    )
    tasks = sum(task["card"] in subject.cards for task in reader.resolve())
    is_due = subject.loop in reader.facts(WALK_DUE_FACT)
    return Standing(str(known.get("mode", LIVE)), str(known.get("since", "")), is_due, waiting, tasks)


def _mode_of_rules(reader: StoreReader, item: str) -> str:
    """Shadow when a rule for the item still is in it; the rules of a file say so themselves."""
    known = reader.facts(RULES_FACT[0]).get(RULES_FACT[1])
    rules = rules_of(known["document"])[0].rules if known else ()
    modes = {rule.mode for rule in rules if Selection(rule.selection.items).fits(item, "", frozenset())}
    return next((mode for mode in (SHADOW, TRAINING, LIVE) if mode in modes), NOT_RULED)


def _tell(name: str, scope: str, said: Statement, rows: Sequence[Row], found: Sequence[Condition]) -> None:
    span = f" from {_minute(said.first_ms)} to {_minute(said.last_ms)}" if said.last_ms else ""
    click.echo(f"{scope} {name}{span}: {len(said.needs)} needs of ours, {len(said.deeds)} deeds of the ERP")
    for row in rows:
        ours = " + ".join(f"{format_quantity(one.quantity)} {_of(one.cards)}".strip() for one in row.needs) or "-"
        theirs = " + ".join(f"{one.kind} {one.ref}" + _amount(one.quantity) for one in row.deeds) or "-"
        click.echo(f"  {_minute(row.at_ms)}  {_HEADS[row.outcome]:<16} {ours} | {theirs}: {row.why}")
    counts = ", ".join(f"{count} {_HEADS[outcome]}" for outcome, count in counts_of(rows).items())
    agreed = agreed_pct(rows)
    click.echo(counts + ("" if agreed is None else f"; agreed {agreed} %"))
    for one in found:
        click.echo(f"  [{'x' if one.is_met else ' '}] {one.text}" + ("" if one.is_met else f": {one.do}"))


def _of(cards: Sequence[str]) -> str:
    return f"({', '.join(cards)})" if cards else ""


def _amount(quantity: int | None) -> str:
    return "" if quantity is None else f" of {format_quantity(quantity)}"


def _minute(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _document(
    name: str, scope: str, said: Statement, rows: Sequence[Row], found: Sequence[Condition], ready: str
) -> dict[str, Any]:
    return {
        "scope": scope, "name": name, "undone": said.undone, "counts": counts_of(rows), "agreed_pct": agreed_pct(rows),
        "rows": [_row(row) for row in rows],
        "conditions": [{"met": one.is_met, "text": one.text, "do": "" if one.is_met else one.do} for one in found],
        "ready": ready,
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    return {
        "outcome": row.outcome, "why": row.why, "at": iso_utc(row.at_ms),
        "ours": [{"key": one.key, "at": iso_utc(one.at_ms), "qty": format_quantity(one.quantity),
                  "cards": list(one.cards), "sent": one.was_sent} for one in row.needs],
        "theirs": [{"kind": one.kind, "ref": one.ref, "at": iso_utc(one.at_ms),
                    "qty": None if one.quantity is None else format_quantity(one.quantity)} for one in row.deeds],
        "apart_ms": row.apart_ms,
        "apart_qty": None if row.apart_quantity is None else format_quantity(row.apart_quantity),
    }  # fmt: skip
