"""The clerk decides what becomes of one event and books its effects.

Outcomes: applied, superseded (another event had the need first), parked or rejected (when told to, or
when it cannot be booked). Recognising repeated ids is the ledger's business.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import orjson

from firmware_sim.erp.book import Book, PostingError, Standing
from firmware_sim.erp.envelope import Ack, now_utc
from firmware_sim.erp.goods import post_goods
from firmware_sim.erp.mischief import Mischief, Ruling
from firmware_sim.erp.period import Periods
from firmware_sim.erp.posting import BOOKED, VOIDED, Postings
from firmware_sim.erp.proof import answer
from firmware_sim.erp.rule_orders import is_rule_key, note_receipt, now_of
from firmware_sim.identity import new_uuid7

OPEN = ("WAIT", "EMPTY", "ORDERED", "IN_PROCESS", "IN_TRANSIT")
RIVAL = "RIVAL-01"  # a gateway that does not exist but was faster, when told to supersede
Event = dict[str, Any]


@dataclass(slots=True)
class Applied:
    """What one transaction led to; only to be acted on after it."""

    acks: dict[tuple[str, str], Ack] = field(default_factory=dict)
    commands: list[tuple[str, Event]] = field(default_factory=list)  # (gateway, document)
    corrected: set[str] = field(default_factory=set)  # gateways whose own picture may differ from ours now
    changed_by: set[str] = field(default_factory=set)  # gateways that changed cards or stock
    has_new_orders: bool = False  # an order of a reorder rule was placed, received or withdrawn


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an event."""

    outcome: str
    code: str = ""
    holds_key: bool = True
    told: Event | None = None  # members of its disposition; None: nothing to tell, it was applied


class Clerk:
    """Works inside the ledger's open transaction."""

    def __init__(self, db: sqlite3.Connection, mischief: Mischief, *, confirm_orders: bool) -> None:
        self.book = Book(db)
        self.periods = Periods(db)
        self._postings = Postings(db)
        self._db = db
        self._mischief = mischief
        self._confirm_orders = confirm_orders

    def judge(
        self, event: Event, gw: str, st: str, holders: dict[str, Event], known: dict[str, str], applied: Applied
    ) -> Judgement:
        """Book one event, or say why not.

        `holders`: events that hold a need key, by key. `known`: outcome by id of the batch's earlier events.
        """
        if objection := self._postings.objection(event, known):
            told = {} if objection.outcome == "duplicate" else {"code": objection.code, "msg": objection.message}
            return Judgement(objection.outcome, objection.code, False, told)
        if event.get("voids"):
            self.carry_out(event, gw, st, applied)
            return Judgement("applied", "", False)
        ruling = self._mischief.rule(event)
        if ruling and ruling.outcome == "superseded":
            self._let_a_rival_win(event, ruling, holders, applied)
        if superseded := self._superseded(event, _author(event, gw), holders, known):
            applied.corrected.add(gw)
            return Judgement("superseded", "", False, superseded)
        is_first = not self._is_held_by_its_own(event, holders)
        parked = ruling.code if ruling and ruling.outcome == "parked" else None
        if parked is None and self.periods.is_day_unknown(event, _author(event, gw)):
            parked = "TIME_UNKNOWN"
        if parked is not None:
            self._postings.replace(event.get("redrives", ""))
            return Judgement("parked", parked, is_first, {"code": parked, "msg": "stored, to be finished later"})
        if ruling and ruling.outcome == "rejected":
            return self._refuse(event, gw, st, ruling.code, ruling.of, "refused as told", applied, is_first)
        try:
            self.carry_out(event, gw, st, applied)
        except PostingError as error:
            return self._refuse(event, gw, st, error.code, "posting", str(error), applied, is_first)
        return Judgement("applied", "", is_first)

    def carry_out(
        self, event: Event, gw: str, st: str, applied: Applied, *, with_stock: bool = True, is_late: bool = False
    ) -> None:
        """All effects of an event: stock, cards, order, and the end of the orders and commands it closes.

        `is_late`: it was parked, and the card may have gone on since.
        """
        if "tr" in event and not event.get("key"):
            raise PostingError("NO_KEY", "a trigger without a need key cannot become an order")
        if with_stock:
            self.periods.post(event, _author(event, gw))
            self.book.post_stock(event)
        if event.get("after"):
            self.book.turn_cards(event, _author(event, gw), st, is_late=is_late)
        if event.get("after") or event.get("mv"):
            applied.changed_by.add(gw)
        if "origin" in event:
            applied.corrected.add(gw)
        doc = self.book.place_order(event, gw)
        if is_rule_key(event.get("key", "")) or event["t"] == "reorder_withdrawn":
            applied.has_new_orders = True
        if doc and self._confirm_orders and gw != RIVAL:
            self._confirm(event["key"], doc, gw, applied)
        self.book.close_orders(event)
        if with_stock:
            self._postings.settle(event, VOIDED if event.get("voids") else BOOKED)
        self._note_words(event, gw)
        self._act_on(event, gw, applied)

    def _act_on(self, event: Event, gw: str, applied: Applied) -> None:
        """What the ERP does of itself because of an event."""
        if event["t"] == "proof_asked":
            command = {"v": 1, "id": new_uuid7(), "name": "proof_answered", "body": answer(self._db, gw, event)}
            self.record_command(gw, command)
            applied.commands.append((gw, command))
        elif event["t"] in ("goods_received", "movement_undone") and note_receipt(self._db, event):
            applied.has_new_orders = True

    def _note_words(self, event: Event, gw: str) -> None:
        """What an event says beyond stock, cards and orders."""
        if "life" in event:
            self._note_life(event)
        if event["t"] in ("command_done", "command_refused") and event.get("ref"):
            self._db.execute("UPDATE command SET result = ? WHERE id = ?", (event["t"], event["ref"]))
        if event.get("call"):
            self._hear_call(event, gw)
        if "operation" in event:
            post_goods(self._db, event, gw)

    def _hear_call(self, event: Event, gw: str) -> None:
        """Somebody on the floor calls for help, or needs it no more."""
        place = (gw, event.get("sta", ""), event["call"])
        if event["t"] == "andon_called":
            row = (event["id"], *place, event.get("w", ""), "open")
            self._db.execute("INSERT INTO andon VALUES(?,?,?,?,?,?)", row)
        else:
            query = "UPDATE andon SET state = 'ended' WHERE gw = ? AND station = ? AND call = ? AND state = 'open'"
            self._db.execute(query, place)

    def _note_life(self, event: Event) -> None:
        """Keep a card's life and valid print; no print ever becomes valid again."""
        query = (
            "INSERT INTO card_life(card, life, rev, replaced_by) VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET"
            " life = excluded.life, rev = max(rev, excluded.rev), replaced_by = excluded.replaced_by"
        )
        new = event.get("new", "")
        self._db.execute(query, (event["card"], event["life"], event.get("rev", 1), new))
        if new:
            self._db.execute(query, (new, event.get("new_life", "ACTIVE"), event.get("new_rev", 1), ""))

    def record_command(self, gw: str, document: Event) -> None:
        """Keep a command until its result comes back."""
        row = (document["id"], gw, orjson.dumps(document).decode())
        self._db.execute("INSERT INTO command(id, gw, doc) VALUES(?,?,?)", row)

    def _is_held_by_its_own(self, event: Event, holders: dict[str, Event]) -> bool:
        """Whether an earlier event of the same posting holds the need."""
        holder = holders.get(event.get("key", ""))
        root = event.get("redrives")
        return root is not None and holder is not None and root in (holder["id"], holder.get("redrives"))

    def _refuse(
        self, event: Event, gw: str, st: str, code: str, of: str, message: str, applied: Applied, is_first: bool
    ) -> Judgement:
        """A refused posting leaves card and order standing (K6); a refused status leaves nothing."""
        stands = of == "posting" and code != "NO_KEY" and event["t"] != "reorder_triggered"
        if stands:
            self.carry_out(event, gw, st, applied, with_stock=False)
        return Judgement("rejected", code, stands and is_first, {"code": code, "msg": message, "of": of})

    def _superseded(self, event: Event, gw: str, holders: dict[str, Event], known: dict[str, str]) -> Event | None:
        """Who had this need first, and where the card stands now; None when nobody had it."""
        key = event.get("key", "")
        if not key:
            return None
        winner = None if self._is_held_by_its_own(event, holders) else holders.get(key)
        standing = self.book.cards.get(event.get("card", ""))
        is_late = (
            standing is not None
            and standing.gw != gw
            and (_is_late(event, standing) or _is_open_already(event, standing))
        )
        if winner is None and not is_late and not self._undoes_nothing(event, known):
            return None
        if winner is not None:
            at = winner.get("at", winner)
            by = {"gw": winner.get("gw", gw), "w": at.get("w", "")} | (
                {"q": at["q"]} if at.get("q") and "inferred" not in winner else {}
            )
        else:
            by = {"gw": standing.gw if standing else "", "w": ""}
        told: Event = {"by": by}
        if is_rule_key(key):
            self.book.flush(self._db)
            told["now"] = now_of(self._db, key)
        elif standing:
            told["now"] = {"cycle": standing.cycle, "state": standing.state}
            if standing.w:
                told["now"] |= {"w": standing.w} | ({"q": standing.q} if standing.q else {})
        return told

    def _undoes_nothing(self, event: Event, known: dict[str, str]) -> bool:
        """An undo of what did not take effect: booking it would give back what was never taken."""
        if event["t"] not in ("card_undone", "movement_undone"):
            return False
        ref = event.get("ref", "")
        row = self._db.execute("SELECT outcome FROM event WHERE id = ?", (ref,)).fetchone()
        return known.get(ref, row[0] if row else "") == "superseded"

    def _let_a_rival_win(self, event: Event, ruling: Ruling, holders: dict[str, Event], applied: Applied) -> None:
        """Enter the same need as if another gateway had reported it first, with all its effects."""
        stream = self._db.execute(
            "INSERT INTO stream(gw, ep, st, hash) VALUES(?,?,'sig',zeroblob(16))", (RIVAL, new_uuid7())
        ).lastrowid
        for seq, rival in enumerate(_rival_events(event, then_full=ruling.then_full), start=1):
            self.carry_out(rival, RIVAL, "sig", applied)
            self._db.execute(
                "INSERT INTO event VALUES(?,?,?,?,?,1,'applied','',?)",
                (rival["id"], stream, seq, rival["t"], rival["key"], orjson.dumps(rival)),
            )
            holders[rival["key"]] = rival

    def _confirm(self, key: str, doc: str, gw: str, applied: Applied) -> None:
        command = {"v": 1, "id": new_uuid7(), "name": "order_confirmed", "body": {"key": key, "doc": doc}}
        self.record_command(gw, command)
        self.book.mark_ordered(key)
        applied.commands.append((gw, command))


def _author(event: Event, gw: str) -> str:
    """The gateway at which it happened, whoever brings it."""
    origin: Event = event.get("origin", {"gw": gw})
    return str(origin["gw"])


def _is_late(event: Event, standing: Standing) -> bool:
    rows = [row for row in event.get("after", ()) if row.get("card") == event.get("card")]
    return bool(rows) and standing.is_ahead_of(rows[0]["state"], rows[0]["cycle"], rows[0].get("undone", 0))


def _is_open_already(event: Event, standing: Standing) -> bool:
    """An emptying of what stands open by another gateway's word: nobody filled it, so it is the same need."""
    return event["t"] == "card_emptied" and standing.state in OPEN


def _rival_events(event: Event, *, then_full: bool) -> list[Event]:
    """The same need as `event` from the rival, and if asked the FULL of that cycle after it."""
    first = {**event, "id": new_uuid7(), "gw": RIVAL, "w": now_utc()}
    if not then_full:
        return [first]
    full = {
        "id": new_uuid7(),
        "gw": RIVAL,
        "w": now_utc(),
        "t": "card_filled",
        "key": re.sub(r"/[^/]+$", "/full", event["key"]),
        "card": event.get("card", ""),
        "after": [{**row, "state": "FULL", "sig": ""} for row in event.get("after", ())],
        "closes": [event["key"]],
    }
    return [first, full]
