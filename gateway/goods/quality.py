"""Inspection and quarantine: release or reject what waits in status qc, block a lot wherever it is.

release: unit or lot -> qc becomes available        reject: unit or lot -> qc becomes blocked
block: unit or lot -> whatever it was becomes blocked; a whole lot is also refused at the door from now on
"""

from __future__ import annotations

from dataclasses import replace

from gateway.goods.act import Body, Case, booked, moved
from gateway.goods.claim import find_item
from gateway.goods.form import Form
from gateway.goods.lot import REJECTED, RELEASED, lot_fact
from gateway.goods.pick import amount_of, document_line
from gateway.goods.problem import Question, Refusal, already, ask_for, refuse
from gateway.goods.unit import AVAILABLE, BLOCKED, HERE, QC, UNIT_FACT, HandlingUnit, Row, contents, family, unit_at
from gateway.model import Event
from gateway.text.sentence import Sentence, say

TAKES = ("thing",)


def settle_release(form: Form, case: Case) -> Event | Question | Refusal:
    """Good: may be used."""
    return _decided(form, case, "release", (QC,), AVAILABLE)


def settle_reject(form: Form, case: Case) -> Event | Question | Refusal:
    """Bad: never becomes available."""
    return _decided(form, case, "reject", (QC,), BLOCKED)


def settle_block(form: Form, case: Case) -> Event | Question | Refusal:
    """Nobody may use it any more."""
    return _decided(form, case, "block", (AVAILABLE, QC), BLOCKED)


def decided_text(event: Event) -> Sentence:
    return say("QUALITY_DECIDED", what=event.body["what"], status=event.body["status"].upper())


def _decided(form: Form, case: Case, name: str, before: tuple[str, ...], after: str) -> Event | Question | Refusal:
    claim = form.claim
    if claim is None:
        return ask_for("thing", "ASK_THING", operation=name)
    if claim.sscc:
        unit = unit_at(claim.sscc, case.view)
        if unit is None or unit.state != HERE:
            return refuse("UNIT_NOT_HERE", got=claim.sscc, sscc=claim.sscc)
        return _event([], family(unit, case.view), form, case, name, before, after)
    item = find_item(claim, case.view)
    if isinstance(item, Refusal):
        return item
    if not claim.lot:
        return refuse("LOT_MISSING", got=item.id, item=item.id)
    rows = [
        (location, Row(item.id, claim.lot, status, quantity))
        for (of, location, status, lot), quantity in sorted(case.view.all_stock().items())
        if (of, lot) == (item.id, claim.lot) and status in before and quantity > 0
    ]
    units = [
        unit
        for number in case.view.facts(UNIT_FACT)
        if (unit := unit_at(number, case.view)) is not None and unit.state == HERE
        and any((row.item, row.lot) == (item.id, claim.lot) for row in unit.rows)
    ]  # fmt: skip
    return _event(rows, units, form, case, name, before, after)


def _event(
    rows: list[tuple[str, Row]], units: list[HandlingUnit], form: Form, case: Case, name: str,
    before: tuple[str, ...], after: str,
) -> Event | Refusal:  # fmt: skip
    """`rows` by place for a whole lot; for a unit what is in it."""
    claim = form.claim
    lot_wide = claim is not None and not claim.sscc
    if not lot_wide:
        rows = [(units[0].location, row) for row in contents(units) if row.status in before]
    if not rows and not (lot_wide and name == "block"):
        return already("NOTHING_TO_DECIDE", status=" or ".join(before).upper())
    changed = [_turned(unit, claim.lot if lot_wide and claim else "", before, after) for unit in units]
    moves: list[Body] = []
    for place, row in rows:
        amount = amount_of(row, case)
        moves += [moved(row, amount, place, None), moved(row, amount, None, place, status=after)]
    facts = []
    if lot_wide and claim:
        item = find_item(claim, case.view)
        if not isinstance(item, Refusal):
            facts.append(lot_fact(item.id, claim.lot, REJECTED if after == BLOCKED else RELEASED, case.view))
    lines = [document_line(replace(row, status=after), amount_of(row, case)) for _, row in rows]
    total = ", ".join(
        f"{amount_of(row, case).text} {row.item} lot {row.lot or '-'} at {place}" for place, row in rows[:3]
    )
    members: Body = {"what": total or f"lot {claim.lot if claim else ''}", "status": after, "lines": lines}
    members |= {"sscc": claim.sscc} if claim and claim.sscc else {}
    members |= {"lot": claim.lot} if claim and claim.lot else {}
    body = booked(case, name, moves=moves, units=changed, facts=facts, members=members, text=members["what"])
    return Event("quality_decided", "mov", "", body)


def _turned(unit: HandlingUnit, lot: str, before: tuple[str, ...], after: str) -> HandlingUnit:
    """The unit with its rows (of `lot`, if one is named) in their new status."""
    rows = tuple(
        replace(row, status=after) if row.status in before and lot in ("", row.lot) else row for row in unit.rows
    )
    return replace(unit, rows=tuple(contents([replace(unit, rows=rows)])))
