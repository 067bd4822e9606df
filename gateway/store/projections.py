"""The fold: tables that hold what the journal adds up to (promise R4).

`fold` reads nothing but the event and these tables, decides nothing, and is the same function for
a live commit, for `rebuild` and for `verify`, so the three cannot disagree about an event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import orjson

from gateway.clock import parse_iso_utc
from gateway.model import Card
from gateway.quantity import format_quantity, parse_quantity

FILLS_KEPT = 8

_CARD_UPDATE = (
    "UPDATE card SET life=?,state=?,cycle=?,quantity=?,revision=?,undone=?,signal=?,wall_ms=?,mono_ms=?,boot=?"
    ",last_seq=? WHERE card=? AND loop=?"
)
_CARD_INSERT = (
    "INSERT OR REPLACE INTO card(card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot"
    ",last_seq) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_CARD_SELECT = (
    "SELECT card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot,last_seq"
    " FROM card WHERE card=?"
)
_STOCK_ADD = (
    "INSERT INTO stock(item,location,status,lot,quantity,prev_seq,last_seq) VALUES(?,?,?,?,?,0,?)"
    " ON CONFLICT DO UPDATE SET quantity=quantity+excluded.quantity, prev_seq=last_seq, last_seq=excluded.last_seq"
    " RETURNING prev_seq"
)
_STOCK_SET = (
    "INSERT INTO stock(item,location,status,lot,quantity,prev_seq,last_seq) VALUES(?,?,?,?,?,0,?)"
    " ON CONFLICT DO UPDATE SET quantity=excluded.quantity, prev_seq=last_seq, last_seq=excluded.last_seq"
)
_RESOLVE_JOIN = (
    "INSERT INTO resolve(id,kind,code,text,station,card,posting,ref,count,first_seq,last_seq)"
    " VALUES(?,?,?,?,?,?,?,?,1,?,?) ON CONFLICT DO UPDATE SET count=count+1, last_seq=excluded.last_seq"
)


class Projections:
    """Folds events into the projection tables of one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._cards: dict[str, Card] = {}  # rows seen in the open transaction
        self._folds: tuple[tuple[str, Callable[[int, dict[str, Any], Any], None]], ...] = (
            ("tr", self._open_signal),
            ("closes", self._close_signals),
            ("doc", self._store_document),
            ("fill", self._add_fill),
            ("dsp", self._note_disposition),
            ("task", self._join_task),
            ("md", self._swap_master),
            ("stock", self._set_stock),
            ("cmd", self._note_command),
            ("press", self._note_press),
            ("gone", self._remove_cards),
        )

    def forget(self) -> None:
        """Drop remembered rows: a new transaction begins, or a savepoint was rolled back."""
        self._cards.clear()

    def card(self, card: str) -> Card | None:
        """The card's row as of the open transaction."""
        known = self._cards.get(card)
        if known is None:
            row = self._execute(_CARD_SELECT, (card,)).fetchone()
            if row is None:
                return None
            known = self._cards[card] = Card(*row)
        return known

    def fold(self, seq: int, body: dict[str, Any]) -> tuple[str | None, str | None]:
        """Apply one event; returns the previous sequences of its cards and of its stock rows."""
        prev_cards = self._set_cards(seq, body, body["after"]) if "after" in body else None
        prev_stock = self._move_stock(seq, body["mv"]) if "mv" in body else None
        for member, apply in self._folds:
            if member in body:
                apply(seq, body, body[member])
        return prev_cards, prev_stock

    def _set_cards(self, seq: int, body: dict[str, Any], rows: list[dict[str, Any]]) -> str:
        wall_ms, mono_ms, boot = parse_iso_utc(body["w"]), body["m"], body["boot"]
        previous = []
        for row in rows:
            name, loop = row["card"], row["loop"]
            before = self.card(name)
            previous.append(str(before.last_seq) if before else "0")
            card = Card(
                name, loop, row["life"], row["state"], row["cycle"], parse_quantity(row["qty"]),
                row["rev"], row["undone"], row["sig"], wall_ms, mono_ms, boot, seq,
            )  # fmt: skip
            values = (
                card.life, card.state, card.cycle, card.quantity, card.revision, card.undone,
                card.signal, wall_ms, mono_ms, boot, seq,
            )  # fmt: skip
            if self._execute(_CARD_UPDATE, (*values, name, loop)).rowcount == 0:
                self._execute(_CARD_INSERT, (name, loop, *values))
            self._cards[name] = card
        return ",".join(previous)

    def _remove_cards(self, seq: int, body: dict[str, Any], names: list[str]) -> None:
        for name in names:
            self._execute("DELETE FROM card WHERE card=?", (name,))
            self._cards.pop(name, None)

    def _move_stock(self, seq: int, moves: list[dict[str, Any]]) -> str:
        previous = []
        for move in moves:
            item, status, lot = move["item"], move.get("status", "available"), move.get("lot", "")
            base = parse_quantity(move["base"])
            for location, quantity in ((move["from"], -base), (move["to"], base)):
                if location is not None:
                    row = self._execute(_STOCK_ADD, (item, location, status, lot, quantity, seq)).fetchone()
                    previous.append(str(row[0]))
        return ",".join(previous)

    def _set_stock(self, seq: int, body: dict[str, Any], rows: list[list[str]]) -> None:
        for item, location, status, lot, quantity in rows:
            self._execute(_STOCK_SET, (item, location, status, lot, parse_quantity(quantity), seq))

    def _open_signal(self, seq: int, body: dict[str, Any], trigger: dict[str, Any]) -> None:
        self._execute(
            "INSERT OR REPLACE INTO signal(key,loop,item,quantity,uom,cards,opened_seq,doc) VALUES(?,?,?,?,?,?,?,'')",
            (body["key"], body.get("loop", ""), trigger["item"], parse_quantity(trigger["qty"]), trigger["uom"],
             "\n".join(trigger["cards"]), seq),
        )  # fmt: skip

    def _close_signals(self, seq: int, body: dict[str, Any], keys: list[str]) -> None:
        for key in keys:
            self._execute("DELETE FROM signal WHERE key=?", (key,))

    def _store_document(self, seq: int, body: dict[str, Any], document: dict[str, str]) -> None:
        self._execute("UPDATE signal SET doc=? WHERE key=?", (document["doc"], document["key"]))

    def _add_fill(self, seq: int, body: dict[str, Any], fill: dict[str, Any]) -> None:
        row = self._execute("SELECT durations_ms FROM fill WHERE loop=?", (fill["loop"],)).fetchone()
        durations = [*(row[0].split(",") if row else []), str(fill["ms"])][-FILLS_KEPT:]
        self._execute("INSERT OR REPLACE INTO fill(loop,durations_ms) VALUES(?,?)", (fill["loop"], ",".join(durations)))

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

    def _swap_master(self, seq: int, body: dict[str, Any], change: dict[str, Any]) -> None:
        dataset = change["dataset"]
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
        self._execute(
            "INSERT OR REPLACE INTO press(device,packet,digest,read_id) VALUES(?,?,?,?)",
            (body["dev"], press["pid"], press["x"], body["id"]),
        )


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
