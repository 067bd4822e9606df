"""Documents of goods: what was received, issued or shipped for which line, one row for each line of an event."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

from firmware_sim.erp.book import PostingError, decimal_text


def post_goods(db: sqlite3.Connection, event: dict[str, Any], gw: str) -> None:
    """Enter the lines of an event; what it undoes is marked. PostingError when lines and movements disagree."""
    if event["t"] == "movement_undone":
        db.execute("UPDATE goods SET state = 'undone' WHERE id = ?", (event["ref"],))
        return
    lines = event.get("lines", [])
    _check(event, lines)
    db.executemany(
        "INSERT INTO goods VALUES(?,?,?,?,?,?,?,?,?,?,?,'booked')",
        [
            (
                event["id"], number, gw, event["t"], line.get("purchase_order", line.get("doc", "")),
                line.get("line", ""), line["item"], line.get("lot", ""), line.get("sscc", ""), line["base"],
                line.get("status", "available"),
            )
            for number, line in enumerate(lines)
        ],
    )  # fmt: skip


def _check(event: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """A receipt's documents and its stock are the same quantities."""
    if event["t"] != "goods_received":
        return
    documents, moves = ({}, {})  # type: tuple[dict[str, Decimal], dict[str, Decimal]]
    for entries, totals in ((lines, documents), (event.get("mv", []), moves)):
        for entry in entries:
            totals[entry["item"]] = totals.get(entry["item"], Decimal(0)) + Decimal(entry["base"])
    if documents != moves:
        told = {item: decimal_text(quantity) for item, quantity in documents.items()}
        raise PostingError("LINES_AND_STOCK", f"the lines say {told}, the movements something else")
