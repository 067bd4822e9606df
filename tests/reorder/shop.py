"""A shop with rules for tests: the real store and writer, the real decider and planner, a clock turned by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.master import PARSERS
from gateway.model import (
    Acknowledgement,
    Command,
    Decision,
    Disposition,
    Event,
    Instruction,
    Intake,
    MasterData,
    Outcome,
    Status,
    Tick,
    Verdict,
)
from gateway.reorder.planner import Planner
from gateway.store.store import Store
from gateway.store.writer import Limits, Request, Writer
from gateway.view import View
from tests.kanban.floor import STATIONS
from tests.store.rig import HandClock

ITEM, PLACE = "SCREW", "WH"
ITEMS: list[dict[str, Any]] = [{"id": ITEM, "uom": "PCE"}, {"id": "NUT", "uom": "PCE"}]
BELOW: dict[str, Any] = {"id": "low", "kind": "below_safety", "safety_stock": 180, "order_quantity": 200}


class Shop:
    """Moves goods and hears the ERP; every intake is one commit."""

    def __init__(
        self, data_dir: Path, *rules: dict[str, Any], gateway: str = "G1", zone: str = "UTC",
        clock: HandClock | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock or HandClock()
        self.data_dir = data_dir
        self.zone = zone
        self.warnings: list[str] = []
        self.store = Store(data_dir, self.clock, PARSERS, site="P1", gateway=gateway, ballast_kib=64)
        self.decide = Decider(STATIONS)
        self.planner = Planner(ZoneInfo(zone))
        self.writer = Writer(
            self.store, self._decided, self.clock, limits=Limits(), follow=self.planner,
            warn=lambda code, text: self.warnings.append(f"{code} {text}"),
        )  # fmt: skip
        self._acts: dict[int, Event | Exception] = {}  # what a test tells, by the number of its tick
        self._versions: dict[str, int] = {}
        self._n = 0
        if rules:
            self.load("items", *ITEMS)
            self.rules(*rules)

    def _decided(self, intake: Intake, view: View) -> Decision:
        """What a test tells as it is; everything else as the gateway decides it."""
        if isinstance(intake, Tick) and intake.jump_ms in self._acts:
            told = self._acts[intake.jump_ms]
            if isinstance(told, Exception):
                raise told
            return Decision((told,), Verdict(Status.OK, "TOLD"))
        return self.decide(intake, view)

    # -- what happens --------------------------------------------------------------------------

    def step(self, intake: Intake) -> Outcome:
        return self.writer.step([Request(intake)])[0]

    def tell(self, kind: str, stream: str = "mov", key: str = "", **body: Any) -> Outcome:
        return self.step_together(Event(kind, stream, key, body))[0]

    def step_together(self, *acts: Event | Exception) -> list[Outcome]:
        """One commit with these; an exception is raised where it would be decided."""
        numbers = range(-len(self._acts) - len(acts), -len(self._acts))
        self._acts |= dict(zip(numbers, acts, strict=True))
        return self.writer.step([Request(Tick(number)) for number in numbers])

    def issued(self, qty: int) -> Event:
        move = {"item": ITEM, "qty": str(qty), "uom": "PCE", "base": str(qty), "from": PLACE, "to": None}
        return Event("goods_issued", "mov", "", {"mv": [move]})

    def instruct(self, do: str, **body: Any) -> Outcome:
        return self.step(Instruction(new_id(self.clock.wall_ms()), do, body, "user:test"))

    def rules(self, *rules: dict[str, Any], **top: Any) -> Outcome:
        document = {"rule": [dict(one) for one in rules], **top}
        body = {"document": document, "zone": self.zone}
        return self.instruct("rules.load", **body)

    def load(self, dataset: str, *rows: dict[str, Any]) -> Outcome:
        version = self._versions[dataset] = self._versions.get(dataset, 0) + 1
        return self.step(MasterData(dataset, version, f"e{version}", rows))

    def move(
        self, qty: str | int, start: str | None, end: str | None, *, item: str = ITEM, kind: str = "goods_moved",
        **more: Any,
    ) -> Outcome:  # fmt: skip
        move: dict[str, Any] = {"item": item, "qty": str(qty), "uom": "PCE", "base": str(qty), "from": start, "to": end}
        move |= {name: more.pop(name) for name in ("lot", "status") if name in more}
        return self.tell(kind, mv=[move], **more)

    def receive(self, qty: str | int, place: str = PLACE, **more: Any) -> Outcome:
        return self.move(qty, None, place, kind="goods_received", **more)

    def issue(self, qty: str | int, place: str = PLACE, **more: Any) -> Outcome:
        return self.move(qty, place, None, kind="goods_issued", **more)

    def receive_for(self, order: str, line: str, qty: int, place: str = PLACE) -> Outcome:
        """A receipt that a line of an order counts."""
        known = (self.store.view.fact("received", order) or {}).get(line, "0")
        fact = ["received", order, {line: str(int(known) + qty)}]
        return self.receive(qty, place, counted=[["received", order, line, str(qty)]], facts=[fact])

    def command(self, name: str, **body: Any) -> Outcome:
        return self.step(Command(new_id(self.clock.wall_ms()), name, body))

    def dispose(self, event: dict[str, Any], outcome: str, **members: Any) -> Outcome:
        self._n += 1
        disposition = Disposition(self._n, 1, event["id"], outcome, **members)
        return self.step(Acknowledgement(self.store.epoch, "sig", 0, b"\0" * 16, (disposition,)))

    def tick(self, minutes: float = 0, *, minute: int = 0) -> Outcome:
        self.clock.pass_time(round(minutes * 60_000))
        return self.step(Tick(minute=minute))

    # -- what came of it -----------------------------------------------------------------------

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        rows = self.store.connection.execute("SELECT seq FROM journal ORDER BY seq").fetchall()
        found = [self.store.view.event(row[0]) for row in rows]
        return [one for one in found if one is not None and (not kinds or one["kind"] in kinds)]

    def triggers(self) -> list[dict[str, Any]]:
        return self.events("reorder_triggered")

    def asked(self) -> list[str]:
        """Key and quantity of every trigger, in order."""
        return [f"{one['key'].removeprefix('rule/P1/')} {one['tr']['qty']}" for one in self.triggers() if "tr" in one]

    def ended(self) -> list[str]:
        return [one["why"] for one in self.events("reorder_closed", "reorder_withdrawn")]

    def open(self) -> list[str]:
        """Keys of the open signals."""
        return [row[0] for row in self.store.connection.execute("SELECT key FROM signal ORDER BY key")]

    def close(self) -> None:
        self.store.close()
