"""Read-only questions to the store, for the command line and the page: status, events, export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.clock import iso_utc, parse_iso_utc
from gateway.ids import parse_id
from gateway.proof import STREAMS as PROVED
from gateway.proof import Sent
from gateway.quantity import format_quantity
from gateway.store.connection import DATABASE, open_reader
from gateway.store.outbox import OutboxReader
from gateway.store.projections import previous_event

Row = dict[str, Any]
CLOCK_SLACK_MS = 24 * 3_600_000
ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which journal events to list; empty members do not restrict."""

    kind: str = ""
    station: str = ""
    card: str = ""
    after_seq: int = 0
    last: int = 0  # only the newest n, 0 = all


class StoreReader:
    """One read-only connection; open one per thread."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / DATABASE
        self._connection = open_reader(self._path)
        self._outbox = OutboxReader(self._path)

    def status(self) -> Row:
        """Cards, stock, open signals, streams and the resolve list as JSON values."""
        meta = dict(self._connection.execute("SELECT name,value FROM meta").fetchall())
        head = self._connection.execute("SELECT max(seq) FROM journal").fetchone()[0]
        return {
            "site": meta.get("site"), "gateway": meta.get("gateway"), "epoch": meta.get("epoch"), "head": head or 0,
            "cards": self.cards(), "stock": self.stock(), "signals": self.signals(),
            "streams": self.streams(), "resolve": self.resolve(), "datasets": self.datasets(),
            "modes": self.facts("mode"), "rival": self.facts("identity").get("rival", {}).get("why", ""),
            "captured": self.facts("epcis").get("cursor", {}).get("seq", 0),
        }  # fmt: skip

    def cards(self) -> list[Row]:
        """Every card with its states."""
        rows = self._query("SELECT card,loop,life,state,cycle,quantity,revision,signal,wall_ms FROM card ORDER BY card")
        return [{**row, "quantity": format_quantity(row["quantity"])} for row in rows]

    def card(self, card: str) -> Row:
        """Loop, life and valid print of one card, empty when unknown."""
        row = self._connection.execute("SELECT loop,life,revision FROM card WHERE card=?", (card,)).fetchone()
        return dict(zip(("loop", "life", "revision"), row, strict=True)) if row else {}

    def stock(self) -> list[Row]:
        """Stock per item, location, status and lot."""
        rows = self._query("SELECT item,location,status,lot,quantity FROM stock ORDER BY item,location,status,lot")
        return [
            {
                **{name: row[name] for name in ("item", "location", "status", "lot")},
                "qty": format_quantity(row["quantity"]),
            }
            for row in rows
        ]

    def ages(self) -> list[Row]:
        """Every row of stock: micro-units, and since when there is some (ms since 1970, 0 for never)."""
        return self._query("SELECT item,location,status,lot,quantity,since_ms FROM stock")

    def last_uses(self) -> dict[tuple[str, str], int]:
        """When an item was last used in an area, ms since 1970."""
        rows = self._connection.execute("SELECT item,location,last_ms FROM usage")
        return {(item, area): last_ms for item, area, last_ms in rows}

    def signals(self) -> list[Row]:
        """Open signals."""
        rows = self._query("SELECT key,loop,item,location,quantity,uom,cards,doc FROM signal ORDER BY key")
        return [
            {**row, "quantity": format_quantity(row["quantity"]), "cards": list(filter(None, row["cards"].split("\n")))}
            for row in rows
        ]

    def streams(self) -> dict[str, Row]:
        """Head, settled and unsettled per stream."""
        return {
            name: {"head": state.head, "settled": state.cum, "unsettled": state.head - state.cum}
            for name, state in self._outbox.streams().items()
        }

    def resolve(self) -> list[Row]:
        """Tasks that wait for a person."""
        return self._query("SELECT * FROM resolve ORDER BY first_seq")

    def event(self, event_id: str) -> Row | None:
        """The event with this id and its `seq`; None when there is none."""
        row = self._connection.execute("SELECT seq,body FROM journal WHERE id=?", (parse_id(event_id),)).fetchone()
        return {"seq": row[0], **orjson.loads(row[1])} if row else None

    def opening(self, key: str) -> Row | None:
        """The newest event that opened the need of this key; looked for from the journal's end."""
        query = "SELECT seq,body FROM journal WHERE body ->> '$.key'=? AND body ->> '$.t'=? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(query, (key, "reorder_triggered")).fetchone()
        return {"seq": row[0], **orjson.loads(row[1])} if row else None

    def row_after(self, stream: str, number: int) -> int | None:
        """Journal row of the event that follows `number` in its stream in this epoch; None when there is none.

        An epoch begins with what was unsettled, which is the end of the stream before: so the newest event has
        the number of the head, and one counts back from there.
        """
        head = self._outbox.streams()[stream].head
        if number >= head:
            return None
        query = "SELECT seq FROM journal WHERE stream=? ORDER BY seq DESC LIMIT 1 OFFSET ?"
        row = self._connection.execute(query, (stream, head - number - 1)).fetchone()
        return int(row[0]) if row else None

    def datasets(self) -> list[Row]:
        """Master data versions."""
        return self._query("SELECT dataset,version,etag FROM dataset ORDER BY dataset")

    def master(self, dataset: str, key: str) -> Row:
        """One row of master data as the ERP published it, empty when unknown."""
        query = "SELECT body FROM master WHERE dataset=? AND id=?"
        row = self._connection.execute(query, (dataset, key)).fetchone()
        return orjson.loads(row[0]) if row else {}

    def masters(self, dataset: str) -> list[Row]:
        """All rows of a dataset by id, as they were published or imported."""
        rows = self._connection.execute("SELECT body FROM master WHERE dataset=? ORDER BY id", (dataset,))
        return [orjson.loads(row[0]) for row in rows]

    def master_ids(self, dataset: str) -> list[str]:
        """The ids of a dataset, in order."""
        rows = self._connection.execute("SELECT id FROM master WHERE dataset=? ORDER BY id", (dataset,))
        return [row[0] for row in rows]

    def facts(self, kind: str) -> dict[str, Row]:
        """What else is known of one kind, such as modes, by key."""
        rows = self._connection.execute("SELECT id,body FROM fact WHERE kind=? ORDER BY id", (kind,))
        return {key: orjson.loads(body) for key, body in rows}

    def fact(self, kind: str, key: str) -> Row:
        """One of them, empty when there is none."""
        row = self._connection.execute("SELECT body FROM fact WHERE kind=? AND id=?", (kind, key)).fetchone()
        return orjson.loads(row[0]) if row else {}

    def cards_in(self, loop: str) -> list[str]:
        """The cards of a loop, by name."""
        rows = self._connection.execute("SELECT card FROM card WHERE loop=? ORDER BY card", (loop,))
        return [row[0] for row in rows]

    def events(self, wanted: EventFilter) -> Iterator[Row]:
        """Journal events, oldest first, each with its `seq`."""
        if wanted.card:
            yield from self._life_of(wanted)
            return
        conditions, values = ["seq > ?"], [wanted.after_seq]
        for member, value in (("t", wanted.kind), ("sta", wanted.station)):
            if value:
                conditions.append(f"body ->> '$.{member}' = ?")
                values.append(value)  # type: ignore[arg-type]
        where = " AND ".join(conditions)
        query = f"SELECT seq,body FROM journal WHERE {where} ORDER BY seq"  # noqa: S608 - built from constants
        if wanted.last:
            query = f"SELECT * FROM ({query} DESC LIMIT {int(wanted.last)}) ORDER BY seq"  # noqa: S608
        for seq, text in self._connection.execute(query, values):
            yield {"seq": seq, **orjson.loads(text)}

    def telling(self, words: Sequence[str]) -> Iterator[Row]:
        """Every event whose canonical JSON holds one of these texts, oldest first, each with its `seq`.

        For those who read the whole journal: what they do not want costs no parsing, and it is read in pieces, so that
        no checkpoint of a running gateway waits for the end.
        """
        loads, after = orjson.loads, 0
        query = "SELECT seq,body FROM journal WHERE seq>? ORDER BY seq LIMIT ?"
        while rows := self._connection.execute(query, (after, ROWS_AT_ONCE)).fetchall():
            for seq, text in rows:
                for word in words:
                    if word in text:
                        event: Row = loads(text)
                        event["seq"] = seq
                        yield event
                        break
            after = rows[-1][0]

    def sent_between(self, start: str, end: str) -> Iterator[Sent]:
        """Events of `sig` and `mov` whose own `w` lies in [start, end), newest first.

        The journal is in the order of time but for clocks that were put right, so the search ends a day before.
        """
        early = iso_utc(parse_iso_utc(start) - CLOCK_SLACK_MS)
        query = "SELECT stream,body FROM journal ORDER BY seq DESC"
        for stream, text in self._connection.execute(query):
            event = orjson.loads(text)
            if event["w"] < early and event["q"].startswith("ntp"):
                break
            if stream in PROVED and start <= event["w"] < end:
                yield Sent(stream, event["id"], event["w"], text.encode(), event["t"])

    def waits(self, event_id: str) -> bool:
        """Whether an event still waits for the ERP's acknowledgement."""
        query = "SELECT 1 FROM outbox JOIN journal ON journal.seq=outbox.jseq WHERE journal.id=?"
        return self._connection.execute(query, (parse_id(event_id),)).fetchone() is not None

    def movements(self, after_seq: int) -> Iterator[Row]:
        """What happened to goods behind a row: stream `mov` and passages, oldest first, each with its `seq`."""
        is_passage = "instr(body, '\"t\":\"passage_closed\"')>0"  # a search in the text costs less than reading it
        query = f"SELECT seq,body FROM journal WHERE seq>? AND (stream='mov' OR {is_passage}) ORDER BY seq"  # noqa: S608
        for seq, text in self._connection.execute(query, (after_seq,)):
            yield {"seq": seq, **orjson.loads(text)}

    def head(self) -> int:
        """The newest row of the journal, 0 when there is none."""
        return int(self._connection.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0)

    def clock_after(self, event: Row, within_ms: int) -> Row | None:
        """The next event of the same boot whose clock was synchronised, if it came within so many milliseconds."""
        query = "SELECT body FROM journal WHERE seq>? ORDER BY seq"
        for (text,) in self._connection.execute(query, (event["seq"],)):
            later = orjson.loads(text)
            if later["boot"] != event["boot"] and "origin" in later:
                continue  # of another box
            if later["boot"] != event["boot"] or later["m"] - event["m"] > within_ms:
                return None
            if str(later["q"]).startswith("ntp"):
                return {"w": later["w"], "m": later["m"]}
        return None

    def export(self) -> Iterator[bytes]:
        """The whole journal as JSON lines with sequence, stream and hash; enough to fold it again elsewhere."""
        for seq, stream, digest, body in self._connection.execute(
            "SELECT seq,stream,hash,body FROM journal ORDER BY seq"
        ):
            yield f'{{"seq":{seq},"stream":"{stream}","hash":"{digest.hex()}","event":{body}}}\n'.encode()

    def close(self) -> None:
        self._outbox.close()
        self._connection.close()

    def _life_of(self, wanted: EventFilter) -> Iterator[Row]:
        """Walk a card's life back from its head; no index on the journal needed."""
        row = self._connection.execute("SELECT last_seq FROM card WHERE card=?", (wanted.card,)).fetchone()
        seq, life = row[0] if row else 0, []
        while seq and seq > wanted.after_seq:
            query = "SELECT body,prev_cards FROM journal WHERE seq=?"
            text, prev_cards = self._connection.execute(query, (seq,)).fetchone()
            event = {"seq": seq, **orjson.loads(text)}
            if (not wanted.kind or event["t"] == wanted.kind) and wanted.station in ("", event.get("sta")):
                life.append(event)
            if wanted.last and len(life) == wanted.last:
                break
            seq = previous_event(wanted.card, event, prev_cards)
        yield from reversed(life)

    def _query(self, sql: str) -> list[Row]:
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def database_exists(data_dir: Path) -> bool:
    """Whether a store was ever created here."""
    return (data_dir / DATABASE).exists()
