"""`kanban-gateway masterdata`: items, loops, cards, opening stock from workbooks and CSV files, without an ERP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gateway.cli.instruct import instruct, tell
from gateway.cli.option import Family, config_option, json_option
from gateway.cli.stored import reading
from gateway.errors import GatewayError
from gateway.master import DATASETS
from gateway.model import Verdict
from gateway.settings import Settings, load_settings
from gateway.sheet.column import STOCK, Sheet, sheets
from gateway.sheet.plan import Known, Plan, plan
from gateway.sheet.table import read_tables, write_tables
from gateway.store.reader import database_exists
from sync.published import row_definitions

FAULTS_SHOWN = 200

_PATH = click.Path(path_type=Path)


@click.group(cls=Family)
def masterdata() -> None:
    """Bring master data and opening stock without an ERP, from .xlsx or .csv files; write them out."""


@masterdata.command()
@click.argument("target", type=_PATH)
@click.option("--only", default="", help="Only these tables, such as items,loops,cards.")
def template(target: Path, only: str) -> None:
    """Write an empty workbook (TARGET.xlsx), or a directory of CSV files, with every table and column."""
    from gateway.sheet.book import write_files  # with it comes openpyxl, which no other command needs

    chosen = _chosen(only)
    if target.exists() and not target.is_dir():
        raise GatewayError(f"{target} exists already", hint="choose another name; nothing was overwritten")
    for path in write_files(target, [(sheet, []) for sheet in chosen]):
        click.echo(path)
    for sheet in chosen:
        click.echo(f"{sheet.name}: {sheet.about}")


@masterdata.command("import")
@config_option
@json_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong and what would change.")
@click.option("--replace", is_flag=True, help="Remove what stands in no file; without it rows are added and changed.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of CSV files.")
def import_(config: Path, as_json: bool, files: tuple[Path, ...], dry_run: bool, replace: bool, encoding: str) -> None:
    """Take over tables. With a single mistake in any row nothing is changed, and all mistakes are listed."""
    from gateway.sheet.book import read_files

    settings = load_settings(config)
    read = read_tables(read_files(files, encoding), _all_sheets())
    made = plan(read, _known(settings), replace=replace)
    told: dict[str, Any] = _summary(made, dry_run=dry_run)
    if not made.faults and not dry_run:
        told["answers"] = [verdict.text or verdict.code for verdict in _carry_out(settings, made)]
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else "\n".join(_lines(told)), err=bool(made.faults))
    if made.faults:
        raise click.exceptions.Exit(1)


@masterdata.command()
@config_option
@click.argument("target", type=_PATH)
def export(config: Path, target: Path) -> None:
    """Write all master data and the present stock as a workbook (TARGET.xlsx) or a directory of CSV files."""
    from gateway.sheet.book import write_files

    with reading(load_settings(config)) as reader:
        rows = {dataset: reader.masters(dataset) for dataset in DATASETS}
        rows[STOCK] = [row for row in reader.stock() if row["qty"] != "0"]
    for path in write_files(target, write_tables(rows, _all_sheets())):
        click.echo(path)


def _all_sheets() -> tuple[Sheet, ...]:
    return sheets(row_definitions(), DATASETS)


def _chosen(only: str) -> list[Sheet]:
    every = _all_sheets()
    wanted = {word.strip() for word in only.split(",") if word.strip()}
    if unknown := wanted - {sheet.name for sheet in every}:
        raise click.UsageError(f"{', '.join(sorted(unknown))}: expected {', '.join(sheet.name for sheet in every)}")
    return [sheet for sheet in every if not wanted or sheet.name in wanted]


def _known(settings: Settings) -> dict[str, Known]:
    """What the store has; nothing when there is none yet."""
    if not database_exists(settings.gateway.data_dir):
        return {}
    with reading(settings) as reader:
        versions = {row["dataset"]: (row["version"], row["etag"]) for row in reader.datasets()}
        return {dataset: Known(*versions.get(dataset, (0, "")), tuple(reader.masters(dataset))) for dataset in DATASETS}


def _carry_out(settings: Settings, made: Plan) -> list[Verdict]:
    """One instruction a dataset, in the order in which they refer to each other; the first refusal ends it."""
    verdicts = []
    for one in made.sets:
        if one.is_change:
            body = {"dataset": one.dataset, "rows": list(one.rows), "base": one.base}
            verdicts.append(instruct(settings, "masterdata.import", body))
            if not verdicts[-1].is_good:
                tell(verdicts[-1])
    if made.stock:
        verdicts.append(instruct(settings, "stock.open", {"rows": made.stock}))
        if not verdicts[-1].is_good:
            tell(verdicts[-1])
    return verdicts


def _summary(made: Plan, *, dry_run: bool) -> dict[str, Any]:
    sets = {
        one.dataset: {"rows": len(one.rows), "added": one.added, "changed": one.changed, "removed": list(one.removed)}
        for one in made.sets
    }
    faults = [str(fault) for fault in made.faults]
    return {"dry_run": dry_run, "sets": sets, "stock": len(made.stock), "faults": faults, "answers": []}


def _lines(told: dict[str, Any]) -> list[str]:
    if told["faults"]:
        more = len(told["faults"]) - FAULTS_SHOWN
        rest = [f"… and {more} more"] if more > 0 else []
        return [*told["faults"][:FAULTS_SHOWN], *rest, f"{len(told['faults'])} mistakes: nothing was changed"]
    lines = [
        f"{name}: {one['added']} new, {one['changed']} changed, {len(one['removed'])} removed, {one['rows']} in all"
        for name, one in told["sets"].items()
    ]
    if told["stock"]:
        lines.append(f"opening stock of {told['stock']} places")
    return [*lines, "dry run: nothing was changed"] if told["dry_run"] else [*lines, *told["answers"]]
