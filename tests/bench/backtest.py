"""A back-test of a year: reading the whole journal once, then living through every stock under both rule sets.

The journal is written by plain inserts, since only reading it is measured; its rows are as the gateway writes them.
"""

from __future__ import annotations

import resource
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from gateway.backtest.recorder import WORDS, Recorder
from gateway.cli.backtest import compare
from gateway.clock import SystemClock, iso_utc
from gateway.master import PARSERS
from gateway.reorder.ruledocument import rules_of
from gateway.store.chain import canonical
from gateway.store.connection import DATABASE, open_writer
from gateway.store.reader import StoreReader
from gateway.store.store import Store
from gateway.timeline import DAY_MS
from tests.bench.figure import Figure, LossError

START_MS = 1_798_761_600_000  # 1 January 2027
YEAR_MS = 365 * DAY_MS
ITEMS = 200
TARGET_S = 300  # for ten million rows
FULL_ROWS = 10_000_000
LEAD_DAYS = 4

USES_OF_TEN = 6


def _daily(rows: int) -> int:
    """Of each item."""
    return max(1, rows * USES_OF_TEN // 10 // ITEMS // 365)


def _rules(rows: int, *, new: bool) -> list[dict[str, Any]]:
    """Half of the stocks by a fixed lot, half by days of cover; before, all below a safety stock."""
    day = _daily(rows)
    if not new:
        return [{"id": "low", "kind": "below_safety", "safety_stock": 8 * day, "order_quantity": 30 * day}]
    lot = {"id": "lot", "kind": "fixed_lot", "items": ["ITEM-0*"], "reorder_point": 6 * day, "lot": 20 * day}
    return [lot, {"id": "cover", "kind": "days_of_cover", "items": ["ITEM-1*"], "short_days": 5, "order_days": 12}]


def measure(directory: Path, rows: int) -> list[Figure]:
    """Seconds for `rows` journal rows of one year, reading and simulating apart."""
    store = Store(directory, SystemClock(), PARSERS, site="P1", gateway="G1")
    store.close()
    _fill(directory / DATABASE, rows)
    began, began_cpu = time.perf_counter(), time.process_time()
    reader = StoreReader(directory)
    recorder = Recorder(lambda place: place[1] == "LINE", reader.event)
    for event in reader.telling(WORDS):
        recorder.take(event)
    recording = recorder.finish()
    reader.close()
    read_s = time.perf_counter() - began
    rules, faults = rules_of({"rule": _rules(rows, new=True)})
    if faults:
        raise LossError(f"the rules of the bench are wrong: {faults}")
    began = time.perf_counter()
    result = compare(recording, rules, ZoneInfo("UTC"), 1, LEAD_DAYS * DAY_MS)
    lived_s = time.perf_counter() - began
    changes = sum(len(series.times) for series in recording.places.values())
    if len(result.stocks) != ITEMS or result.total("new").signals == 0:
        raise LossError(f"{len(result.stocks)} stocks with {result.total('new').signals} signals were lived through")
    total_s, cpu_s = read_s + lived_s, time.process_time() - began_cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    is_full = rows >= FULL_ROWS
    what = f"back-test of a year, {rows:,} journal rows, {changes:,} stock changes, {ITEMS} stocks"
    return [
        Figure("backtest", what, f"{total_s:.0f} s", f"{cpu_s:.0f} s of one processor, {cpu_s / rows * 1e6:.1f} us/row",
               f"< {TARGET_S} s for {FULL_ROWS:,}", total_s < TARGET_S if is_full else None),
        Figure("backtest", "of it reading / living through it", f"{read_s:.0f} s / {lived_s:.0f} s",
               f"{memory:.0f} MB"),
    ]  # fmt: skip


def _fill(database: Path, rows: int) -> None:
    connection = open_writer(database)
    for pragma in ("journal_mode=OFF", "synchronous=OFF"):  # a log of ten million rows would cost more than the rows
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    last = connection.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0
    batch: list[tuple[Any, ...]] = []
    for seq, body in enumerate(_events(rows), last + 1):
        batch.append((seq, bytes.fromhex(body["id"].replace("-", "")), "sig", b"\0" * 16, canonical(body).decode()))
        if len(batch) == 10_000:
            connection.executemany("INSERT INTO journal(seq,id,stream,hash,body) VALUES(?,?,?,?,?)", batch)
            batch = []
    connection.executemany("INSERT INTO journal(seq,id,stream,hash,body) VALUES(?,?,?,?,?)", batch)
    connection.execute("COMMIT")
    connection.close()


def _events(rows: int) -> Iterator[dict[str, Any]]:
    """Of ten rows six use something; the others are signals, their receipts, and answers that move nothing."""
    luck = Random(7)
    names = [f"ITEM-{number:03d}" for number in range(ITEMS)]
    items = [{"id": name, "uom": "PCE"} for name in names]
    change = {"dataset": "items", "version": 1, "etag": "e", "set": items, "del": []}
    yield _event(0, 0, "masterdata_changed", md=change)
    document = {"rule": _rules(rows, new=False)}
    fact = ["reorder", "rules", {"version": 1, "hash": "", "name": "", "document": document}]
    yield _event(1, 0, "rules_loaded", facts=[fact])
    opening = str(30 * _daily(rows))
    yield _event(2, 1, "stock_adopted", stock=[[name, "LINE", "available", "", opening] for name in names])
    used, coming = dict.fromkeys(names, 0), deque[tuple[int, str, str]]()
    for number in range(3, rows):
        at_ms = number * YEAR_MS // rows
        name = names[luck.randrange(ITEMS)]
        if number % 10 < USES_OF_TEN:
            used[name] += 1
            yield _card(number, at_ms, name, "card_emptied", "LINE", None)
        elif coming and coming[0][0] <= at_ms:
            _, name, quantity = coming.popleft()
            yield _goods(number, at_ms, name, quantity)
        elif used[name] >= 20 * _daily(rows):
            coming.append((at_ms + LEAD_DAYS * DAY_MS, name, str(used[name])))
            yield _signal(number, at_ms, name, str(used[name]))
            used[name] = 0
        else:
            yield _event(number, at_ms, "order_confirmed", card=f"K-{name}", loop=f"LP-{name}", cycle=number,
                         doc={"key": f"card/P1/K-{name}/{number}/empty", "doc": f"PO-{number}"})  # fmt: skip


def _event(number: int, at_ms: int, kind: str, **members: Any) -> dict[str, Any]:
    return {
        "id": f"01980000-0000-7000-8000-{number:012x}", "t": kind, "w": iso_utc(START_MS + at_ms), "m": at_ms,
        "boot": "b0070001", "q": "ntp:4ms", **members,
    }  # fmt: skip


def _card(number: int, at_ms: int, item: str, kind: str, start: str | None, end: str | None) -> dict[str, Any]:
    card, loop = f"K-{item}", f"LP-{item}"
    after = {"card": card, "loop": loop, "life": "ACTIVE", "state": "EMPTY", "cycle": number, "qty": "0", "rev": 1,
             "undone": 0, "sig": f"card/P1/{card}/{number}/empty"}  # fmt: skip
    move = {"item": item, "qty": "1", "uom": "PCE", "base": "1", "from": start, "to": end}
    return _event(
        number, at_ms, kind, card=card, loop=loop, cycle=number, after=[after], mv=[move], sta="S1", dev="scan-1",
        was={"state": "FULL", "qty": "1", "since": [START_MS + at_ms, at_ms, "b0070001"]}, key=after["sig"],
        raw={"aim": "]Q1", "b": "SzEuUDEuSy0wMDAxLjEuN1E="},
        tr={"rule": "kanban", "item": item, "qty": "1", "uom": "PCE", "cards": [card], "due": iso_utc(START_MS + at_ms),
            "basis": {"md": 1, "quantity": "1"}},
    )  # fmt: skip


def _goods(number: int, at_ms: int, item: str, quantity: str) -> dict[str, Any]:
    move = {"item": item, "qty": quantity, "uom": "PCE", "base": quantity, "from": None, "to": "LINE"}
    return _event(number, at_ms, "goods_received", operation="receive", mv=[move], lines=[], facts=[], sta="D1")


def _signal(number: int, at_ms: int, item: str, quantity: str) -> dict[str, Any]:
    told = {"rule": "low@r1", "item": item, "location": "LINE", "qty": quantity, "uom": "PCE", "cards": []}
    key = f"rule/P1/{item}/LINE/low/{number}"
    return _event(number, at_ms, "reorder_triggered", key=key, item=item, location="LINE", rule="low", tr=told)
