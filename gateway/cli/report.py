"""`kanban-gateway report`: figures out of the journal, each as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import click

from gateway.backtest.recorder import WORDS as STOCK_WORDS
from gateway.backtest.recorder import Recorder
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.clock import SystemClock
from gateway.kanban.refused import REFUSED
from gateway.master import Loop
from gateway.report import accuracy, age, delivery, reconcile
from gateway.report.answer import Answer
from gateway.report.turns import turns
from gateway.settings import load_settings
from gateway.store.reader import StoreReader
from gateway.systemd import boot_id

Ask = Callable[[StoreReader, Period], Answer]


class _Listener(Protocol):
    def take(self, event: dict[str, Any]) -> bool: ...


def _hear(reader: StoreReader, listener: _Listener, words: Sequence[str]) -> None:
    for event in reader.telling(words):
        if not listener.take(event):
            break


def _turns(reader: StoreReader, period: Period) -> Answer:
    recorder = Recorder(lambda _: True, reader.event, from_ms=period.from_ms, to_ms=period.to_ms)
    _hear(reader, recorder, STOCK_WORDS)
    return turns(recorder.finish(), {str(row["id"]): str(row.get("uom", "")) for row in reader.masters("items")})


def _held(reader: StoreReader) -> list[age.Held]:
    areas = {str(row["id"]): str(row.get("area", "")) for row in reader.masters("locations")}
    return age.held_of(reader.ages(), reader.last_uses(), areas)


def _now_ms() -> int:
    return SystemClock(boot_id()).wall_ms()


def _ageing(reader: StoreReader, _: Period) -> Answer:
    return age.ageing(_held(reader), _now_ms())


def _dead(reader: StoreReader, _: Period) -> Answer:
    return age.dead_stock(_held(reader), _now_ms())


def _delivered(reader: StoreReader, period: Period, tell: Callable[[list[delivery.Delivery]], Answer]) -> Answer:
    sources = {str(row["id"]): str(row.get("source", "")) for row in reader.masters("loops")}
    listener = delivery.Deliveries(sources, from_ms=period.from_ms, to_ms=period.to_ms)
    _hear(reader, listener, delivery.WORDS)
    return tell(listener.found)


def _counts(reader: StoreReader, period: Period) -> Answer:
    listener = accuracy.Counts(from_ms=period.from_ms, to_ms=period.to_ms)
    _hear(reader, listener, accuracy.COUNT_WORDS)
    return listener.answer()


def _inferred(reader: StoreReader, period: Period) -> Answer:
    listener = accuracy.Inferred(from_ms=period.from_ms, to_ms=period.to_ms)
    _hear(reader, listener, accuracy.INFERRED_WORDS)
    return listener.answer()


def _reconcile(reader: StoreReader, period: Period) -> Answer:
    loops = {str(row["id"]): Loop.parse(row) for row in reader.masters("loops")}
    listener = reconcile.Reconciliation(loops, from_ms=period.from_ms, to_ms=period.to_ms)
    _hear(reader, listener, reconcile.WORDS)
    unbooked = [
        (event, f"{fact['how']} {fact['code']}".strip())
        for event_id, fact in reader.facts(REFUSED).items()
        if (event := reader.event(event_id)) is not None
    ]
    return listener.answer(unbooked, _now_ms())


REPORTS: tuple[tuple[str, Ask, str], ...] = (
    ("turns", _turns, "Stock turns, average stock and cover by item and area."),
    ("ageing", _ageing, "How long every lot has been lying, in buckets; as of now."),
    ("dead-stock", _dead, "Lots that are old and of which nothing is used, and their share; as of now."),
    ("lead-time", partial(_delivered, tell=delivery.lead_time), "From a signal to its goods, by loop and rule."),
    ("on-time", partial(_delivered, tell=delivery.on_time), "Deliveries that came when they were due, by source."),
    ("count-accuracy", _counts, "How often a count found what the book had."),
    ("inferred", _inferred, "How many emptyings and fillings nobody scanned, by station."),
    ("reconcile", _reconcile, "Where our stock and the ERP's differed, explained event by event."),
)


@click.group(cls=Family)
def report() -> None:
    """Figures out of the journal: turns, age, dead stock, lead times, deliveries, counts, reconciliation."""


def _command(name: str, ask: Ask, text: str) -> click.Command:
    @click.command(name, help=text)
    @config_option
    @json_option
    @period_options
    def command(config: Path, as_json: bool, **options: Any) -> None:
        settings = load_settings(config)
        period = Period.of(options, settings)
        with reading(settings) as reader:
            answer = ask(reader, period)
        if as_json:
            click.echo(json.dumps(answer.as_json(), ensure_ascii=False))
            return
        for line in answer.lines():
            click.echo(line)

    return command


for _name, _ask, _text in REPORTS:
    report.add_command(_command(_name, _ask, _text))
