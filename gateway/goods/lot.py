"""Whether goods of a lot may be used: its status at the ERP and here, its expiry, and what inspection asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.goods.act import Case
from gateway.goods.problem import Refusal, refuse
from gateway.goods.unit import AVAILABLE, QC, Row
from gateway.kanban.moment import is_trusted
from gateway.master import Item, Lot
from gateway.master_item import lot_word
from gateway.view import View

LOT_FACT = "lot"  # by item and lot, where people here decided on it
RELEASED, REJECTED = "released", "blocked"


def fit_status(row: Row, item: Item, case: Case) -> Row | Refusal:
    """The row with the status in which it comes in, or why it must not."""
    if item.has_lots and not row.lot:
        return refuse("LOT_MISSING", got=item.id, item=item.id)
    status = lot_status(item.id, row.lot, case.view)
    task = f"goods/lot/{item.id}/{row.lot}"
    if status == REJECTED:
        return refuse("LOT_BLOCKED", got=row.lot, task=task, item=item.id, lot=row.lot)
    expiry = row.expiry or expiry_of(item.id, row.lot, case.view)
    today = today_of(case)
    if expiry and today:
        if expiry < today:
            return refuse("EXPIRED", got=expiry, expected=f"{today} or later", task=task, item=item.id, day=expiry)
        left = (date.fromisoformat(expiry) - date.fromisoformat(today)).days
        if left < item.shelf_life_days:
            return refuse("SHELF_LIFE", got=expiry, expected=f"{item.shelf_life_days} days", task=task, item=item.id,
                          day=expiry, days=left, needed=item.shelf_life_days)  # fmt: skip
    is_inspected = status == QC or (item.is_inspected and status != RELEASED)
    return replace(row, status=QC if is_inspected else AVAILABLE, expiry=expiry)


def lot_status(item: str, lot: str, view: View) -> str:
    """released, qc or blocked; "" when nobody has decided. What was decided here counts until the ERP says more."""
    known = view.fact(LOT_FACT, lot_word(item, lot)) if lot else None
    told = _told(item, lot, view)
    if known is not None and (told is None or known["erp"] == told.status):
        return str(known["status"])
    return told.status if told else ""


def lot_fact(item: str, lot: str, status: str, view: View) -> list[Any]:
    """The decision as a fact, with what the ERP said when it was made."""
    told = _told(item, lot, view)
    return [LOT_FACT, lot_word(item, lot), {"status": status, "erp": told.status if told else ""}]


def expiry_of(item: str, lot: str, view: View) -> str:
    """The day the ERP knows for a lot, "" for none."""
    told = _told(item, lot, view)
    return told.expiry if told else ""


def today_of(case: Case) -> str:
    """The plant's local day; "" when the clock cannot be trusted: nothing is refused for a wrong clock (R7)."""
    if not is_trusted(case.read.quality):
        return ""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=case.read.wall_ms)
    return moment.astimezone(case.rules.zone).date().isoformat()


def _told(item: str, lot: str, view: View) -> Lot | None:
    found = view.find("lots", lot_word(item, lot)) if lot else ()
    told: Lot | None = view.master("lots", found[0]) if found else None
    return told
