"""A small floor for decider tests: one gateway, a few stations, and a clock that the test turns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.model import (
    Acknowledgement,
    Action,
    Command,
    Decision,
    Disposition,
    Instruction,
    Intake,
    MasterData,
    Press,
    Read,
    Rejection,
    Scan,
    Stamp,
    Tick,
)  # fmt: skip
from gateway.quantity import parse_quantity
from gateway.stations.station import Station
from tests.kanban.memory_view import MemoryView

LINE, DOCK, STORE, OTHER = "L3-S1", "L3-S2", "L3-S3", "L4-S1"
STATIONS = {
    LINE: Station(LINE, "consume", "LINE3"),
    DOCK: Station(DOCK, "receive", "LINE3"),
    STORE: Station(STORE, "source", "SUPERMARKET", "ship"),
    OTHER: Station(OTHER, "consume", "LINE4"),
}
START_MS = 1_790_000_000_000

LOOP: dict[str, Any] = {
    "id": "LP-1", "item": "SCREW-A", "quantity": "40", "uom": "PCE", "cards": 6, "consumer": "LINE3",
    "source": "SUPERMARKET", "replenishment_s": 3600, "on_empty": "issue", "on_full": "receipt",
}  # fmt: skip


class Floor:
    """Submits intakes one by one, as the writer would, and keeps what was decided."""

    def __init__(
        self, *, gateway: str = "L3-07", cards: int = 2, card: dict[str, Any] | None = None, **loop: Any
    ) -> None:
        self.view = MemoryView(gateway=gateway)
        self.view.now = Stamp(START_MS, 1_000_000, "boot-1", "ntp")
        self.decide = Decider(STATIONS)
        self.versions: dict[str, int] = {}
        self.told = 0
        if cards:
            self.load("loops", [{**LOOP, **loop}])
            self.load("cards", [{"id": f"C{n}", "loop": "LP-1", **(card or {})} for n in range(1, cards + 1)])
            self.wait(7200)

    # -- time ---------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        now = self.view.now
        ms = round(seconds * 1000)
        self.view.now = replace(now, wall_ms=now.wall_ms + ms, mono_ms=now.mono_ms + ms)

    def reboot(self, wall_jump_s: float = 0) -> None:
        now = self.view.now
        self.view.now = replace(now, wall_ms=now.wall_ms + round(wall_jump_s * 1000), mono_ms=500, boot=f"{now.boot}+")

    # -- intakes ------------------------------------------------------------------------------

    def submit(self, intake: Intake) -> Decision:
        decision = self.decide(intake, self.view)
        read = intake.read if isinstance(intake, Scan) else None
        for n, event in enumerate(decision.events):
            self.view.append(event, n, read)
        return decision

    def read(
        self,
        station: str = LINE,
        *,
        operator: str = "",
        press: Press | None = None,
        device: str = "scan-1",
        data: bytes = b"raw",
    ) -> Read:
        now = self.view.now
        return Read(
            new_id(now.wall_ms), device, station, data, "]C0", now.wall_ms, now.mono_ms, now.boot, now.quality,
            operator, press,
        )  # fmt: skip

    def scan(
        self,
        card: str = "C1",
        station: str = LINE,
        action: Action = Action.SCAN,
        *,
        quantity: str | None = None,
        remainder: str | None = None,
        revision: int = 0,
        code: str = "",
        fault: Rejection | None = None,
        operator: str = "",
        press: Press | None = None,
        badge: str = "",
        device: str = "scan-1",
    ) -> Decision:
        return self.submit(
            Scan(
                self.read(
                    station,
                    operator=operator,
                    press=press,
                    device=device,
                    data=" ".join((card, code, badge, quantity or "", remainder or "")).strip().encode() or b"raw",
                ),
                action,
                card,
                revision,
                parse_quantity(quantity) if quantity is not None else None,
                parse_quantity(remainder) if remainder is not None else None,
                fault,
                code,
                badge=badge,
            )
        )

    def empty(self, card: str = "C1", **options: Any) -> Decision:
        return self.scan(card, LINE, **options)

    def fill(self, card: str = "C1", **options: Any) -> Decision:
        return self.scan(card, DOCK, **options)

    def undo(self, station: str = LINE, **options: Any) -> Decision:
        return self.scan("", station, Action.UNDO, **options)

    def badge(self, badge: str, station: str = LINE, **options: Any) -> Decision:
        return self.scan("", station, Action.BADGE, badge=badge, **options)

    def tick(self) -> Decision:
        return self.submit(Tick())

    def minute(self, number: int) -> Decision:
        return self.submit(Tick(minute=number))

    def load(self, dataset: str, rows: list[Any], *, version: int | None = None, etag: str | None = None) -> Decision:
        version = self.versions.get(dataset, 0) + 1 if version is None else version
        self.versions[dataset] = version
        return self.submit(MasterData(dataset, version, f"e{version}" if etag is None else etag, tuple(rows)))

    def command(self, name: str, body: dict[str, Any], *, deadline_ms: int = 0, command_id: str = "") -> Decision:
        return self.submit(Command(command_id or new_id(self.view.now.wall_ms), name, body, deadline_ms))

    def instruct(self, name: str, body: dict[str, Any]) -> Decision:
        return self.submit(Instruction(new_id(self.view.now.wall_ms), name, body, "user:test"))

    def dispose(self, event: dict[str, Any], outcome: str, **members: Any) -> Decision:
        """The ERP's final word on one event, by the next number."""
        self.told += 1
        disposition = Disposition(self.told, 1, event["id"], outcome, **members)
        return self.submit(Acknowledgement(self.view.epoch, "sig", 0, b"", (disposition,)))

    def settle(self) -> None:
        """The ERP has all we sent."""
        for stream in ("sig", "mov"):
            self.view.settled[stream] = self.view.head(stream)

    # -- assertions ---------------------------------------------------------------------------

    def state(self, card: str = "C1") -> str:
        return self.view.cards[card].state

    def cycle(self, card: str = "C1") -> int:
        return self.view.cards[card].cycle

    def last(self, kind: str) -> dict[str, Any]:
        return next(body for body in reversed(self.view.journal) if body["t"] == kind)

    def orders(self) -> list[str]:
        """Keys of the open signals."""
        return sorted(self.view.signals)


def kinds(decision: Decision) -> list[str]:
    return [event.kind for event in decision.events]
