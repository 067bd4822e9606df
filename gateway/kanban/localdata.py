"""Master data and opening stock that a person brings to a gateway that has no ERP yet, or for what it does not send.

Such a set carries an etag of its own kind, by which it is known later: what the ERP publishes of the same dataset
replaces it whatever its version, and what the ERP has published is never changed from here.
"""

from __future__ import annotations

import json
from datetime import date
from hashlib import blake2b
from typing import Any

from gateway.kanban.answer import TEXT_LIMIT, nothing
from gateway.kanban.masterdata import LOCAL, take_over
from gateway.master import PARSERS
from gateway.model import Decision, Event, Instruction, MasterData, Status, Verdict
from gateway.quantity import format_quantity, parse_quantity
from gateway.view import View

STATUSES = ("available", "qc", "blocked")
ROWS_LIMIT = 200_000
LISTED_LIMIT = 20


def import_set(instruction: Instruction, view: View) -> Decision:
    """`dataset`, its whole new `rows`, and the version `base` they were made from."""
    body = instruction.body
    dataset, rows, base = body.get("dataset"), body.get("rows"), body.get("base")
    if dataset not in PARSERS or not isinstance(rows, list) or len(rows) > ROWS_LIMIT:
        text = f"expected `dataset` (one of {', '.join(PARSERS)}) and `rows`, a list of up to {ROWS_LIMIT}"
        return nothing("BAD_INSTRUCTION", text, Status.REFUSED)
    version, etag = view.master_version(str(dataset))
    if is_from_erp(version, etag):
        text = f"{dataset} come from the ERP (version {version}): change them there."
        return nothing("MD_FROM_ERP", text, Status.REFUSED)
    if base != version:
        text = f"{dataset} changed meanwhile (version {version}, not {base}): import the files once more."
        return nothing("MD_CHANGED_MEANWHILE", text, Status.REFUSED)
    mark = LOCAL + blake2b(json.dumps(rows, sort_keys=True).encode(), digest_size=16).hexdigest()
    if mark == etag:
        return nothing("MD_KNOWN", f"{dataset} are as they were.", Status.ALREADY)
    return take_over(MasterData(str(dataset), version + 1, mark, tuple(rows)), view)


def is_from_erp(version: int, etag: str) -> bool:
    """Whether this set was published by the ERP."""
    return version > 0 and not etag.startswith(LOCAL)


def open_stock(instruction: Instruction, view: View) -> Decision:
    """`rows` of [item, location, status, lot, quantity, day or ""]: what lies there as the gateway begins.

    A place that has other stock already is refused with all others: from then on stock is counted, not set.
    """
    try:
        rows = [_placed(row) for row in instruction.body["rows"]]
    except (KeyError, TypeError, ValueError) as error:
        text = f"expected `rows` of item, location, status, lot, quantity and day: {error}"
        return nothing("BAD_INSTRUCTION", text[:TEXT_LIMIT], Status.REFUSED)
    known = view.all_stock()
    others = [place for place, quantity, _ in rows if known.get(place, quantity) not in (0, quantity)]
    if others:
        listed = "; ".join(f"{item} at {location}{' lot ' + lot if lot else ''}: {format_quantity(known[place])}"
                           for place in others[:LISTED_LIMIT] for item, location, _, lot in [place])  # fmt: skip
        text = f"{len(others)} places have other stock already ({listed}): count them at a goods station."
        return nothing("STOCK_THERE", text, Status.REFUSED)
    new = [row for row in rows if known.get(row[0], 0) != row[1]]
    if not new:
        return nothing("STOCK_KNOWN", "The stock is as it was.", Status.ALREADY)
    text = f"Opening stock of {len(new)} places."
    stock = [[*place, format_quantity(quantity)] for place, quantity, _ in new]
    body = {"stock": stock, "since": [since for _, _, since in new]}
    return Decision((Event("stock_opened", "", "", body),), Verdict(Status.OK, "STOCK_OPENED", text))


def _placed(row: Any) -> tuple[tuple[str, str, str, str], int, str]:
    item, location, status, lot, quantity, since = row
    if not all(isinstance(one, str) and len(one) <= TEXT_LIMIT for one in row) or not item or not location:
        raise ValueError(f"{row!r:.100}: each is a text, item and location are not empty")
    if status not in STATUSES:
        raise ValueError(f"{row!r:.100}: status is {status!r}, expected one of {', '.join(STATUSES)}")
    micro = parse_quantity(quantity)
    if micro < 0:
        raise ValueError(f"{row!r:.100}: the quantity is below zero")
    if since and date.fromisoformat(since).isoformat() != since:
        raise ValueError(f"{row!r:.100}: {since!r} is no day such as 2026-11-30")
    return (item, location, status, lot), micro, since
