"""`kanban-gateway passages` and `passage`: what went through the portals, and why it was booked or not."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gateway.cli.option import config_option, json_option
from gateway.cli.stored import reading
from gateway.codes.epc.epc import decode
from gateway.errors import GatewayError
from gateway.portal.booking import OPEN_FACT
from gateway.settings import load_settings
from gateway.store.reader import EventFilter

LISTED = 20
TAGS_SHOWN = 30  # of each part; `--json` has all that the journal has
_MARKS = {"ok": "green", "already": "amber", "refused": "red", "failed": "red"}

Row = dict[str, Any]


@click.command()
@config_option
@json_option
@click.option("--last", default=LISTED, show_default=True, type=click.IntRange(1, 100_000), help="Only the newest N.")
@click.option("--portal", default="", help="Only those of this portal.")
def passages(config: Path, as_json: bool, last: int, portal: str) -> None:
    """List what went through the portals: when, which way, which pallet, how much of it was read, and the verdict."""
    settings = load_settings(config)
    with reading(settings) as reader:
        ended = (row for row in reader.events(EventFilter("passage_closed")) if portal in ("", row["portal"]))
        rows = list(deque(ended, last))
        inside = {name: fact for name, fact in reader.facts(OPEN_FACT).items() if portal in ("", fact["portal"])}
    if as_json:
        click.echo(json.dumps({"passages": rows, "open": inside}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(_line(row))
    for name, fact in inside.items():
        click.echo(f"in the door of {fact['portal']} now: {name}")
    if not rows and not inside:
        click.echo("nothing went through yet")


@click.command()
@config_option
@json_option
@click.argument("name", metavar="ID")
def passage(config: Path, as_json: bool, name: str) -> None:
    """Explain one passage (an id of `passages`, or its beginning): votes, thresholds, tags, and the ship notice."""
    with reading(load_settings(config)) as reader:
        rows = [row for row in reader.events(EventFilter("passage_closed")) if row["passage"].startswith(name)]
    if not rows or len({row["passage"] for row in rows}) > 1:
        what = "several passages begin" if rows else "no passage begins"
        raise GatewayError(f"{what} with {name!r}", hint="see 'kanban-gateway passages'")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        for line in _explained(row):
            click.echo(line)


def _line(row: Row) -> str:
    read = f" {row['rate']} % of {row.get('document') or 'what is known of it'}" if "rate" in row else ""
    pallet = row.get("sscc") or f"{row['tag_count']} tags"
    mark = _MARKS.get(row["verdict"], row["verdict"])
    return f"{row['w']} {row['portal']} {row['direction']:<7} {pallet}{read}: {mark}, {row['text']} [{row['passage']}]"


def _explained(row: Row) -> Iterator[str]:
    yield _line(row)
    part = f", pallet {row['part']} of {row['parts']}" if "parts" in row else ""
    opened = f"opened by {row['opened_by'] or '-'}, over after {row['ms']} ms ({row['closed_by']})"
    yield f"  {opened}, {row['reads']} reads{part}"
    votes = ", ".join(f"{direction} {weight}" for direction, weight in row["votes"]) or "none"
    yield f"  direction {row['direction']} by {row['by'] or '-'}; votes {votes}; {row['share']} % for the first"
    for name in ("why", "incomplete"):
        if name in row:
            yield f"  {name}: {row[name]}"
    for side, is_blocked, at_ms in row.get("edges", ()):
        yield f"  {at_ms:>6} ms {side} beam {'blocked' if is_blocked else 'free'}"
    if "match" in row:
        yield from _compared(row["match"], row)
    yield "  thresholds: " + ", ".join(f"{name} {value}" for name, value in row["rules"].items())
    yield from _tags("tag", row)
    yield from _tags("stray", row)
    if row["weak"]:
        yield f"  {row['weak']} tags were too weak to be considered"


def _compared(match: Row, row: Row) -> Iterator[str]:
    yield f"  against {row.get('document') or 'the book'}: {match['matched']} matched, {row['rate']} %"
    for name in ("missing", "unexpected", "other"):
        if match[f"{name}_count"]:
            yield f"  {name} {match[f'{name}_count']}: {', '.join(map(_named, match[name][:TAGS_SHOWN]))}"


def _tags(what: str, row: Row) -> Iterator[str]:
    tags, count = row[f"{what}s"], row[f"{what}_count"]
    if count:
        yield f"  {what}s {count}:"
    for epc, reads, rssi_cdbm, at, part, direction, weight, by, *why in tags[:TAGS_SHOWN]:
        vote = f"{direction} {weight} by {by}" if direction else "no vote"
        where = " ".join(f"{row['antennas'][n]}:{count}" for n, count in zip(at[::3], at[1::3], strict=True))
        yield f"    {_named(epc)} {' '.join([part, *why])}, {reads} reads, {rssi_cdbm / 100:.1f} dBm, {vote} ({where})"
    if count > TAGS_SHOWN:
        yield f"    and {count - TAGS_SHOWN} more"


def _named(epc: str) -> str:
    """What a tag says, where it is one of TDS; anything else stays as it is."""
    return decode(epc).name if set(epc) <= set("0123456789ABCDEF") else epc
