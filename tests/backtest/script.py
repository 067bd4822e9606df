"""A journal written by hand: events as the gateway writes them, at times that a test chooses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from gateway.backtest.phase import Phase, Ruled
from gateway.backtest.recorder import Recorder, Recording
from gateway.backtest.recording import Series
from gateway.clock import iso_utc
from gateway.reorder.kind import parameters_of
from gateway.reorder.rule import Rule
from gateway.timeline import DAY_MS

START_MS = 1_798_761_600_000  # 1 January 2027
ITEM, STORE = "SCREW", "WH1"
PLACE = (ITEM, STORE)
Body = dict[str, Any]


class Script:
    """Events in the order in which they are added; `day` counts from START_MS and may be a fraction."""

    def __init__(self) -> None:
        self.events: list[Body] = []
        self._numbers = count(1)

    def add(self, day: float, kind: str, **members: Any) -> Body:
        number = next(self._numbers)
        at_ms = START_MS + round(day * DAY_MS)
        event = {
            "id": f"01980000-0000-7000-8000-{number:012d}", "t": kind, "w": iso_utc(at_ms), "m": at_ms - START_MS,
            "boot": "b1", "q": "ntp", "seq": number, **members,
        }  # fmt: skip
        self.events.append(event)
        return event

    def move(self, day: float, kind: str, quantity: str, start: str | None, end: str | None, **members: Any) -> Body:
        move = {"item": ITEM, "qty": quantity, "uom": "PCE", "base": quantity, "from": start, "to": end}
        return self.add(day, kind, mv=[move], **members)

    def opening(self, quantity: str, day: float = 0) -> Body:
        return self.add(day, "stock_adopted", stock=[[ITEM, STORE, "available", "", quantity]])

    def use(self, day: float, quantity: str = "1") -> Body:
        return self.move(day, "goods_issued", quantity, STORE, None)

    def receive(self, day: float, quantity: str, *orders: str) -> Body:
        return self.move(day, "goods_received", quantity, None, STORE, orders=list(orders))

    def signal(self, day: float, quantity: str, episode: int = 1, rule: str = "R") -> Body:
        key = f"rule/P1/{ITEM}/{STORE}/{rule}/{episode}"
        signal = {"rule": rule, "item": ITEM, "qty": quantity, "uom": "PCE", "location": STORE}
        return self.add(day, "reorder_triggered", key=key, rule=rule, item=ITEM, location=STORE, tr=signal)

    def end(self, day: float) -> Body:
        return self.add(day, "session_kept")

    def find(self, event_id: str) -> Body | None:
        return next((one for one in self.events if one["id"] == event_id), None)

    def record(self, *, from_day: float = 0, to_day: float = 10_000) -> Recording:
        recorder = Recorder(
            lambda place: place == PLACE, self.find,
            from_ms=START_MS + round(from_day * DAY_MS), to_ms=START_MS + round(to_day * DAY_MS),
        )  # fmt: skip
        for event in self.events:
            if not recorder.take(event):
                break
        return recorder.finish()

    def series(self) -> Series:
        return self.record().places[PLACE]


def rule(kind: str = "fixed_lot", name: str = "R", **members: Any) -> Ruled:
    parameters, mistakes = parameters_of(kind, members)
    assert mistakes == ()
    return Ruled(Rule(name, kind), parameters, f"rule {name}@r1")


def phases(*rules: Ruled, at_ms: int = 0) -> Sequence[Phase]:
    return (Phase(at_ms, rules),)


def lot_rule(point: str, lot: str) -> Sequence[Phase]:
    return phases(rule(reorder_point=point, lot=lot))
