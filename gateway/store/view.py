"""The decider's typed reads over the writer's open transaction (model.View)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from gateway.clock import parse_iso_utc
from gateway.ids import parse_id
from gateway.model import Card, Signal, Stamp
from gateway.store.journal import Journal
from gateway.store.projections import Projections, previous_event

MasterParser = Callable[[Mapping[str, Any]], Any]
LOOK_BACK_EVENTS = 20_000  # how far back a station's last transition is searched after a restart

_CARDS = "SELECT card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot,last_seq FROM card"

_SIGNAL_MEMBERS = ("item", "qty", "uom", "cards", "location")
_TASK_MEMBERS = ("id", "kind", "code", "msg", "station", "card", "posting", "ref", "count", "first_seq", "last_seq")
_TASKS = "SELECT id,kind,code,text,station,card,posting,ref,count,first_seq,last_seq FROM resolve"


class StoreView:
    """Reads what earlier scans of the same batch did, because it shares their transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        journal: Journal,
        projections: Projections,
        parsers: Mapping[str, MasterParser],
        *,
        site: str,
        gateway: str,
        epoch: str,
        now: Stamp,
    ) -> None:
        self._connection = connection
        self._journal = journal
        self._parsers = parsers
        self._masters: dict[str, dict[str, Any]] = {}  # parsed rows by dataset and id
        self._versions: dict[str, tuple[int, str]] = {}
        self._since: dict[str, int] = {}
        self._codes: dict[str, str] | None = None
        self._words: dict[str, dict[str, tuple[str, ...]]] = {}
        self._last_change: dict[str, int] = {}
        self.generation = 0
        self.site = site
        self.gateway = gateway
        self.epoch = epoch
        self.now = now
        self.card = projections.card
        self.fills = projections.fills
        self.fact = projections.fact
        self.facts = projections.facts
        self.oldest_wait = projections.standing.oldest_wait
        self.left_behind = projections.standing.left_behind
        self.stock_of = projections.stock_of
        self.stock_seq = projections.stock_seq
        self.signals_of = projections.signals_of
        self.usage = projections.usage
        self.area = projections.area

    def _execute(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Ask the tables, which must say what earlier scans of the batch did."""
        self._journal.write()
        return self._connection.execute(query, values)

    def forget(self) -> None:
        """Drop remembered reads after a rollback."""
        self.generation += 1
        self._masters.clear()
        self._versions.clear()
        self._since.clear()
        self._codes = None
        self._words.clear()
        self._last_change.clear()

    def forget_master(self, dataset: str) -> None:
        """Drop what is remembered of a dataset that changed."""
        self._masters.pop(dataset, None)
        self._versions.pop(dataset, None)
        self._since.pop(dataset, None)
        self._words.pop(dataset, None)
        if dataset == "cards":
            self._codes = None

    def note_change(self, station: str, seq: int) -> None:
        """Remember a card transition made at a station, for undo."""
        self._last_change[station] = seq

    def cards_of(self, loop: str) -> list[Card]:
        return [Card(*row) for row in self._execute(f"{_CARDS} WHERE loop=? ORDER BY card", (loop,))]

    def master(self, dataset: str, key: str) -> Any:
        known = self._masters.setdefault(dataset, {})
        if key not in known:
            row = self._execute("SELECT body FROM master WHERE dataset=? AND id=?", (dataset, key)).fetchone()
            known[key] = self._parsers[dataset](orjson.loads(row[0])) if row else None
        return known[key]

    def find(self, dataset: str, word: str) -> tuple[str, ...]:
        if dataset not in self._words:
            self._words[dataset] = self._index(dataset)
        return self._words[dataset].get(word, ())

    def _index(self, dataset: str) -> dict[str, tuple[str, ...]]:
        """Built once for each set of master data, so that a scan costs one look-up however many rows there are."""
        found: dict[str, tuple[str, ...]] = {}
        for (body,) in self._execute("SELECT body FROM master WHERE dataset=? ORDER BY id", (dataset,)):
            entry = self._parsers[dataset](orjson.loads(body))
            for word in getattr(entry, "words", ()):
                found[word] = (*found.get(word, ()), entry.id)
        return found

    def master_rows(self, dataset: str) -> dict[str, dict[str, Any]]:
        rows = self._execute("SELECT id,body FROM master WHERE dataset=?", (dataset,))
        return {key: orjson.loads(body) for key, body in rows}

    def master_version(self, dataset: str) -> tuple[int, str]:
        known = self._versions.get(dataset)
        if known is None:
            row = self._execute("SELECT version,etag FROM dataset WHERE dataset=?", (dataset,)).fetchone()
            known = self._versions[dataset] = (row[0], row[1]) if row else (0, "")
        return known

    def master_since(self, dataset: str) -> int:
        known = self._since.get(dataset)
        if known is None:
            row = self._execute("SELECT seq FROM dataset WHERE dataset=?", (dataset,)).fetchone()
            event = self.event(row[0]) if row else None
            known = self._since[dataset] = parse_iso_utc(event["w"]) if event else 0
        return known

    def card_for_code(self, code: str) -> str | None:
        if self._codes is None:
            rows = self._execute("SELECT body ->> '$.code', id FROM master WHERE dataset='cards'")
            self._codes = {printed: card for printed, card in rows if printed}
        return self._codes.get(code)

    def signal_cards(self, key: str) -> tuple[str, ...]:
        row = self._execute("SELECT cards FROM signal WHERE key=?", (key,)).fetchone()
        return tuple(row[0].split("\n")) if row and row[0] else ()

    def signal(self, key: str) -> Signal | None:
        query = "SELECT key,loop,item,location,quantity,uom,opened_seq,doc FROM signal WHERE key=?"
        row = self._execute(query, (key,)).fetchone()
        return Signal(*row) if row else None

    def closed_signal(self, key: str) -> dict[str, Any] | None:
        query = (
            "SELECT seq,body FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ?"
            " AND (body ->> '$.key' = ? AND body -> '$.tr' IS NOT NULL OR body ->> '$.doc.key' = ?) ORDER BY seq"
        )
        signal: dict[str, Any] | None = None
        for seq, text in self._execute(query, (LOOK_BACK_EVENTS, key, key)).fetchall():
            body = orjson.loads(text)
            if "tr" in body:
                trigger = body["tr"]
                members = {name: trigger[name] for name in _SIGNAL_MEMBERS if name in trigger}
                signal = {"key": key, "loop": body.get("loop", ""), **members, "seq": seq, "doc": ""}
            elif signal is not None:
                signal["doc"] = body["doc"]["doc"]
        return signal

    def event(self, seq: int) -> dict[str, Any] | None:
        text = self._journal.unwritten(seq)
        if text is None:
            row = self._connection.execute("SELECT body FROM journal WHERE seq=?", (seq,)).fetchone()
            return _with_kind(row, seq)
        return _with_kind((text,), seq)

    def event_by_id(self, event_id: str) -> dict[str, Any] | None:
        row = self._execute("SELECT body,seq FROM journal WHERE id=?", (parse_id(event_id),)).fetchone()
        return _with_kind(row, row[1] if row else 0)

    def last_change_at(self, station: str) -> int | None:
        if station not in self._last_change:
            row = self._execute(
                "SELECT seq FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ?"
                " AND (stream='sig' OR body -> '$.aside' IS NOT NULL) AND body ->> '$.sta' = ?"
                " AND body ->> '$.call' IS NULL AND body ->> '$.origin' IS NULL ORDER BY seq DESC LIMIT 1",
                (LOOK_BACK_EVENTS, station),
            ).fetchone()
            if row is None:
                return None
            self._last_change[station] = row[0]
        return self._last_change[station]

    def stock(self, item: str, location: str, status: str, lot: str) -> int:
        query = "SELECT quantity FROM stock WHERE item=? AND location=? AND status=? AND lot=?"
        row = self._execute(query, (item, location, status, lot)).fetchone()
        return int(row[0]) if row else 0

    def all_stock(self) -> dict[tuple[str, str, str, str], int]:
        rows = self._execute("SELECT item,location,status,lot,quantity FROM stock")
        return {(item, location, status, lot): quantity for item, location, status, lot, quantity in rows}

    def has_unsettled(self, card: str) -> bool:
        oldest = self._execute("SELECT jseq FROM outbox WHERE stream='sig' ORDER BY seq LIMIT 1").fetchone()
        known = self.card(card)
        seq = known.last_seq if known else 0
        while oldest and seq >= oldest[0]:
            row_of = self._execute("SELECT stream,body,prev_cards FROM journal WHERE seq=?", (seq,)).fetchone()
            stream, seq = row_of[0], previous_event(card, orjson.loads(row_of[1]), row_of[2])
            if stream == "sig":
                return True
        return False

    def settled_up_to(self, stream: str) -> int:
        row = self._execute("SELECT cum FROM stream WHERE stream=?", (stream,)).fetchone()
        return int(row[0]) if row else 0

    def unsettled_moves(self, as_of: dict[str, tuple[str, int]]) -> list[dict[str, Any]] | None:
        if not as_of or any(epoch != self.epoch for epoch, _ in as_of.values()):
            return None
        moves: list[dict[str, Any]] = []
        for stream in ("sig", "mov"):
            row = self._execute("SELECT cum,head FROM stream WHERE stream=?", (stream,)).fetchone()
            settled, head = row or (0, 0)
            counted = as_of.get(stream, (self.epoch, 0))[1]
            if not settled <= counted <= head:
                return None
            bodies = self._execute(
                "SELECT j.body -> '$.mv' FROM outbox o JOIN journal j ON j.seq=o.jseq WHERE o.stream=? AND o.seq>?"
                " ORDER BY o.seq",
                (stream, counted),
            )
            for (text,) in bodies:
                moves.extend(orjson.loads(text) if text else ())
        return moves

    def press_seen(self, device: str, packet: int, digest: str) -> str | None:
        query = "SELECT digest,read_id FROM press WHERE device=? AND packet=?"
        row = self._execute(query, (device, packet)).fetchone()
        return row[1] if row and row[0] == digest else None

    def open_task(self, task_id: str) -> dict[str, Any] | None:
        row = self._execute(f"{_TASKS} WHERE id=?", (task_id,)).fetchone()
        return dict(zip(_TASK_MEMBERS, row, strict=True)) if row else None

    def open_tasks(self) -> list[dict[str, Any]]:
        rows = self._execute(f"{_TASKS} ORDER BY first_seq,id")
        return [dict(zip(_TASK_MEMBERS, row, strict=True)) for row in rows]

    def command_done(self, command_id: str) -> bool:
        return self._execute("SELECT 1 FROM inbox WHERE id=?", (command_id,)).fetchone() is not None

    def refusals_in_a_row(self, code: str, posting: str) -> int:
        row = self._execute("SELECT streak FROM refusal WHERE posting=? AND code=?", (posting, code)).fetchone()
        return int(row[0]) if row else 0

    def disposition_count(self, stream: str) -> int:
        row = self._execute("SELECT n FROM disposition WHERE stream=?", (stream,)).fetchone()
        return int(row[0]) if row else 0


def _with_kind(row: Any, seq: int) -> dict[str, Any] | None:
    if row is None:
        return None
    body: dict[str, Any] = orjson.loads(row[0])
    return {**body, "kind": body["t"], "seq": seq}
