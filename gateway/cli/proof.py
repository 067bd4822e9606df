"""`kanban-gateway proof`: are the ERP's books of a shift the same as ours, and if not, what is different?"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Waiter
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.cli.instruct import instruct
from gateway.cli.option import config_option, json_option
from gateway.cli.period import Period, period_options
from gateway.cli.stored import reading
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.kanban.proof import PROOF_FACT
from gateway.kanban.refused import REFUSED
from gateway.proof import STEP_MS, Difference, borders, differences, unequal, windows_of
from gateway.settings import Settings, load_settings
from gateway.store.reader import StoreReader
from gateway.systemd import boot_id
from gateway.timeline import DAY_MS

_SHIFT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_WORDS = {
    "missing_there": "the ERP does not have", "missing_here": "only the ERP has", "differs": "other content there:",
}  # fmt: skip


@click.command()
@config_option
@json_option
@click.option("--shift", default="", metavar="06:00-14:00", help="The last one that has ended, in the plant's time.")
@click.option("--wait", "wait_s", default=15, show_default=True, type=click.IntRange(0, 600), help="Seconds to wait.")
@click.option("--last", is_flag=True, help="Ask for nothing: show the answer to the last proof that was asked for.")
@period_options
def proof(config: Path, as_json: bool, shift: str, wait_s: int, last: bool, **options: Any) -> None:
    """Compare counts and hashes of what was sent with the ERP's own; exit code 1 unless all is equal."""
    settings = load_settings(config)
    span = _span(settings, shift, options)
    known_before = _proofs(settings)
    if not last:
        _ask(settings, span)
    name, told = _wait(settings, known_before, 0 if last else wait_s, is_new=not last)
    document = _document(settings, name, told)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        _tell(document)
    if document["state"] != "equal":
        raise click.exceptions.Exit(1)


def _span(settings: Settings, shift: str, options: dict[str, Any]) -> tuple[int, int]:
    period = Period.of(options, settings)
    now_ms = SystemClock(boot_id()).wall_ms()
    if shift:
        return shift_before(shift, ZoneInfo(settings.gateway.timezone), now_ms)
    to_ms = min(period.to_ms, now_ms // STEP_MS * STEP_MS + STEP_MS)
    return (period.from_ms or to_ms - DAY_MS, to_ms)


def shift_before(text: str, zone: ZoneInfo, now_ms: int) -> tuple[int, int]:
    """The last shift of these hours that has ended."""
    found = _SHIFT.fullmatch(text)
    if found is None:
        raise click.UsageError(f"--shift is {text!r}, expected hours such as 06:00-14:00")
    hours = [int(one) for one in found.groups()]
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    end = now.replace(hour=hours[2], minute=hours[3], second=0, microsecond=0)
    if end > now:
        end -= timedelta(days=1)
    start = end.replace(hour=hours[0], minute=hours[1])
    if start >= end:
        start -= timedelta(days=1)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


def _ask(settings: Settings, span: tuple[int, int]) -> None:
    try:
        spans = borders(*span)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with reading(settings) as reader:
        windows = windows_of(reader.sent_between(spans[0][0], spans[-1][1]), spans)
    verdict = instruct(settings, "proof.ask", {"windows": windows})
    if not verdict.is_good:
        raise GatewayError(verdict.text)


def _proofs(settings: Settings) -> dict[str, dict[str, Any]]:
    with reading(settings) as reader:
        return reader.facts(PROOF_FACT)


def _wait(
    settings: Settings, before: dict[str, dict[str, Any]], wait_s: int, *, is_new: bool
) -> tuple[str, dict[str, Any]]:
    """The proof just asked for, or the last one, with its answer if that comes in time."""
    pause = Waiter()
    for left in range(wait_s * 4, -1, -1):
        proofs = _proofs(settings)
        names = [name for name in sorted(proofs) if not is_new or name not in before]
        if not names:
            raise GatewayError("no proof was ever asked for here", hint="leave --last out")
        if "answer" in proofs[names[-1]] or not left:
            break
        pause.wait(0.25)
    return names[-1], proofs[names[-1]]


def _document(settings: Settings, name: str, told: dict[str, Any]) -> dict[str, Any]:
    windows = told["windows"]
    document: dict[str, Any] = {
        "proof": name, "asked": told["asked"], "from": windows[0]["from"], "to": windows[-1]["to"],
        "events": sum(one["count"] for one in windows), "windows": len(windows), "state": "open", "differences": [],
    }  # fmt: skip
    if "answer" not in told:
        return document
    wrong = unequal(windows, told["answer"])
    with reading(settings) as reader:
        sent = list(reader.sent_between(windows[0]["from"], windows[-1]["to"])) if wrong else []
        found = [(window, one) for window in wrong for one in differences(window, sent)]
        rows = [_difference(reader, one) for _, one in found]
    return document | {
        "answered": told["answered"], "state": "different" if wrong else "equal",
        "unequal": [{**{key: one[key] for key in ("st", "from", "to", "count")}, "more": one.get("more", 0)}
                    for one in wrong],
        "differences": rows,
    }  # fmt: skip


def _difference(reader: StoreReader, one: Difference) -> dict[str, str]:
    why = ""
    if one.what == "missing_there":
        refused = reader.fact(REFUSED, one.id)
        why = "a tombstone was sent for it" if refused.get("how") == "dropped" else ""
        if not why and reader.waits(one.id):
            why = "still on its way: ask again"
    return {"st": one.stream, "id": one.id, "what": one.what, "kind": one.kind, "why": why}


def _tell(document: dict[str, Any]) -> None:
    head = f"{document['events']} events in {document['windows']} windows from {document['from']} to {document['to']}"
    if document["state"] == "open":
        click.echo(f"{head}: the ERP has not answered yet; 'kanban-gateway proof --last' shows when it has")
        return
    if document["state"] == "equal":
        click.echo(f"{head}: equal at the ERP, every count and every hash")
        return
    click.echo(f"{head}: DIFFERENT at the ERP")
    for one in document["unequal"]:
        count = "no answer" if one["count"] is None else f"{one['count']} at the ERP"
        more = f", {one['more']} of them not listed" if one["more"] else ""
        click.echo(f"  {one['st']} {one['from']} to {one['to']}: {count}{more}")
    for one in document["differences"]:
        why = f" ({one['why']})" if one["why"] else ""
        click.echo(f"    {_WORDS[one['what']]} {one['id']} {one['kind']}{why}".rstrip())
