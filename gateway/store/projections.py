"""The fold: tables that hold what the journal adds up to (promise R4).

`fold` reads nothing but the event and these tables, decides nothing, and is the same function for
a live commit, for `rebuild` and for `verify`, so the three cannot disagree about an event. What it
changes is kept here until `write`, so that a batch costs few statements; what it read is kept too,
since nobody else writes these tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from gateway.clock import parse_iso_utc
from gateway.model import Card, Signal
from gateway.quantity import format_quantity, parse_quantity
from gateway.store.bulk import Bulk
from gateway.store.pending import PendingRows
from gateway.store.standing import Standing
from gateway.store.usage_rows import ZONE_FACT, UsageRows

FILLS_KEPT = 8
WRITE_AFTER_EVENTS = 1000  # so that folding a whole journal keeps little in memory
ROWS_REMEMBERED = 20_000  # of each table that is read in the hot path
FACTS_REMEMBERED = 1000  # of one kind, when all of them are asked for

_CARD_COLUMNS = "card(card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot,last_seq)"
_CARD_ROW = "(?,?,?,?,?,?,?,?,?,?,?,?,?)"
_CARD_PUT = Bulk(f"INSERT OR REPLACE INTO {_CARD_COLUMNS} VALUES", _CARD_ROW)
_CARD_TURN = Bulk(
    f"INSERT INTO {_CARD_COLUMNS} VALUES", _CARD_ROW,
    " ON CONFLICT DO UPDATE SET life=excluded.life, state=excluded.state, cycle=excluded.cycle,"
    " quantity=excluded.quantity, revision=excluded.revision, undone=excluded.undone, signal=excluded.signal,"
    " wall_ms=excluded.wall_ms, mono_ms=excluded.mono_ms, boot=excluded.boot, last_seq=excluded.last_seq",
)  # fmt: skip
_CARD_SELECT = (
    "SELECT card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot,last_seq"
    " FROM card WHERE card=?"
)
_STOCK_SELECT = "SELECT quantity,since_ms,last_seq FROM stock WHERE item=? AND location=? AND status=? AND lot=?"
_STOCK_PUT = Bulk(
    "INSERT OR REPLACE INTO stock(item,location,status,lot,quantity,since_ms,prev_seq,last_seq) VALUES",
    "(?,?,?,?,?,?,?,?)",
)
_SIGNAL_PUT = Bulk(
    "INSERT OR REPLACE INTO signal(key,loop,item,location,quantity,uom,cards,opened_seq,doc) VALUES",
    "(?,?,?,?,?,?,?,?,?)",
)
_PLACE_SELECT = "SELECT status,lot,quantity,since_ms FROM stock WHERE item=? AND location=?"
_SIGNALS_SELECT = "SELECT key,loop,item,location,quantity,uom,opened_seq,doc FROM signal WHERE item=? ORDER BY key"
_SIGNAL_DROP = Bulk("DELETE FROM signal WHERE key IN(", "?", ")")
_FILL_SELECT = "SELECT durations_ms FROM fill WHERE loop=?"
_FILL_PUT = Bulk("INSERT OR REPLACE INTO fill(loop,durations_ms) VALUES", "(?,?)")
_PRESS_PUT = Bulk("INSERT OR REPLACE INTO press(device,packet,digest,read_id) VALUES", "(?,?,?,?)")
_FACT_SELECT = "SELECT body FROM fact WHERE kind=? AND id=?"
_FACTS_SELECT = "SELECT id,body FROM fact WHERE kind=? ORDER BY id"
_Place = tuple[str, str, str, str]  # item, location, status, lot
_Row = tuple[int, int, int]  # quantity, since when there is some, last sequence

_RESOLVE_JOIN = (
    "INSERT INTO resolve(id,kind,code,text,station,card,posting,ref,count,first_seq,last_seq)"
    " VALUES(?,?,?,?,?,?,?,?,1,?,?) ON CONFLICT DO UPDATE SET count=count+1, last_seq=excluded.last_seq"
)


class Projections:
    """Folds events into the projection tables of one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._cards: dict[str, Card] = {}
        self._stock: dict[_Place, _Row] = {}
        self._fills: dict[str, tuple[int, ...]] = {}
        self._facts: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}  # all facts of a kind that has few
        self._places: dict[tuple[str, str], dict[tuple[str, str], tuple[int, int]]] = {}  # item, location: its rows
        self._open: dict[str, tuple[Signal, ...]] = {}  # open signals by item
        self._listed: dict[str, str] = {}  # keys that stand in them, and the item
        self._turned_cards = PendingRows(connection, _CARD_TURN)
        self._new_cards = PendingRows(connection, _CARD_PUT)  # written after the former
        self._changed_stock = PendingRows(connection, _STOCK_PUT)
        self._signals = PendingRows(connection, _SIGNAL_PUT, _SIGNAL_DROP)
        self._changed_fills = PendingRows(connection, _FILL_PUT)
        self._presses = PendingRows(connection, _PRESS_PUT)
        cards = (self._turned_cards, self._new_cards)
        self._pending = (*cards, self._changed_stock, self._signals, self._changed_fills, self._presses)
        self._usage = UsageRows(connection, self.fact)
        self.usage = self._usage.history
        self.area = self._usage.area
        self.standing = Standing(connection, self._write_cards)
        self._folded = 0  # events whose rows are not written yet
        self._folds: tuple[tuple[str, Callable[[int, dict[str, Any], Any], None]], ...] = (
            ("tr", self._open_signal),
            ("closes", self._close_signals),
            ("reopens", self._reopen_signals),
            ("doc", self._store_document),
            ("fill", self._add_fill),
            ("dsp", self._note_disposition),
            ("task", self._join_task),
            ("md", self._swap_master),
            ("stock", self._set_stock),
            ("cmd", self._note_command),
            ("press", self._note_press),
            ("gone", self._remove_cards),
            ("facts", self._set_facts),
            ("done", self._end_tasks),
        )

    def forget(self) -> None:
        """Drop remembered and unwritten rows: the transaction or a savepoint was rolled back."""
        for rows in self._pending:
            rows.forget()
        self._usage.forget()
        self.standing.forget()
        for known in self._known():
            known.clear()
        self._folded = 0

    def write(self) -> None:
        """Bring the tables up to date; before a commit, and before any question that is not answered here."""
        if not self._folded:
            return
        for rows in self._pending:
            rows.write()
        self._usage.write(limit=ROWS_REMEMBERED)
        self._folded = 0
        for known in self._known()[:-2]:
            if len(known) > ROWS_REMEMBERED:
                known.clear()
        if len(self._listed) > ROWS_REMEMBERED:  # only both together: a list must be found by its keys
            self._open.clear()
            self._listed.clear()

    def _known(self) -> tuple[dict[Any, Any], ...]:
        return (
            self._cards, self._stock, self._fills, self._facts, self._kinds, self._places, self._open, self._listed,
        )  # fmt: skip

    def card(self, card: str) -> Card | None:
        """The card's row as of the open transaction."""
        known = self._cards.get(card)
        if known is None:
            row = self._execute(_CARD_SELECT, (card,)).fetchone()
            if row is None:
                return None
            known = self._cards[card] = Card(*row)
        return known

    def fills(self, loop: str) -> tuple[int, ...]:
        """The loop's last fill durations in milliseconds, as of the open transaction."""
        known = self._fills.get(loop)
        if known is None:
            row = self._execute(_FILL_SELECT, (loop,)).fetchone()
            known = self._fills[loop] = tuple(map(int, row[0].split(","))) if row else ()
        return known

    def fact(self, kind: str, key: str) -> dict[str, Any] | None:
        """What is known of it as of the open transaction."""
        place = (kind, key)
        if place not in self._facts:
            row = self._execute(_FACT_SELECT, place).fetchone()
            self._facts[place] = orjson.loads(row[0]) if row else None
        return self._facts[place]

    def facts(self, kind: str) -> Mapping[str, dict[str, Any]]:
        """All facts of a kind by key, as of the open transaction. Not to be changed."""
        known = self._kinds.get(kind)
        if known is None:
            known = {key: orjson.loads(body) for key, body in self._execute(_FACTS_SELECT, (kind,))}
            if len(known) <= FACTS_REMEMBERED:
                self._kinds[kind] = known
        return known

    def stock_of(self, item: str, location: str) -> Mapping[tuple[str, str], tuple[int, int]]:
        """By status and lot: quantity and since when there is some, as of the open transaction. Not to be changed."""
        place = (item, location)
        known = self._places.get(place)
        if known is None:
            self._changed_stock.write()
            rows = self._execute(_PLACE_SELECT, place)
            known = self._places[place] = {(status, lot): (quantity, since) for status, lot, quantity, since in rows}
        return known

    def stock_seq(self, item: str, location: str, status: str, lot: str) -> int:
        """Journal sequence of the last event that moved this stock, 0 when none did."""
        return self._stock_at((item, location, status, lot))[2]

    def signals_of(self, item: str) -> Sequence[Signal]:
        """The open signals of an item by key, as of the open transaction."""
        known = self._open.get(item)
        if known is None:
            self._signals.write()
            known = tuple(Signal(*row) for row in self._execute(_SIGNALS_SELECT, (item,)))
            self._open[item] = known
            self._listed.update((one.key, item) for one in known)
        return known

    def fold(self, seq: int, body: dict[str, Any]) -> tuple[str | None, str | None]:
        """Apply one event; returns the previous sequences of its cards and of its stock rows."""
        if "origin" in body:
            return None, None  # carried for another gateway: what it means here, `events_imported` says
        if self._folded >= WRITE_AFTER_EVENTS:
            self.write()
        self._folded += 1
        prev_cards = self._set_cards(seq, body, body["after"]) if "after" in body else None
        prev_stock = self._move_stock(seq, body) if "mv" in body else None
        for member, apply in self._folds:
            if member in body:
                apply(seq, body, body[member])
        return prev_cards, prev_stock

    def _set_cards(self, seq: int, body: dict[str, Any], rows: list[dict[str, Any]]) -> str:
        at = (parse_iso_utc(body["w"]), body["m"], body["boot"])
        previous = []
        for row in rows:
            name, loop = row["card"], row["loop"]
            before = self.card(name)
            previous.append(str(before.last_seq) if before else "0")
            wall_ms, mono_ms, boot = row.get("since", at)  # an order number, say, is no act on the container
            card = (
                name, loop, row["life"], row["state"], row["cycle"], parse_quantity(row["qty"]),
                row["rev"], row["undone"], row["sig"], wall_ms, mono_ms, boot, seq,
            )  # fmt: skip
            # An update leaves the index by loop alone; a card that is new or changed its loop is written whole.
            key = (name,)
            is_new = before is None or before.loop != loop or key in self._new_cards
            (self._new_cards if is_new else self._turned_cards).put(key, card)
            self._cards[name] = Card(*card)
            self.standing.note(before, loop, row["state"])
        return ",".join(previous)

    def _write_cards(self) -> None:
        for rows in (self._turned_cards, self._new_cards):
            rows.write()

    def _remove_cards(self, seq: int, body: dict[str, Any], names: list[str]) -> None:
        self._write_cards()
        for name in names:
            self._execute("DELETE FROM card WHERE card=?", (name,))
            self._cards.pop(name, None)
        self.standing.forget()

    def _move_stock(self, seq: int, body: dict[str, Any]) -> str:
        """Goods keep their age wherever they go, also where one movement takes them and another puts them."""
        previous = []
        at_ms = parse_iso_utc(body["w"])
        taken: dict[tuple[str, str], int] = {}  # since when what was taken has been here
        for move in body["mv"]:
            item, status, lot = move["item"], move.get("status", "available"), move.get("lot", "")
            base = parse_quantity(move["base"])
            for location, change in ((move["from"], -base), (move["to"], base)):
                if location is not None:
                    place = (item, location, status, lot)
                    quantity, since_ms, last_seq = self._stock_at(place)
                    if change < 0:
                        taken[item, lot] = since_ms or at_ms
                        since_ms = since_ms if quantity + change > 0 else 0
                    elif quantity + change > 0:
                        arrived_ms = taken.get((item, lot), at_ms)
                        since_ms = min(since_ms, arrived_ms) if since_ms else arrived_ms
                    self._put_stock(place, quantity + change, since_ms, last_seq, seq)
                    previous.append(str(last_seq))
        self._usage.add(body, at_ms)
        return ",".join(previous)

    def _stock_at(self, place: _Place) -> _Row:
        known = self._stock.get(place)
        return known or self._execute(_STOCK_SELECT, place).fetchone() or (0, 0, 0)

    def _put_stock(self, place: _Place, quantity: int, since_ms: int, last_seq: int, seq: int) -> None:
        self._stock[place] = (quantity, since_ms, seq)
        self._changed_stock.put(place, (*place, quantity, since_ms, last_seq, seq))
        if (rows := self._places.get(place[:2])) is not None:
            rows[place[2:]] = (quantity, since_ms)

    def _set_stock(self, seq: int, body: dict[str, Any], rows: list[list[str]]) -> None:
        at_ms, days = parse_iso_utc(body["w"]), body.get("since") or [""] * len(rows)
        for (item, location, status, lot, text), day in zip(rows, days, strict=True):
            place, quantity = (item, location, status, lot), parse_quantity(text)
            _, since_ms, last_seq = self._stock_at(place)
            came_ms = parse_iso_utc(f"{day}T00:00:00.000Z") if day else since_ms or at_ms
            self._put_stock(place, quantity, came_ms if quantity > 0 else 0, last_seq, seq)

    def _open_signal(self, seq: int, body: dict[str, Any], trigger: dict[str, Any]) -> None:
        key = body["key"]
        row = (
            key, body.get("loop", ""), trigger["item"], trigger.get("location", ""), parse_quantity(trigger["qty"]),
            trigger["uom"], "\n".join(trigger["cards"]), seq, "",
        )  # fmt: skip
        self._put_signal(row)

    def _close_signals(self, seq: int, body: dict[str, Any], keys: list[str]) -> None:
        for key in keys:
            self._signals.drop((key,))
            self._forget_signal(key)

    def _reopen_signals(self, seq: int, body: dict[str, Any], signals: list[dict[str, Any]]) -> None:
        for signal in signals:
            row = (
                signal["key"], signal["loop"], signal["item"], signal.get("location", ""),
                parse_quantity(signal["qty"]), signal["uom"], "\n".join(signal["cards"]), signal["seq"], signal["doc"],
            )  # fmt: skip
            self._put_signal(row)

    def _put_signal(self, row: tuple[Any, ...]) -> None:
        self._signals.put((row[0],), row)
        self._open.pop(row[2], None)

    def _forget_signal(self, key: str) -> None:
        """A list that was read is read again when asked for, without the signal or with its new document."""
        if item := self._listed.pop(key, ""):
            self._open.pop(item, None)

    def _store_document(self, seq: int, body: dict[str, Any], document: dict[str, str]) -> None:
        self._signals.write()
        self._execute("UPDATE signal SET doc=? WHERE key=?", (document["doc"], document["key"]))
        self._forget_signal(document["key"])

    def _add_fill(self, seq: int, body: dict[str, Any], fill: dict[str, Any]) -> None:
        loop = fill["loop"]
        durations = (*self.fills(loop), int(fill["ms"]))[-FILLS_KEPT:]
        self._fills[loop] = durations
        self._changed_fills.put((loop,), (loop, ",".join(map(str, durations))))

    def _note_disposition(self, seq: int, body: dict[str, Any], disposition: dict[str, Any]) -> None:
        self._execute(
            "INSERT INTO disposition(stream,n) VALUES(?,?) ON CONFLICT DO UPDATE SET n=max(n,excluded.n)",
            (disposition["st"], disposition["n"]),
        )
        if disposition["c"] == "rejected":
            posting = body.get("task", {}).get("posting", "")
            self._execute(
                "INSERT INTO refusal(posting,code,streak) VALUES(?,?,1) ON CONFLICT DO UPDATE SET"
                " streak=CASE WHEN code=excluded.code THEN streak+1 ELSE 1 END, code=excluded.code",
                (posting, disposition.get("code", "")),
            )

    def _join_task(self, seq: int, body: dict[str, Any], task: dict[str, str]) -> None:
        names = ("id", "kind", "code", "msg", "station", "card", "posting", "ref")
        self._execute(_RESOLVE_JOIN, (*(task.get(name, "") for name in names), seq, seq))

    def _end_tasks(self, seq: int, body: dict[str, Any], tasks: list[str]) -> None:
        for task in tasks:
            self._execute("DELETE FROM resolve WHERE id=?", (task,))

    def _set_facts(self, seq: int, body: dict[str, Any], rows: list[tuple[str, str, dict[str, Any] | None]]) -> None:
        for kind, key, fact in rows:
            self._facts[kind, key] = fact
            self._kinds.pop(kind, None)
            if (kind, key) == ZONE_FACT:
                self._usage.forget_master()
            if fact is None:
                self._execute("DELETE FROM fact WHERE kind=? AND id=?", (kind, key))
            else:
                text = orjson.dumps(fact, option=orjson.OPT_SORT_KEYS).decode()
                self._execute("INSERT OR REPLACE INTO fact(kind,id,body) VALUES(?,?,?)", (kind, key, text))

    def _swap_master(self, seq: int, body: dict[str, Any], change: dict[str, Any]) -> None:
        dataset = change["dataset"]
        if dataset == "locations":
            self._usage.forget_master()
        for row in change["set"]:
            text = orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()
            self._execute("INSERT OR REPLACE INTO master(dataset,id,body) VALUES(?,?,?)", (dataset, row["id"], text))
        for key in change["del"]:
            self._execute("DELETE FROM master WHERE dataset=? AND id=?", (dataset, key))
        self._execute(
            "INSERT OR REPLACE INTO dataset(dataset,version,etag,seq) VALUES(?,?,?,?)",
            (dataset, change["version"], change["etag"], seq),
        )

    def _note_command(self, seq: int, body: dict[str, Any], command: dict[str, str]) -> None:
        self._execute(
            "INSERT OR REPLACE INTO inbox(id,name,result,seq) VALUES(?,?,?,?)",
            (command["id"], command["name"], command["result"], seq),
        )

    def _note_press(self, seq: int, body: dict[str, Any], press: dict[str, Any]) -> None:
        key = (body["dev"], press["pid"])
        self._presses.put(key, (*key, press["x"], body["id"]))


def previous_event(card: str, body: dict[str, Any], prev_cards: str | None) -> int:
    """Sequence of the event that changed `card` before the event `body` did; 0 when there is none."""
    names = [row["card"] for row in body.get("after", ())]
    if card not in names or not prev_cards:
        return 0
    return int(prev_cards.split(",")[names.index(card)])


def card_members(card: Card) -> dict[str, Any]:
    """A card's row as it stands in an event's `after`."""
    return {
        "card": card.card, "loop": card.loop, "life": card.life, "state": card.state, "cycle": card.cycle,
        "qty": format_quantity(card.quantity), "rev": card.revision, "undone": card.undone, "sig": card.signal,
    }  # fmt: skip
