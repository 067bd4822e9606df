"""The unsynced part of a store as lines that travel, and its way into another store.

Another box only carries these events: they keep their ids and their origin, the fold passes them over, and the ERP
recognises each by its id however many boxes bring it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.clock import Clock, iso_utc, parse_iso_utc
from gateway.errors import GatewayError
from gateway.ids import format_id, new_id, parse_id
from gateway.store.connection import DATABASE, open_reader
from gateway.store.damage import DAMAGE
from gateway.store.epoch import stamp_members
from gateway.store.journal import STREAMS
from gateway.store.store import Store, stamp

EVENTS_LIMIT = 1_000_000
WHAT = "kanban-gateway unsynced"
_NUMBERED_ANEW = "epoch_started"  # of a numbering that does not travel
_WAITING = "SELECT j.seq, o.stream, o.seq, j.body FROM outbox o JOIN journal j ON j.seq=o.jseq ORDER BY o.jseq"
_REFUSED = "SELECT id FROM fact WHERE kind='refused' AND body ->> '$.how'<>'parked'"

Event = dict[str, Any]


class MailError(GatewayError):
    """Lines that are not the unsynced part of a gateway, or not for this one."""


@dataclass(frozen=True, slots=True)
class Head:
    """Whose events they are."""

    site: str
    env: str
    gateway: str
    epoch: str
    events: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One event with the number it had, 0 when the ERP had acknowledged it but not booked it."""

    stream: str
    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What an import came to."""

    head: Head
    new: int
    known: int


Conclude = Callable[[Iterator[Event]], Event]


def outgoing(data_dir: Path, env: str, clock: Clock) -> Iterator[bytes]:
    """What the ERP has not acknowledged, and what it refused and nobody has settled; oldest first.

    Read in one transaction, also while the gateway runs.
    """
    connection = open_reader(data_dir / DATABASE)
    try:
        connection.execute("BEGIN")
        meta = dict(connection.execute("SELECT name,value FROM meta").fetchall())
        rows = connection.execute(_WAITING).fetchall() + _refused(connection)
        letters = [row for row in sorted(rows) if orjson.loads(row[3])["t"] != _NUMBERED_ANEW]
        if len(letters) > EVENTS_LIMIT:
            raise MailError(f"{len(letters)} events wait, expected at most {EVENTS_LIMIT}", hint="copy the whole store")
        head = {
            "v": 1, "what": WHAT, "site": meta["site"], "env": env, "gw": meta["gateway"], "ep": meta["epoch"],
            "made": iso_utc(clock.wall_ms()), "events": len(letters),
        }  # fmt: skip
        yield orjson.dumps(head) + b"\n"
        for _, stream, seq, body in letters:
            yield f'{{"st":"{stream}","s":{seq},"event":{body}}}\n'.encode()
    finally:
        connection.close()


def incoming(lines: Iterator[bytes]) -> tuple[Head, Iterator[Letter]]:
    """Head and events of such lines; MailError names the line that is wrong."""
    first = next(lines, b"")
    try:
        told = orjson.loads(first)
        texts = [told[name] for name in ("site", "env", "gw", "ep")]
        head = Head(texts[0], texts[1], texts[2], texts[3], told["events"])
        is_sound = (told["v"], told["what"]) == (1, WHAT) and all(isinstance(text, str) for text in texts)
        is_sound = is_sound and type(head.events) is int and 0 <= head.events <= EVENTS_LIMIT
    except DAMAGE as error:
        raise MailError(f"line 1 is no head of unsynced events: {error!r}"[:300]) from error
    if not is_sound:
        raise MailError("line 1 is no head of unsynced events", hint="was it made by a newer version?")
    return head, _letters(head, lines)


def bring_in(store: Store, head: Head, letters: Iterable[Letter], conclude: Conclude, clock: Clock) -> BroughtIn:
    """Everything that is new here, in one transaction, under a new epoch.

    `conclude` is given the new events and says, as members of one more event, what they mean for cards and stock here.
    """
    connection, journal = store.connection, store.journal
    connection.execute("BEGIN IMMEDIATE")
    try:
        counts = {"new": 0, "known": 0}
        members = conclude(_appended(store, head, letters, counts))
        if counts["new"]:
            now = stamp(clock)
            told = {"from": head.gateway, "ep": head.epoch, **counts}
            body = {**members, **stamp_members(now), "id": new_id(now.wall_ms), "t": "events_imported", "import": told}
            journal.append("", body)
            store.begin_epoch(f"imported {counts['new']} events of {head.gateway}")
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        store.reload()
        if isinstance(error, DAMAGE):
            text = f"an event says what no event can say: {error!r}"[:300]
            raise MailError(text, hint="nothing was stored") from error
        raise
    store.witness.write(journal.seq, journal.hash)
    return BroughtIn(head, counts["new"], counts["known"])


def _refused(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    rows = []
    for (event_id,) in connection.execute(_REFUSED).fetchall():
        query = (
            "SELECT seq, stream, 0, body FROM journal WHERE id=? AND stream<>''"
            " AND seq NOT IN (SELECT jseq FROM outbox)"
        )
        rows += connection.execute(query, (parse_id(event_id),)).fetchall()
    return rows


def _letters(head: Head, lines: Iterator[bytes]) -> Iterator[Letter]:
    count = 0
    for count, line in enumerate(lines, 1):
        try:
            row = orjson.loads(line)
            letter = Letter(row["st"], row["s"], row["event"])
            fault = _fault(letter)
        except DAMAGE as error:
            fault = repr(error)[:200]
        if fault:
            raise MailError(f"line {count + 1}: {fault}", hint="nothing was stored")
        yield letter
    if count != head.events:
        raise MailError(f"{count} events, the head says {head.events}", hint="nothing was stored")


def _fault(letter: Letter) -> str:
    event = letter.event
    if letter.stream not in STREAMS or type(letter.seq) is not int or letter.seq < 0:
        return f"stream {letter.stream!r} number {letter.seq!r}, expected one of {', '.join(STREAMS)} and a number"
    if format_id(parse_id(event["id"])) != event["id"]:
        return f"id {event['id']!r}, expected a UUID in lower case"
    if not (isinstance(event["t"], str) and isinstance(event["boot"], str) and type(event["m"]) is int):
        return "an event without kind, boot and monotonic time"
    parse_iso_utc(event["w"])
    return "a number with a fraction, expected whole numbers only" if _has_float(event) else ""


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_float, value))
    return isinstance(value, float)


def _appended(store: Store, head: Head, letters: Iterable[Letter], counts: dict[str, int]) -> Iterator[Event]:
    """The events that are new here, each stored with where it comes from."""
    for letter in letters:
        if _is_here(store, letter.event["id"]):
            counts["known"] += 1
            continue
        counts["new"] += 1
        origin = {"gw": head.gateway, "ep": head.epoch, "st": letter.stream, "s": letter.seq}
        store.journal.append(letter.stream, {"origin": origin, **letter.event})
        yield letter.event


def _is_here(store: Store, event_id: str) -> bool:
    store.journal.write()
    row = store.connection.execute("SELECT 1 FROM journal WHERE id=?", (parse_id(event_id),)).fetchone()
    return row is not None
