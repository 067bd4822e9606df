"""Two gateways that serve the same loops, an ERP between them, and what really happened to each bin.

A person at A or B scans a card. Whether that is a physical emptying or filling, or only a second scan
of one, the bin says and not the gateways; the oracle counts it from there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.chain import START, canonical, link
from gateway.ids import format_id
from gateway.model import Action, Status, Verdict
from gateway.stations.station import Station
from gateway.store.reader import StoreReader
from tests.simulation.box import Box
from tests.simulation.office import Office
from tests.simulation.wire import SITE, Wire
from tests.simulation.world import World

LINE, DOCK = "LINE", "DOCK"
STATIONS = {LINE: Station(LINE, "consume", "LINE3"), DOCK: Station(DOCK, "receive", "LINE3")}
A, B = "GW-A", "GW-B"
BIN = 40
HOUR_MS = 3_600_000
AGAIN_MS = 10_000  # a second scan of what just happened
QUIET_TURNS = 200


def plant(cards: int, **loop: Any) -> dict[str, Any]:
    """As many cards as wanted, each alone in its loop with an item of its own."""
    numbers = range(1, cards + 1)
    common: dict[str, Any] = {
        "quantity": str(BIN), "uom": "PCE", "cards": 6, "consumer": "LINE3", "source": "STORE",
        "replenishment_s": 3600, "on_empty": "issue", "on_full": "receipt",
    }  # fmt: skip
    return {
        "items": [{"id": f"I{n}", "name": "", "uom": "PCE"} for n in numbers],
        "locations": [{"id": name, "name": ""} for name in ("LINE3", "STORE")],
        "loops": [{"id": f"L{n}", "item": f"I{n}", **common, **loop} for n in numbers],
        "cards": [{"id": f"C{n}", "loop": f"L{n}"} for n in numbers],
        "stock": [{"item": f"I{n}", "location": "LINE3", "qty": str(BIN)} for n in numbers],
    }


@dataclass
class Bin:
    """What is true of one bin."""

    number: int
    is_full: bool = True
    emptyings: int = 0
    fillings: int = 0
    story: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def card(self) -> str:
        return f"C{self.number}"

    @property
    def item(self) -> str:
        return f"I{self.number}"


class Pair:
    """Both gateways and the ERP. Offline is the rule: only `sync` lets a gateway talk."""

    def __init__(self, place: Path, cards: int, seed: int = 1, *, known: str = "ntp:5ms", **loop: Any) -> None:
        self.world = World(seed)
        self.wire = Wire(self.world)
        self.office = Office(self.wire, place / "erp.db", plant(cards, **loop))
        self.boxes = {name: Box(self.world, self.wire, place / name, name, STATIONS) for name in (A, B)}
        for box in self.boxes.values():
            box.clock.known = known
        self.rounds_joined = 0
        self.sync_all()
        self.world.pass_time(4 * HOUR_MS)

    def close(self) -> None:
        for box in self.boxes.values():
            if box.is_running:
                box.stop()
        self.office.ledger.close()

    # -- what people do ------------------------------------------------------------------------

    def empty(self, one: Bin, gateway: str) -> None:
        """Scan the card at the line; a full bin was really used up, an empty one is scanned once more."""
        is_real = one.is_full
        self.world.pass_time(2 * HOUR_MS if is_real else AGAIN_MS)
        verdict = self._scan(one, gateway, LINE, "empty")
        if is_real and verdict.is_good:
            one.is_full = False
            one.emptyings += 1

    def fill(self, one: Bin, gateway: str) -> None:
        is_real = not one.is_full
        self.world.pass_time(2 * HOUR_MS if is_real else AGAIN_MS)
        verdict = self._scan(one, gateway, DOCK, "full")
        if is_real and verdict.is_good:
            one.is_full = True
            one.fillings += 1

    def undo(self, one: Bin, gateway: str) -> None:
        """The bin was not empty after all: only right after the emptying it takes back."""
        self.world.pass_time(AGAIN_MS)
        verdict = self._scan(one, gateway, LINE, "undo", Action.UNDO)
        if verdict.status is Status.OK:
            one.is_full = True
            one.emptyings -= 1

    def _scan(self, one: Bin, gateway: str, station: str, word: str, action: Action = Action.SCAN) -> Verdict:
        box = self.boxes[gateway]
        answers: list[Verdict] = []
        box.scan(station, one.card, answers.append, action)
        box.commit()
        (verdict,) = answers
        one.story.append(f"{gateway[-1]} {word}: {verdict.code}")
        if not verdict.is_good:
            one.refused.append(one.story[-1])
        return verdict

    # -- talking -------------------------------------------------------------------------------

    def sync(self, gateway: str) -> None:
        """The gateway is online until nothing more happens."""
        box = self.boxes[gateway]
        for _ in range(QUIET_TURNS):
            self.world.pass_time(500)
            box.turn()
            came = self.office.step()
            box.turn()
            if not (came or self.wire.sessions[gateway].coming or box.unsettled or gateway in self.office.snapshot_due):
                return
        raise AssertionError(f"{gateway} and the ERP do not come to rest")

    def sync_all(self) -> None:
        for _ in range(2):
            for name in self.boxes:
                self.sync(name)

    def take_the_erp_back(self) -> None:
        """The ERP is restored from its copy, and brings in what the gateways exported."""
        self.office.go_back({name: self._exported(name) for name in self.boxes})

    def _exported(self, name: str) -> list[bytes]:
        """What a gateway has settled, one batch an event, made of its export alone."""
        box = self.boxes[name]
        states = box.outbox.streams()
        reader, heads = StoreReader(box.place), dict.fromkeys(states, (0, START))
        batches = []
        try:
            for line in reader.export():
                row = orjson.loads(line)
                st, event = row["stream"], row["event"]
                if not st or heads[st][0] >= states[st].cum:
                    continue
                s = heads[st][0] + 1
                heads[st] = (s, link(heads[st][1], s, canonical(event)))
                head = {"v": 1, "env": "prod", "gw": name, "boot": event["boot"], "ep": states[st].epoch, "st": st}
                told = {"s0": s, "dn": states[st].dn, "ev": [{"s": s, **event}], "h": heads[st][1].hex()}
                batches.append(orjson.dumps({**head, **told}))
        finally:
            reader.close()
        return batches

    def is_asked(self, one: Bin) -> bool:
        """Whether the gateways say themselves that somebody must look at the bin."""
        tasks = [task for box in self.boxes.values() for task in box.store.view.open_tasks()]
        return bool(one.refused) or any(task["card"] == one.card for task in tasks)

    # -- the oracle ----------------------------------------------------------------------------

    def missing(self) -> list[str]:
        """Events of a gateway that the ERP has not got, or has got and nobody sent."""
        at_erp = {event_id for (event_id,) in self.office.rows("SELECT id FROM event")}
        query = "SELECT id FROM journal WHERE stream<>''"
        sent = {format_id(key) for box in self.boxes.values() for (key,) in box.rows(query)}
        return sorted(at_erp ^ sent)

    def wrongs(self, one: Bin) -> list[str]:
        """What ERP and gateways say of a bin, against what happened to it; call after everything was synced."""
        found = []
        state, cycle = (
            self.office.rows("SELECT state, cycle FROM card WHERE card=?", one.card)[0]
            if (self._was_told(one))
            else ("FULL", 0)
        )
        wanted = "FULL" if one.is_full else "EMPTY"
        if state != wanted:
            found.append(f"ERP says {state}, the bin is {wanted}")
        stock = BIN if one.is_full else 0
        (at_erp,) = self.office.rows("SELECT qty FROM stock WHERE item=? AND location='LINE3'", one.item)[0]
        if int(at_erp) != stock:
            found.append(f"ERP has stock {at_erp}, the bin holds {stock}")
        for name, box in self.boxes.items():
            card = box.card(one.card)
            if (card.state, card.cycle) != (state, cycle):
                found.append(f"{name} says {card.state}({card.cycle}), the ERP {state}({cycle})")
            if box.stock(one.item, "LINE3") != int(at_erp) * 1_000_000:
                found.append(f"{name} has stock {box.stock(one.item, 'LINE3') / 1e6}, the ERP {at_erp}")
        return found + self._wrong_counts(one)

    def _was_told(self, one: Bin) -> bool:
        return bool(self.office.rows("SELECT 1 FROM card WHERE card=?", one.card))

    def _wrong_counts(self, one: Bin) -> list[str]:
        """Acts one by one. A whole round, emptied and filled, that nobody heard of may count as another
        gateway's round under the same numbers: stock, state and open order are right all the same."""
        booked = self._booked(one)
        found = []
        rounds = one.emptyings - booked["used"]
        if 0 < rounds == one.fillings - booked["received"]:
            self.rounds_joined += 1
            booked["used"], booked["received"] = one.emptyings, one.fillings
            booked["unseen"] += rounds
        if booked["used"] != one.emptyings:
            found.append(f"{booked['used']} consumptions booked, {one.emptyings} bins were emptied")
        if booked["received"] != one.fillings:
            found.append(f"{booked['received']} receipts booked, {one.fillings} bins were filled")
        orders = Counter(state for (state,) in self.office.rows(
            "SELECT state FROM purchase WHERE item=?", one.item))  # fmt: skip
        if orders["open"] != (not one.is_full):
            found.append(f"{orders['open']} open orders for a bin that is {'full' if one.is_full else 'empty'}")
        if orders["open"] + orders["closed"] + booked["unseen"] != one.emptyings:
            found.append(f"{dict(orders)} orders and {booked['unseen']} refilled before it was known,"
                         f" {one.emptyings} emptyings")  # fmt: skip
        return found

    def _booked(self, one: Bin) -> Counter[str]:
        """Acts that took effect at the ERP, from its own journal."""
        booked: Counter[str] = Counter()
        for kind, body in self.office.rows(
            "SELECT kind, body FROM event WHERE outcome='applied' AND json_extract(body, '$.card')=?", one.card
        ):
            event = orjson.loads(body)
            sign = -1 if kind == "card_undone" else 1
            out = False
            for move in event.get("mv", ()):
                out = (move["from"] == "LINE3") if sign > 0 else (move["to"] == "LINE3")
                booked["used" if out else "received"] += sign
            if (kind == "card_emptied" and "tr" not in event) or (kind == "movement_reissued" and out):
                booked["unseen"] += 1
        return booked


assert SITE == "P1"
