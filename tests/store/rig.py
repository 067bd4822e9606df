"""A small decider and a store to drive by hand: counts parcels, knows nothing of kanban."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateway.clock import Clock
from gateway.ids import new_id
from gateway.master import PARSERS
from gateway.model import Acknowledgement, Card, Decision, Event, Intake, Outcome, Read, Scan, Status, Verdict
from gateway.store.projections import card_members
from gateway.store.store import Store
from gateway.store.writer import Limits, Request, Writer
from gateway.view import View


class HandClock:
    """A clock that a test turns by hand."""

    def __init__(self, wall_ms: int = 1_790_000_000_000, mono_ms: int = 5_000_000) -> None:
        self.wall = wall_ms
        self.mono = mono_ms
        self.boot = "b0070001"

    def wall_ms(self) -> int:
        return self.wall

    def mono_ms(self) -> int:
        return self.mono

    def quality(self) -> str:
        return "ntp"

    def pass_time(self, ms: int) -> None:
        self.wall += ms
        self.mono += ms


def toggle(intake: Intake, view: View) -> Decision:
    """Turn a card from FULL to EMPTY and back; a card named BAD raises, SKIP is refused."""
    if not isinstance(intake, Scan):
        return Decision((), Verdict(Status.OK, "NOTHING"))
    if intake.card == "BAD":
        raise ZeroDivisionError("a decider that raises")
    if intake.card == "SKIP":
        return Decision((Event("scan_refused", "", "", {"code": "SKIP"}),), Verdict(Status.REFUSED, "SKIP"))
    known = view.card(intake.card)
    empties = known is None or known.state == "FULL"
    cycle = (known.cycle if known else 0) + empties
    key = f"card/P1/{intake.card}/{cycle}/{'empty' if empties else 'full'}"
    state, left = ("EMPTY", 0) if empties else ("FULL", 40_000_000)
    row = Card(intake.card, "LP-1", "ACTIVE", state, cycle, left, 1, 0, key if empties else "", 0, 0, "", 0)
    move = {"item": "SCREW-A", "qty": "40", "uom": "PCE", "base": "40"}
    body = {
        "card": intake.card, "loop": "LP-1", "cycle": cycle, "after": [card_members(row)],
        "mv": [{**move, "from": "LINE3" if empties else None, "to": None if empties else "LINE3"}],
    }  # fmt: skip
    if empties:
        body["tr"] = {"rule": "kanban", "qty": "40", "uom": "PCE", "item": "SCREW-A", "cards": [intake.card]}
    elif known:
        body["closes"] = [known.signal]
    kind = "card_emptied" if empties else "card_filled"
    return Decision((Event(kind, "sig", key, body),), Verdict(Status.OK, kind.upper(), card=intake.card))


class Rig:
    """A store in a directory with a writer that a test steps."""

    def __init__(
        self,
        data_dir: Path,
        clock: Clock | None = None,
        decide: Callable[[Intake, View], Decision] = toggle,
        limits: Limits | None = None,
        ballast_kib: int = 64,
    ) -> None:
        self.clock = clock or HandClock()
        self.data_dir = data_dir
        self.warnings: list[tuple[str, str]] = []
        self.store = Store(data_dir, self.clock, PARSERS, site="P1", gateway="G1", ballast_kib=ballast_kib)
        self.writer = Writer(self.store, decide, self.clock, limits=limits, warn=lambda *w: self.warnings.append(w))

    def read(self, card: str) -> Scan:
        clock = self.clock
        wall, mono = clock.wall_ms(), clock.mono_ms()
        read = Read(new_id(wall), "scan-1", "S1", card.encode(), "]d2", wall, mono, clock.boot, "ntp")
        return Scan(read, card=card)

    def scan(self, *cards: str) -> list[Outcome]:
        return self.writer.step([Request(self.read(card)) for card in cards])

    def ack(self, cum: int, digest: bytes, *, stream: str = "sig", epoch: str | None = None) -> Outcome:
        ack = Acknowledgement(epoch or self.store.epoch, stream, cum, digest)
        return self.writer.step([Request(ack)])[0]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.store.connection.execute(sql).fetchall()

    def close(self) -> None:
        self.store.close()
