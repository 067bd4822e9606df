"""Goods leave: shipped against a delivery, or scrapped; and come back from a customer with one of three outcomes.

ship: shipment -> goods -> [quantity] -> booked, never more than is to be delivered
scrap: goods -> [quantity] -> booked
take-back: goods -> [quantity] -> outcome RESTOCK, REWORK or SCRAP -> booked
"""

from __future__ import annotations

from dataclasses import replace

from gateway.counter import SHIPPED, Count, counted
from gateway.goods.act import Body, Case, booked, moved
from gateway.goods.amount import measured
from gateway.goods.form import Form
from gateway.goods.note import negative_task
from gateway.goods.pick import Goods, amount_of, document_line, doubt_of, goods_of
from gateway.goods.problem import Question, Refusal, ask_for, refuse
from gateway.goods.unit import AVAILABLE, GONE, HERE, HandlingUnit, Row, unit_at
from gateway.goods.unit import SHIPPED as UNIT_SHIPPED
from gateway.master import Shipment
from gateway.model import Event
from gateway.text.sentence import Sentence, say

TAKES_SHIP = ("shipment", "thing", "quantity", "from", "yes")
TAKES_SCRAP = ("thing", "quantity", "from", "yes")
TAKES_BACK = ("thing", "quantity", "partner", "outcome")
REWORK = "rework"  # a status of stock: neither sold nor used before it is mended
OUTCOMES = {"restock": AVAILABLE, "rework": REWORK, "scrap": ""}


def settle_ship(form: Form, case: Case) -> Event | Question | Refusal:
    """Onto the lorry."""
    name = form.text("shipment")
    if not name:
        return ask_for("shipment", "ASK_SHIPMENT")
    shipment: Shipment | None = case.view.master("shipments", name)
    if shipment is None or not shipment.is_open:
        return refuse("SHIPMENT_CLOSED", got=name, shipment=name)
    goods = goods_of(form, case, ask="ship")
    if not isinstance(goods, Goods):
        return goods
    counts: list[Count] = []
    for row, amount in goods.rows:
        line = next((one for one in shipment.lines if one.item == row.item), None)
        if line is None:
            items = ", ".join(one.item for one in shipment.lines)
            return refuse("NOT_ON_SHIPMENT", got=row.item, expected=items, item=row.item, shipment=name)
        wanted = measured(line.quantity, line.uom, case.view.master("items", row.item), case.view)
        if isinstance(wanted, Refusal):
            return wanted
        earlier = sum(by for *_, one, by in counts if one == line.line)
        open_base = wanted.base - counted(SHIPPED, name, line.line, case.view) - earlier
        if amount.base > open_base:
            rest = amount.with_base(max(0, open_base)).text
            return refuse("SHIP_TOO_MUCH", got=amount.text, expected=f"at most {rest}", shipment=name, rest=rest)
        counts.append((SHIPPED, name, line.line, amount.base))
    if question := doubt_of(goods, form):
        return question
    members = {"what": goods.text, "shipment": name, "partner": shipment.customer, "lines": goods.lines(name)}
    key = ""
    if goods.unit is not None and goods.is_whole:
        members["sscc"] = goods.sscc
        key = ship_key(case.view.site, goods.unit, name)
    body = booked(case, "ship", moves=goods.moves(None), units=goods.units_after(case, "", UNIT_SHIPPED),
                  counts=counts, members=members, text=goods.text)  # fmt: skip
    return Event("goods_shipped", "mov", key, negative_task(body, goods, case))


def ship_key(site: str, unit: HandlingUnit, shipment: str) -> str:
    """A unit leaves once with a shipment, whoever tells it; an undone one was another need."""
    return f"hu/{site}/{unit.sscc}/ship/{shipment}" + (f"~{unit.turn}" if unit.turn else "")


def settle_scrap(form: Form, case: Case) -> Event | Question | Refusal:
    """Thrown away, from whatever status."""
    goods = goods_of(form, case, ask="scrap", status="" if form.claim and form.claim.sscc else AVAILABLE)
    if not isinstance(goods, Goods):
        return goods
    if question := doubt_of(goods, form):
        return question
    members: Body = {"what": goods.text, "lines": goods.lines()}
    members |= {"sscc": goods.sscc} if goods.sscc else {}
    body = booked(case, "scrap", moves=goods.moves(None), units=goods.units_after(case, "", GONE), members=members,
                  text=goods.text)  # fmt: skip
    return Event("goods_scrapped", "mov", "", negative_task(body, goods, case))


def settle_take_back(form: Form, case: Case) -> Event | Question | Refusal:
    """From a customer: back into stock, to be mended, or thrown away."""
    returned = _returned(form, case)
    if not isinstance(returned, tuple):
        return returned
    rows, unit = returned
    what = ", ".join(f"{amount_of(row, case).text} {row.item}" for row in rows)
    outcome = form.text("outcome")
    if outcome not in OUTCOMES:
        return ask_for("outcome", "ASK_OUTCOME", what=what)
    place = case.station.location
    status = OUTCOMES[outcome]
    kept = tuple(replace(row, status=status) for row in rows)
    moves = [moved(row, amount_of(row, case), None, place) for row in kept] if status else []
    units = []
    if unit is not None:
        state = HERE if status else GONE
        units = [replace(unit, location=place if status else "", state=state, rows=kept if status else (), parent="")]
    lines = [
        document_line(replace(row, status=status or "scrap"), amount_of(row, case), form.text("partner"),
                      sscc=unit.sscc if unit else "")
        for row in rows
    ]  # fmt: skip
    members: Body = {"what": what, "outcome": outcome, "lines": lines}
    members |= {"partner": form.text("partner")} if form.has("partner") else {}
    members |= {"sscc": unit.sscc} if unit else {}
    body = booked(case, "take-back", moves=moves, units=units, members=members, text=what)
    return Event("goods_taken_back", "mov", "", body)


def shipped_text(event: Event) -> Sentence:
    return say("GOODS_SHIPPED", what=event.body["what"], shipment=event.body["shipment"])


def scrapped_text(event: Event) -> Sentence:
    return say("GOODS_SCRAPPED", what=event.body["what"])


def taken_back_text(event: Event) -> Sentence:
    return say("GOODS_TAKEN_BACK", what=event.body["what"], outcome=event.body["outcome"].upper())


def _returned(form: Form, case: Case) -> tuple[tuple[Row, ...], HandlingUnit | None] | Question | Refusal:
    """What comes back: a unit that was shipped from here, or loose goods of whatever origin."""
    claim = form.claim
    if claim is None or not claim.sscc:
        goods = goods_of(form, case, ask="take-back")
        return goods if not isinstance(goods, Goods) else (tuple(row for row, _ in goods.rows), None)
    unit = unit_at(claim.sscc, case.view)
    if unit is None or unit.state != UNIT_SHIPPED or not unit.rows:
        return refuse("NOT_SHIPPED_HERE", got=claim.sscc, sscc=claim.sscc)
    return unit.rows, unit
