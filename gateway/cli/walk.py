"""`kanban-gateway walk`: the loop walk, which finds where every card of a loop really is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import config_option
from gateway.errors import GatewayError
from gateway.kanban.walk import AT_CONSUMER, ELSEWHERE
from gateway.kanban.walkresult import WALKED_FACT
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader

_NEEDS_FINISH = ("signal_open", "mark_lost", "adjust_stock", "as_json")
_LABELS = {
    "seen": "seen", "missing": "missing", "stale": "not where the book had it", "opened": "opened",
    "surplus": "more than the loop allows", "unknown": "no card of ours", "other_loops": "of another loop",
    "old_prints": "old print", "retired": "no longer used", "blocked": "blocked, not touched",
}  # fmt: skip


def _states(states: tuple[str, ...]) -> click.Choice[str]:
    return click.Choice([state.lower().replace("_", "-") for state in states])


@click.command()
@config_option
@click.argument("loop")
@click.option("--station", "stations", multiple=True, help="Station where cards are scanned; once for each station.")
@click.option("--as", "here", type=_states(AT_CONSUMER), default="full", help="What a card at a consume station is.")
@click.option("--elsewhere", type=_states(ELSEWHERE), default="empty", help="What a card at another station is.")
@click.option("--finish", is_flag=True, help="Compare expected with seen, apply it and show the result.")
@click.option("--cancel", is_flag=True, help="End the walk, change nothing.")
@click.option("--signal-open", is_flag=True, help="With --finish: order, once, for cards found empty.")
@click.option("--mark-lost", is_flag=True, help="With --finish: missing cards are lost, not only to be looked for.")
@click.option("--adjust-stock", is_flag=True, help="With --finish: book what was never scanned.")
@click.option("--json", "as_json", is_flag=True, help="With --finish: print one JSON object.")
def walk(config: Path, loop: str, stations: tuple[str, ...], finish: bool, cancel: bool, **options: Any) -> None:
    """Walk a loop: scan every card where it lies, then --finish; the scans mean "this card is here"."""
    settings = load_settings(config)
    _check(settings, stations, finish, cancel, options)
    if cancel:
        tell(instruct(settings, "walk.cancel", {"loop": loop}))
    elif finish:
        flags = {name: options[name] for name in ("signal_open", "mark_lost", "adjust_stock")}
        verdict = instruct(settings, "walk.finish", {"loop": loop, **flags})
        if not (verdict.is_good and options["as_json"]):
            tell(verdict)
        _show(settings, loop, as_json=options["as_json"])
    else:
        states = {"as": options["here"], "elsewhere": options["elsewhere"]}
        body = {name: state.upper().replace("-", "_") for name, state in states.items()}
        tell(instruct(settings, "walk.open", {"loop": loop, "stations": list(stations), **body}))


def _check(settings: Settings, stations: tuple[str, ...], finish: bool, cancel: bool, options: dict[str, Any]) -> None:
    if finish and cancel:
        raise click.UsageError("--finish and --cancel exclude each other")
    if not finish and any(options[name] for name in _NEEDS_FINISH):
        raise click.UsageError("--signal-open, --mark-lost, --adjust-stock and --json go with --finish")
    if finish or cancel:
        if stations:
            raise click.UsageError("--station belongs to the opening of a walk")
        return
    known = [row.id for row in settings.stations]
    if not stations:
        raise click.UsageError(f"a walk needs --station, one or more of {', '.join(known)}")
    if unknown := [name for name in stations if name not in known]:
        raise GatewayError(f"station {unknown[0]!r} is not configured", hint=f"expected one of {', '.join(known)}")


def _show(settings: Settings, loop: str, *, as_json: bool) -> None:
    reader = StoreReader(settings.gateway.data_dir)
    try:
        report = reader.facts(WALKED_FACT)[loop]
    finally:
        reader.close()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    for name, label in _LABELS.items():
        if found := report[name]:
            listed = ", ".join(one if isinstance(one, str) else " ".join(map(str, one)) for one in found)
            click.echo(f"  {label} ({report['counts'][name]}): {listed}")
