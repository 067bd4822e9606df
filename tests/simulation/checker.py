"""What must be true when the floor has come to rest, whatever went wrong before. Knows nothing of the faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.ids import format_id
from gateway.model import Status
from gateway.store.verify import verify
from gateway.store.writer import Limits
from sync.downlink import PENDING_LIMIT
from tests.simulation.site import Site

OPEN = {"WAIT", "EMPTY", "ORDERED", "IN_PROCESS", "IN_TRANSIT"}


def findings(site: Site) -> list[str]:
    """Every broken promise, with its number; call after `come_to_rest`, before `close`."""
    journals = {name: _journal(site, name) for name in site.boxes}
    found = [*_answers(site, journals), *_arrivals(site, journals), *_agreement(site), *_limits(site)]
    for name, events in journals.items():
        found += _explained(name, events)
    return found


def sound(site: Site) -> list[str]:
    """R4, R5: tables equal the fold of the journal and the chains hold; call after `close`."""
    return [f"R4/R5 {name}: {one}" for name, box in site.boxes.items() for one in verify(box.place).findings]


def _journal(site: Site, name: str) -> dict[str, dict[str, Any]]:
    rows = site.boxes[name].rows("SELECT id, stream, body FROM journal ORDER BY seq")
    return {format_id(key): {**orjson.loads(body), "stream": stream} for key, stream, body in rows}


def _answers(site: Site, journals: dict[str, dict[str, Any]]) -> Iterator[str]:
    """R1: green means on disk. A repeat's green needs a stored scan of the same bytes at that station."""
    stored = {
        name: {(event.get("sta"), event["raw"]["b"]) for event in events.values() if "raw" in event}
        for name, events in journals.items()
    }
    for name, read_id, verdict in site.told:
        event = journals[name].get(read_id)
        if verdict.status is Status.OK and (event is None or event["stream"] != "sig"):
            yield f"R1 {name}: green for {verdict.card} ({verdict.code}), and nothing is stored of read {read_id}"
        elif verdict.code == "READ_REPEATED" and not stored[name]:
            yield f"R1 {name}: a repeat of nothing was answered green"


def _arrivals(site: Site, journals: dict[str, dict[str, Any]]) -> Iterator[str]:
    """R2: every event arrived, once, and each card's in order; nothing came that is in no journal."""
    for name, events in journals.items():
        sent = [key for key, event in events.items() if event["stream"]]
        came = [key for (key,) in site.office.rows(
            "SELECT id FROM event JOIN stream USING(stream) WHERE gw=? ORDER BY event.rowid", name)]  # fmt: skip
        if lost := set(sent) - set(came):
            yield f"R2 {name}: {len(lost)} events never arrived, the first {min(lost)}"
        if strange := set(came) - set(sent):
            yield f"R2 {name}: {len(strange)} events at the ERP are in no journal, the first {min(strange)}"
        arrived = set(came)
        signals = [key for key in came if key in events and events[key]["stream"] == "sig"]
        if signals != [key for key in sent if events[key]["stream"] == "sig" and key in arrived]:
            yield f"R2 {name}: card events arrived in another order than they happened"


def _agreement(site: Site) -> Iterator[str]:
    """Cards, stock and orders are the same everywhere."""
    at_erp = {card: (state, cycle) for card, state, cycle in site.office.rows("SELECT card, state, cycle FROM card")}
    stock = dict(site.office.rows("SELECT item, qty FROM stock WHERE location='LINE3'"))
    for name, box in site.boxes.items():
        for card, standing in at_erp.items():
            known = box.card(card)
            if (known.state, known.cycle) != standing:
                yield f"R2 {name}: card {card} is {known.state}({known.cycle}), at the ERP {standing}"
        for item, quantity in stock.items():
            if box.stock(item, "LINE3") != int(quantity) * 1_000_000:
                yield f"R2 {name}: stock of {item} is {box.stock(item, 'LINE3') / 1e6:g}, at the ERP {quantity}"
    orders = Counter(
        card
        for (cards,) in site.office.rows("SELECT cards FROM purchase WHERE state='open'")
        for card, _ in orjson.loads(cards)
    )
    for card, (state, _) in at_erp.items():
        if orders[card] != (state in OPEN):
            yield f"R2 card {card} is {state} and has {orders[card]} open orders"


def _limits(site: Site) -> Iterator[str]:
    """R8: nothing grew beyond what it may."""
    for name, box in site.boxes.items():
        if box.longest["writer"] > Limits().batch:
            yield f"R8 {name}: {box.longest['writer']} intakes waited"
        if box.longest["downlink"] > PENDING_LIMIT:
            yield f"R8 {name}: {box.longest['downlink']} messages waited"
        if box.unsettled:
            yield f"R8 {name}: {box.unsettled} events still wait for the ERP"
    if site.wire.longest > 2_000:
        yield f"R8 {site.wire.longest} messages were under way to the ERP"


def _explained(name: str, events: dict[str, Any]) -> Iterator[str]:
    """R9: every order says why."""
    for key, event in events.items():
        trigger = event.get("tr")
        if trigger is not None and not ({"rule", "item", "qty", "cards", "basis"} <= trigger.keys() and event["key"]):
            yield f"R9 {name}: event {key} orders without saying why: {trigger}"
