"""Modes switched at random while cards turn: the ERP hears of live needs, of each once, and of no other (K13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.model import Action, Decision
from tests.kanban.floor import DOCK, LINE, STORE, Floor

CARDS = ("C1", "C2", "C3")
MODES = ("training", "shadow", "live", "live")
NEED = {"card_emptied", "batch_released", "card_started", "card_shipped", "card_filled", "card_counted"}

cards = st.sampled_from(CARDS)


class Modes(RuleBasedStateMachine):
    """One loop of three cards, two walked stations, and an ERP that remembers all it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.modes = {"loop/LP-1": "live", f"station/{LINE}": "live", f"station/{DOCK}": "live"}
        self.born: dict[tuple[str, int], str] = {}  # (card, cycle) -> mode in which the need arose
        self.unsignalled: set[tuple[str, int]] = set()  # emptyings that were only inferred from a second FULL
        self.taken = 0
        self.spare = 0  # new cards so far

    @initialize(trigger_point=st.sampled_from([1, 1, 2, 3]), independent=st.sampled_from([False, False, True]))
    def start(self, trigger_point: int, independent: bool) -> None:
        self.is_single = trigger_point == 1 and not independent
        self.floor = Floor(
            cards=3, replenishment_s=600, trigger_point=trigger_point, independent_source=independent, max_wait_s=900
        )

    @rule(card=cards, station=st.sampled_from([LINE, LINE, DOCK]), rest=st.sampled_from([None, None, "5"]))
    def scan(self, card: str, station: str, rest: str | None) -> None:
        self.do(lambda: self.floor.scan(card, station, remainder=rest if station == LINE else None), station)

    @rule(card=cards, action=st.sampled_from([Action.START, Action.SHIP, Action.RELEASE]))
    def work(self, card: str, action: Action) -> None:
        self.do(lambda: self.floor.scan(card, STORE, action), STORE)

    @rule(card=cards, quantity=st.sampled_from([None, "5", "60"]))
    def withdraw(self, card: str, quantity: str | None) -> None:
        self.do(lambda: self.floor.scan(card, LINE, Action.WITHDRAW, quantity=quantity), LINE)

    @rule(station=st.sampled_from([LINE, DOCK, STORE]), card=st.sampled_from(["", *CARDS]))
    def undo(self, station: str, card: str) -> None:
        self.do(lambda: self.floor.scan(card, station, Action.UNDO), station)

    @rule(seconds=st.sampled_from([1, 20, 61, 301, 700, 5000]))
    def wait(self, seconds: int) -> None:
        self.floor.wait(seconds)
        self.do(self.floor.tick, "")

    @rule(place=st.sampled_from(["loop/LP-1", "loop/LP-1", f"station/{LINE}", f"station/{DOCK}"]),
          mode=st.sampled_from(MODES), signal_open=st.booleans())  # fmt: skip
    def switch(self, place: str, mode: str, signal_open: bool) -> None:
        scope, _, name = place.partition("/")
        tells = signal_open and scope == "loop" and mode == "live"
        body = {"scope": scope, "name": name, "mode": mode, "force": True, "reason": "x", "signal_open": tells}
        self.do(lambda: self.floor.instruct("mode.set", body), "")
        self.modes[place] = mode

    @rule(card=cards, first=st.sampled_from(MODES), then=st.sampled_from(MODES), by_card=st.booleans())
    def regret_across_a_switch(self, card: str, first: str, then: str, by_card: bool) -> None:
        self.switch("loop/LP-1", first, signal_open=False)
        self.scan(card, LINE, None)
        self.switch("loop/LP-1", then, signal_open=False)
        self.undo(LINE, card if by_card else "")

    @rule(card=cards, first=st.sampled_from(MODES), then=st.sampled_from(MODES), signal_open=st.booleans())
    def fill_across_a_switch(self, card: str, first: str, then: str, signal_open: bool) -> None:
        self.switch("loop/LP-1", first, signal_open=False)
        self.scan(card, LINE, None)
        self.switch("loop/LP-1", then, signal_open)
        self.wait(301)
        self.scan(card, DOCK, None)

    @rule(seen=st.lists(st.tuples(cards, st.sampled_from([LINE, STORE])), max_size=4), signal_open=st.booleans(),
          adjust_stock=st.booleans())  # fmt: skip
    def walk(self, seen: list[tuple[str, str]], signal_open: bool, adjust_stock: bool) -> None:
        places = {"loop": "LP-1", "stations": [LINE, STORE], "as": "FULL", "elsewhere": "EMPTY"}
        self.do(lambda: self.floor.instruct("walk.open", places), "")
        for card, station in seen:
            self.do(lambda card=card, station=station: self.floor.scan(card, station), station)  # type: ignore[misc]
        options = {"loop": "LP-1", "signal_open": signal_open, "adjust_stock": adjust_stock}
        self.do(lambda: self.floor.instruct("walk.finish", options), "")

    @rule(card=cards, what=st.sampled_from(["lost", "lost", "found", "found", "reprint"]))
    def handle(self, card: str, what: str) -> None:
        self.do(lambda: self.floor.instruct(f"card.{what}", {"card": card}), "")

    @rule(card=cards)
    def replace_and_fill(self, card: str) -> None:
        self.spare += 1
        new = f"N{self.spare}"
        self.do(lambda: self.floor.instruct("card.replace", {"card": card, "new": new}), "")
        self.wait(301)
        self.do(lambda: self.floor.scan(new, DOCK), DOCK)

    @rule(later=st.integers(0, 2), now=st.sampled_from(["EMPTY", "FULL"]))
    def erp_supersedes(self, later: int, now: str) -> None:
        ours = [body for body in self.floor.view.of_stream("sig") if "cycle" in body and "key" in body]
        if self.taken < len(ours):
            event, self.taken = ours[self.taken], self.taken + 1
            members: dict[str, Any] = {"now_cycle": event["cycle"] + later, "now_state": now}
            self.do(lambda: self.floor.dispose(event, "superseded", **members), "", reissues=True)

    # -- what must be true ----------------------------------------------------------------------

    def mode_at(self, station: str) -> str:
        known = {self.modes["loop/LP-1"], self.modes.get(f"station/{station}", "live")}
        return next(mode for mode in MODES if mode in known)

    def do(self, act: Callable[[], Decision], station: str, *, reissues: bool = False) -> None:
        view = self.floor.view
        first, before = len(view.journal), (dict(view.cards), dict(view.signals), dict(view.stock_rows))
        mode = self.mode_at(station)
        act()
        events = view.journal[first:]
        if mode == "training" and station and any(body.get("card") in view.cards for body in events):
            assert (view.cards, view.signals, view.stock_rows) == before
            assert all(body["t"].startswith("training_") for body in events)
            return
        for body, stream in zip(events, view.streams[first:], strict=True):
            self.note_birth(body, "live" if reissues else mode)
            if body["t"] in NEED:
                self.check_need(body, stream)

    def note_birth(self, body: dict[str, Any], mode: str) -> None:
        """In which mode the need arose that this event is about."""
        turn = (body.get("card", ""), body.get("cycle", 0))
        if body["t"] == "card_replaced" and "after" in body:
            for card, cycle in [one for one in self.born if one[0] == body["card"]]:
                self.born[body["new"], cycle] = self.born[card, cycle]
                self.unsignalled.add((body["new"], cycle))
        if body["t"] == "card_counted" and body["from"] in ("FULL", "IN_USE"):  # else it ends a need
            self.born[turn] = mode
            if "tr" not in body:
                self.unsignalled.add(turn)
        if body["t"] == "card_emptied":
            self.born.setdefault(turn, mode)
            if "inferred" in body:
                self.unsignalled.add(turn)
        if body["t"] == "need_signalled":
            self.born[turn] = "live"
            self.unsignalled.discard(turn)

    def check_need(self, body: dict[str, Any], stream: str) -> None:
        turns = [(row["card"], row["cycle"]) for row in body.get("after", ())] or [(body["card"], body["cycle"])]
        for turn in turns:
            arose = self.born.get(turn, "live")
            assert (stream == "sig") is (arose == "live"), f"{body['t']} of {turn}, which arose in {arose}: {stream!r}"

    def told(self) -> list[dict[str, Any]]:
        return self.floor.view.of_stream("sig") + self.floor.view.of_stream("mov")

    @invariant()
    def the_erp_can_follow_all_it_is_told(self) -> None:
        if not hasattr(self, "floor"):
            return
        told = self.told()
        ids = {body["id"] for body in told}
        opened = {body["key"] for body in told if "tr" in body}
        for body in told:
            own = {f"card/P1/{body['card']}/{body['cycle']}/empty"} if body["t"] == "card_filled" else set()
            # a FULL ends the need of its own circulation whoever told of it; the ERP knows what it has
            assert set(body.get("closes", ())) <= opened | own, "an order is closed that was never placed"
            assert "aside" not in body
            assert "would" not in body
            if body["t"] == "card_undone":
                assert body["ref"] in ids, "an act is cancelled that the ERP never heard of"

    @invariant()
    def no_need_is_told_twice_and_no_live_one_is_forgotten(self) -> None:
        if not hasattr(self, "floor"):
            return
        keys = Counter(body["key"] for body in self.told() if "key" in body)
        assert [key for key, count in keys.items() if count > 1] == []
        ordered = Counter((row["card"], row["cycle"]) for body in self.told() if "tr" in body for row in body["after"])
        emptied = {turn for turn, mode in self.born.items() if mode == "live"}
        if self.is_single:
            assert set(ordered) == emptied - self.unsignalled
        assert set(ordered) <= emptied

    @invariant()
    def what_is_open_here_is_what_the_erp_was_told(self) -> None:
        if hasattr(self, "floor"):
            opened = {body["key"] for body in self.told() if "tr" in body}
            assert set(self.floor.view.signals) <= opened


TestModes = pytest.mark.decision("K13")(Modes.TestCase)
TestModes.settings = settings(
    max_examples=150, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow], deadline=None
)
