"""What the ERP said of a need: refused, another gateway was first, a document, an end; and what master data show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.counter import RECEIVED, counted
from gateway.kanban.key import is_rule_key
from gateway.master import Item, PurchaseOrder
from gateway.model import Event
from gateway.quantity import MICRO
from gateway.reorder.delivery import learned
from gateway.reorder.flag import cleared
from gateway.reorder.need import (
    CANCELLED,
    DELETED,
    HELD,
    ORDERED,
    OVERTAKEN,
    REFUSED,
    Episode,
    ended,
    episode_of,
    facts_of,
    keys_of,
    named,
    need_of,
    open_needs,
)
from gateway.reorder.need import RECEIVED as ARRIVED
from gateway.reorder.plan import base_of
from gateway.view import View

Body = dict[str, Any]


def answered(body: Body, view: View) -> list[Event]:
    """What an event of the journal says of open needs."""
    if "dsp" in body:
        return _disposed(body, view)
    if "doc" in body and is_rule_key(body["doc"]["key"]):
        return _documented(body["doc"]["key"], body["doc"]["doc"], view)
    if "over" in body and (need := need_of(body["over"]["key"], view)):
        why, text = body["over"]["why"], body["over"].get("text", "")
        return [ended(need, why, view, text=text, cause=body["id"], awaits=why == ARRIVED)]
    if body["t"] == "task_closed":
        return _looked_after(body, view)
    if body["t"] == "event_dropped":  # the ERP could not even read it, so there is no order
        need = _need_told_by(body, view)
        return [ended(need, REFUSED, view, text=body["code"], cause=body["id"])] if need is not None else []
    if body["t"] == "reorder_ordered":
        need = need_of(body["need"], view)
        return _looked_up(need, view) if need is not None else []
    if body.get("md", {}).get("dataset") == "purchase_orders":
        return [event for need in open_needs(view) for event in _looked_up(need, view)]
    documents = {document for kind, document, *_ in body.get("counted", ()) if kind == RECEIVED}
    needs = [need_of(key, view) for document in sorted(documents) for key in keys_of(document, view)]
    return [event for need in needs if need is not None for event in _looked_up(need, view)]


def _disposed(body: Body, view: View) -> list[Event]:
    """A refusal ends the episode; that another gateway was first leaves it open, for the order is there."""
    need = _need_told_by(body, view)
    if need is None:
        return []
    if body["dsp"]["c"] == "rejected":
        text = f"{body['dsp'].get('code', '')} {body['dsp'].get('msg', '')}".strip()
        return [ended(need, REFUSED, view, text=text, cause=body["id"])]
    if body["dsp"]["c"] == "superseded" and "now" in body["dsp"]:
        return _overtaken(need, body["dsp"]["now"], view)
    return []


def _need_told_by(body: Body, view: View) -> Episode | None:
    """The open need that the event `ref` told of."""
    original = view.event_by_id(body["ref"]) if "ref" in body else None
    return need_of(original.get("key", ""), view) if original is not None else None


def _looked_after(body: Body, view: View) -> list[Event]:
    """Somebody looked after what the ERP refused: by the task that holds a need, or by the refused posting itself."""
    found = []
    for task_id in body.get("done", ()):
        if task_id.startswith(f"reorder/{HELD}/"):
            item, place, rule = map(named, task_id.split("/")[2:5])
            found.append(episode_of(rule, item, place, view))
    original = view.event_by_id(body["ref"]) if "ref" in body else None
    if original is not None and original["kind"] == "reorder_triggered":
        found.append(episode_of(original["rule"], original["item"], original["location"], view))
    return [_released(one, view) for one in found if not one.is_open]


def _released(episode: Episode, view: View) -> Event:
    """It may be asked for again."""
    after = replace(episode, refusals=0)
    event = cleared((episode.item, episode.place, episode.rule), view)
    body = event.body if event is not None else {**_place(episode), "code": HELD, "facts": []}
    body["facts"] = [*body["facts"], *facts_of(after, episode, view)]
    return Event("reorder_cleared", "", "", body)


def _overtaken(need: Episode, now: Body, view: View) -> list[Event]:
    """Another gateway was further (K3): go on where it is. An open need of its is ours too, under its number."""
    if now["open"] and now["cycle"] <= need.n:
        return []
    behind = replace(need, n=max(need.n, now["cycle"]) - now["open"])
    return [ended(behind, OVERTAKEN, view)]


def _documented(key: str, doc: str, view: View) -> list[Event]:
    """The order has a number: the need leads to it, and stops counting once the master data have it (K7)."""
    need = need_of(key, view)
    if need is None or need.doc == doc:
        return []
    after = replace(need, doc=doc)
    body = {**_place(need), "doc_of": doc, "need": need.key, "facts": facts_of(after, need, view)}
    return [Event("reorder_ordered", "", "", body)]


def _looked_up(need: Episode, view: View) -> list[Event]:
    """Where the document of a need stands by the master data and by what was received."""
    order: PurchaseOrder | None = view.master("purchase_orders", need.doc) if need.doc else _order_for(need, view)
    if order is None:
        return [ended(need, DELETED, view)] if need.state == ORDERED else []
    lines = [line for line in order.lines if line.item == need.item and line.need in ("", need.key)]
    if need.state != ORDERED and lines:
        after = replace(need, state=ORDERED, doc=order.id)
        body = {**_place(need), "doc_of": order.id, "need": need.key, "closes": [need.key]}
        return [Event("reorder_ordered", "", "", {**body, "facts": facts_of(after, need, view)})]
    if not lines:
        return [ended(need, DELETED, view)] if need.state == ORDERED else []
    item: Item | None = view.master("items", need.item)
    left, arrived, elsewhere = 0, 0, 0
    for line in lines:
        base = base_of(line.quantity, line.uom, item, view)
        if base is None:
            return []
        received = counted(RECEIVED, order.id, line.line, view) + line.elsewhere * base[1] // MICRO
        under_pct = line.under_pct if line.under_pct >= 0 or item is None else item.under_pct
        is_over = line.is_closed or not order.is_open or base[0] - received <= base[0] * under_pct // 100
        left += 0 if is_over else base[0] - received
        arrived += received
        elsewhere += line.elsewhere
    if left > 0:
        return []
    if not arrived:
        return [ended(need, CANCELLED, view)]
    event, lead = ended(need, ARRIVED, view, awaits=elsewhere > 0), learned(need, order.supplier, view)
    if lead is not None:
        event.body["facts"].append(lead)
    return [event]


def _order_for(need: Episode, view: View) -> PurchaseOrder | None:
    """An order that names the need, though nobody confirmed it."""
    for name in view.find("purchase_orders", need.item):
        order: PurchaseOrder = view.master("purchase_orders", name)
        if any(line.need == need.key for line in order.lines):
            return order
    return None


def _place(need: Episode) -> Body:
    return {"item": need.item, "location": need.place, "rule": need.rule}
