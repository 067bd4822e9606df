"""A View in memory that folds events exactly as the vocabulary in model.Event says, and checks them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from typing import Any

from gateway.clock import iso_utc, parse_iso_utc
from gateway.ids import derive_id, new_id
from gateway.master import PARSERS
from gateway.model import Card, Event, Read, Signal, Stamp
from gateway.quantity import format_quantity, parse_quantity
from gateway.reorder.consumption import uses
from gateway.reorder.usage import History, used

FILLS_KEPT = 8
ROW_MEMBERS = {"card", "loop", "life", "state", "cycle", "qty", "rev", "undone", "sig"}


class MemoryView:
    """Journal, projections and outbox as plain dictionaries; `now` is set by the test."""

    def __init__(self, site: str = "P1", gateway: str = "L3-07") -> None:
        self.site = site
        self.generation = 0
        self.gateway = gateway
        self.epoch = "EPOCH-1"
        self.now = Stamp(0, 0, "boot-1", "ntp")
        self.journal: list[dict[str, Any]] = []  # journal sequence n at index n - 1
        self.streams: list[str] = []
        self.places: list[int] = []  # number within its stream, 0 when local
        self.cards: dict[str, Card] = {}
        self.signals: dict[str, dict[str, Any]] = {}
        self.docs: dict[str, str] = {}
        self.masters: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.versions: dict[str, tuple[int, str]] = {}
        self.fill_ms: dict[str, tuple[int, ...]] = {}
        self.stock_rows: dict[tuple[str, str, str, str], int] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.task_counts: dict[str, int] = defaultdict(int)
        self.fact_rows: dict[tuple[str, str], dict[str, Any]] = {}
        self.inbox: dict[str, str] = {}
        self.presses: dict[tuple[str, int], tuple[str, str]] = {}
        self.histories: dict[tuple[str, str], History] = {}
        self.since: dict[tuple[str, str, str, str], int] = {}
        self.streaks: dict[str, tuple[str, int]] = {}
        self.settled: dict[str, int] = defaultdict(int)  # stream -> cum
        self.told: dict[str, int] = {}

    # -- what the writer does -----------------------------------------------------------------

    def append(self, event: Event, n: int, read: Read | None) -> dict[str, Any]:
        """Give the event identity, time and place as the writer does, and fold it."""
        at = read or self.now
        body: dict[str, Any] = {
            **event.body, "t": event.kind, "w": iso_utc(at.wall_ms), "m": at.mono_ms, "boot": at.boot, "q": at.quality,
        }  # fmt: skip
        if event.key:
            body["key"] = event.key
        if read is None:
            body["id"] = new_id(self.now.wall_ms)
        else:
            body |= {"id": derive_id(read.id, n), "sta": read.station, "dev": read.device}
            if read.operator:
                body["op"] = read.operator
            if n == 0:
                body["raw"] = {"b": b64encode(read.data).decode(), "aim": read.aim}
                if read.press:
                    self.presses[read.device, read.press.packet] = (read.press.digest, read.id)
        body = json.loads(json.dumps(body, allow_nan=False))
        _check_no_floats(body)
        self.journal.append(body)
        self.streams.append(event.stream)
        self.places.append(1 + sum(1 for one in self.streams[:-1] if one == event.stream) if event.stream else 0)
        self._fold(len(self.journal), body)
        return body

    def head(self, stream: str) -> int:
        return sum(1 for one in self.streams if one == stream)

    def of_stream(self, stream: str) -> list[dict[str, Any]]:
        return [body for body, one in zip(self.journal, self.streams, strict=True) if one == stream]

    def _fold(self, seq: int, body: dict[str, Any]) -> None:
        for row in body.get("after", ()):
            assert row.keys() >= ROW_MEMBERS, f"not a full row: {row}"
            since = row.get("since", (parse_iso_utc(body["w"]), body["m"], body["boot"]))
            self.cards[row["card"]] = Card(
                row["card"], row["loop"], row["life"], row["state"], row["cycle"], parse_quantity(row["qty"]),
                row["rev"], row["undone"], row["sig"], since[0], since[1], since[2], seq,
            )  # fmt: skip
        for name in body.get("gone", ()):
            del self.cards[name]
        for move in body.get("mv", ()):
            self._move(move, parse_iso_utc(body["w"]))
        if "mv" in body:
            self._use(body)
        self._fold_signals(seq, body)
        if "doc" in body:
            self.docs[body["doc"]["key"]] = body["doc"]["doc"]
        if "fill" in body:
            loop = body["fill"]["loop"]
            self.fill_ms[loop] = (*self.fill_ms.get(loop, ()), body["fill"]["ms"])[-FILLS_KEPT:]
        self._fold_tasks_and_facts(body)
        if "cmd" in body:
            self.inbox[body["cmd"]["id"]] = body["cmd"]["result"]
        for place in body.get("stock", ()):
            self.stock_rows[tuple(place[:4])] = parse_quantity(place[4])
        self._fold_disposition(body)
        self._fold_master(body)

    def _fold_tasks_and_facts(self, body: dict[str, Any]) -> None:
        if "task" in body:
            self.tasks.setdefault(body["task"]["id"], body["task"])
            self.task_counts[body["task"]["id"]] += 1
        for task_id in body.get("done", ()):
            self.tasks.pop(task_id, None)
            self.task_counts.pop(task_id, None)
        for kind, key, fact in body.get("facts", ()):
            self.fact_rows.pop((kind, key), None)
            if fact is not None:
                self.fact_rows[kind, key] = fact

    def _fold_signals(self, seq: int, body: dict[str, Any]) -> None:
        if "tr" in body:
            assert body["key"] not in self.signals, f"signal {body['key']} is open already"
            self.signals[body["key"]] = body["tr"] | {"loop": body.get("loop", ""), "seq": seq}
        for key in body.get("closes", ()):
            self.signals.pop(key, None)
        for signal in body.get("reopens", ()):
            self.signals[signal["key"]] = dict(signal)

    def _move(self, move: dict[str, Any], at_ms: int) -> None:
        base = parse_quantity(move["base"])
        assert base > 0, f"movement without a positive quantity: {move}"
        assert move["from"] or move["to"], f"movement from nowhere to nowhere: {move}"
        for location, quantity in ((move["from"], -base), (move["to"], base)):
            if location is not None:
                place = (move["item"], location, move.get("status", "available"), move.get("lot", ""))
                before = self.stock_rows.get(place, 0)
                self.stock_rows[place] = before + quantity
                if before <= 0 < before + quantity:
                    self.since[place] = at_ms

    def _use(self, body: dict[str, Any]) -> None:
        for item, place, other, quantity in uses(body):
            if other is None or self.area(other) != self.area(place):
                key = (item, self.area(place))
                self.histories[key] = used(self.usage(*key), parse_iso_utc(body["w"]), quantity)

    def _fold_disposition(self, body: dict[str, Any]) -> None:
        told = body.get("dsp")
        if told is None:
            return
        self.told[told["st"]] = max(self.told.get(told["st"], 0), told["n"])
        if told["c"] == "rejected":
            posting = body["task"]["posting"]
            code, streak = self.streaks.get(posting, ("", 0))
            self.streaks[posting] = (told["code"], streak + 1 if code == told["code"] else 1)

    def _fold_master(self, body: dict[str, Any]) -> None:
        if "md" in body:
            rows = self.masters[body["md"]["dataset"]]
            rows.update({row["id"]: row for row in body["md"]["set"]})
            for key in body["md"]["del"]:
                del rows[key]
            self.versions[body["md"]["dataset"]] = (body["md"]["version"], body["md"]["etag"])

    # -- model.View -----------------------------------------------------------------------------

    def card(self, card: str) -> Card | None:
        return self.cards.get(card)

    def cards_of(self, loop: str) -> list[Card]:
        return [self.cards[name] for name in sorted(self.cards) if self.cards[name].loop == loop]

    def left_behind(self, cycles: int) -> list[Card]:
        active = [one for one in self.cards.values() if one.life == "ACTIVE"]
        ahead = {one.loop: max(other.cycle for other in active if other.loop == one.loop) for one in active}
        behind = [one for one in active if one.cycle + cycles <= ahead[one.loop]]
        return sorted(behind, key=lambda one: (one.loop, one.card))

    def master(self, dataset: str, key: str) -> Any:
        row = self.masters[dataset].get(key)
        return PARSERS[dataset](row) if row is not None else None

    def find(self, dataset: str, word: str) -> tuple[str, ...]:
        entries = [PARSERS[dataset](row) for _, row in sorted(self.masters[dataset].items())]
        return tuple(entry.id for entry in entries if word in getattr(entry, "words", ()))

    def master_rows(self, dataset: str) -> dict[str, dict[str, Any]]:
        return dict(self.masters[dataset])

    def master_version(self, dataset: str) -> tuple[int, str]:
        return self.versions.get(dataset, (0, ""))

    def master_since(self, dataset: str) -> int:
        told = [one["w"] for one in self.journal if one.get("md", {}).get("dataset") == dataset]
        return parse_iso_utc(told[-1]) if told else 0

    def card_for_code(self, code: str) -> str | None:
        return next((key for key, row in self.masters["cards"].items() if code and row.get("code") == code), None)

    def fills(self, loop: str) -> tuple[int, ...]:
        return self.fill_ms.get(loop, ())

    def signal_cards(self, key: str) -> tuple[str, ...]:
        return tuple(self.signals[key]["cards"]) if key in self.signals else ()

    def closed_signal(self, key: str) -> dict[str, Any] | None:
        for seq, body in enumerate(self.journal, 1):
            if body.get("key") == key and "tr" in body:
                members = {name: body["tr"][name] for name in ("item", "qty", "uom", "cards")}
                return {"key": key, "loop": body["loop"], **members, "seq": seq, "doc": self.docs.get(key, "")}
        return None

    def event(self, seq: int) -> dict[str, Any] | None:
        if not 0 < seq <= len(self.journal):
            return None
        return {**self.journal[seq - 1], "kind": self.journal[seq - 1]["t"], "seq": seq}

    def event_by_id(self, event_id: str) -> dict[str, Any] | None:
        seqs = (seq for seq, body in enumerate(self.journal, start=1) if body["id"] == event_id)
        return self.event(next(seqs, 0))

    def last_change_at(self, station: str) -> int | None:
        for seq in range(len(self.journal), 0, -1):
            body = self.journal[seq - 1]
            is_change = self.streams[seq - 1] == "sig" or "aside" in body
            if is_change and body.get("sta") == station and "call" not in body:
                return seq
        return None

    def stock(self, item: str, location: str, status: str = "available", lot: str = "") -> int:
        return self.stock_rows.get((item, location, status, lot), 0)

    def all_stock(self) -> dict[tuple[str, str, str, str], int]:
        return dict(self.stock_rows)

    def stock_of(self, item: str, location: str) -> dict[tuple[str, str], tuple[int, int]]:
        return {
            (status, lot): (quantity, self.since.get((one, place, status, lot), 0) if quantity > 0 else 0)
            for (one, place, status, lot), quantity in self.stock_rows.items()
            if (one, place) == (item, location)
        }

    def stock_seq(self, item: str, location: str, status: str, lot: str) -> int:
        moved = [
            seq for seq, body in enumerate(self.journal, start=1) for move in body.get("mv", ())
            if (move["item"], move.get("status", "available"), move.get("lot", "")) == (item, status, lot)
            and location in (move["from"], move["to"])
        ]  # fmt: skip
        return moved[-1] if moved else 0

    def usage(self, item: str, area: str) -> History:
        return self.histories.get((item, area), History())

    def area(self, location: str) -> str:
        return str(self.masters["locations"].get(location, {}).get("area") or location)

    def signal(self, key: str) -> Signal | None:
        known = self.signals.get(key)
        if known is None:
            return None
        return Signal(
            key, known["loop"], known["item"], known.get("location", ""), parse_quantity(known["qty"]), known["uom"],
            known["seq"], self.docs.get(key, ""),
        )  # fmt: skip

    def signals_of(self, item: str) -> list[Signal]:
        found = [self.signal(key) for key, known in sorted(self.signals.items()) if known["item"] == item]
        return [one for one in found if one is not None]

    def has_unsettled(self, card: str) -> bool:
        return any(
            stream == "sig" and place > self.settled["sig"] and _concerns(body, card)
            for body, stream, place in zip(self.journal, self.streams, self.places, strict=True)
        )

    def settled_up_to(self, stream: str) -> int:
        return self.settled[stream]

    def unsettled_moves(self, as_of: dict[str, tuple[str, int]]) -> list[dict[str, Any]] | None:
        counted = {stream: as_of.get(stream, (self.epoch, 0)) for stream in ("sig", "mov")}
        for stream, (epoch, cum) in counted.items():
            if epoch != self.epoch or not self.settled[stream] <= cum <= self.head(stream):
                return None
        return [
            move
            for body, stream, place in zip(self.journal, self.streams, self.places, strict=True)
            if stream in counted and place > counted[stream][1]
            for move in body.get("mv", ())
        ]

    def press_seen(self, device: str, packet: int, digest: str) -> str | None:
        known = self.presses.get((device, packet))
        return known[1] if known and known[0] == digest else None

    def fact(self, kind: str, key: str) -> dict[str, Any] | None:
        return self.fact_rows.get((kind, key))

    def facts(self, kind: str) -> dict[str, dict[str, Any]]:
        return {key: fact for (one, key), fact in sorted(self.fact_rows.items()) if one == kind}

    def open_task(self, task_id: str) -> dict[str, Any] | None:
        task = self.tasks.get(task_id)
        return None if task is None else {**task, "count": self.task_counts[task_id]}

    def open_tasks(self) -> list[dict[str, Any]]:
        return [{**task, "count": self.task_counts[name]} for name, task in self.tasks.items()]

    def command_done(self, command_id: str) -> bool:
        return command_id in self.inbox

    def refusals_in_a_row(self, code: str, posting: str) -> int:
        known = self.streaks.get(posting)
        return known[1] if known and known[0] == code else 0

    def oldest_wait(self) -> list[tuple[str, int, int, str]]:
        oldest: dict[str, Card] = {}
        for card in self.cards.values():
            if card.state == "WAIT" and (card.loop not in oldest or card.last_seq < oldest[card.loop].last_seq):
                oldest[card.loop] = card
        return [(loop, card.wall_ms, card.mono_ms, card.boot) for loop, card in sorted(oldest.items())]

    def disposition_count(self, stream: str) -> int:
        return self.told.get(stream, 0)

    # -- for assertions -------------------------------------------------------------------------

    def level(self, item: str, location: str) -> str:
        """Stock as a decimal string."""
        return format_quantity(self.stock(item, location))


def _concerns(body: dict[str, Any], card: str) -> bool:
    return any(row["card"] == card for row in body.get("after", ()))


def _check_no_floats(value: Any) -> None:
    assert not isinstance(value, float), f"a float in an event: {value!r}"
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_no_floats(inner)
