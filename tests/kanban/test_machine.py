"""Random lives of a few cards: whatever is scanned, undone, refused or superseded, the invariants hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.kanban.transition import TRANSITIONS
from gateway.model import Action, Card, CardStates, Decision, Life, Status
from gateway.quantity import parse_quantity
from tests.kanban.floor import DOCK, LINE, LOOP, OTHER, STORE, Floor

CARDS = ("C1", "C2", "C3")
ON_THE_WAY = ("EMPTY", "ORDERED", "IN_PROCESS", "IN_TRANSIT")
# What each kind of event may do to a card; the others correct it on the ERP's word or by an undo.
BY_TABLE = {
    "card_emptied": ("empty", "wait"), "batch_released": ("release",), "card_started": ("start",),
    "card_shipped": ("ship",), "card_filled": ("full",), "card_opened": ("open",), "order_confirmed": ("confirm",),
}  # fmt: skip
CORRECTIONS = ("card_undone", "card_superseded", "card_error", "card_states_adopted", "card_activated")
CONSERVING = (*BY_TABLE, "quantity_withdrawn", "card_undone")
STEPS = {change.value: rows for change, rows in TRANSITIONS.items()}

cards = st.sampled_from(CARDS)


class Cards(RuleBasedStateMachine):
    """One gateway, one loop of three cards, an ERP that takes our events in order and may disagree."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()
        self.taken = 0  # events of stream sig that the ERP has answered

    @initialize(
        trigger_point=st.sampled_from([1, 1, 2, 3]),
        independent=st.sampled_from([False, False, True]),
        deciding=st.sampled_from(["", "", "L9-01"]),
    )
    def start(self, trigger_point: int, independent: bool, deciding: str) -> None:
        self.row = {
            **LOOP, "cards": 3, "replenishment_s": 600, "trigger_point": trigger_point, "max_wait_s": 900,
            "independent_source": independent, "deciding_gateway": deciding,
        }  # fmt: skip
        self.defs: dict[str, dict[str, Any]] = {name: {"id": name, "loop": "LP-1"} for name in CARDS}
        self.floor = Floor(cards=0)
        self.do(lambda: self.floor.load("loops", [self.row]))
        self.do(lambda: self.floor.load("cards", list(self.defs.values())))

    # -- what happens ---------------------------------------------------------------------------

    @rule(card=cards, station=st.sampled_from([LINE, LINE, LINE, DOCK, DOCK, DOCK, STORE, OTHER]))
    def scan(self, card: str, station: str) -> None:
        decision = self.do(lambda: self.floor.scan(card, station))
        is_second_beep = decision.verdict.status is Status.ASK  # of a question that stands
        assert decision.events or is_second_beep, "a scan is evidence"

    @rule(card=cards, action=st.sampled_from([Action.EMPTY, Action.FULL]), at_line=st.booleans())
    def press(self, card: str, action: Action, at_line: bool) -> None:
        self.do(lambda: self.floor.scan(card, LINE if at_line else DOCK, action))

    @rule(card=cards, rest=st.sampled_from(["0", "5", "39.5", "40"]))
    def count(self, card: str, rest: str) -> None:
        self.do(lambda: self.floor.empty(card, remainder=rest))

    @rule(card=cards, quantity=st.sampled_from(["1", "25", "40", "47.25"]))
    def deliver(self, card: str, quantity: str) -> None:
        self.do(lambda: self.floor.fill(card, quantity=quantity))

    @rule(card=cards, quantity=st.sampled_from([None, "1", "12.5", "40", "95", "200"]))
    def withdraw(self, card: str, quantity: str | None) -> None:
        self.do(lambda: self.floor.scan(card, LINE, Action.WITHDRAW, quantity=quantity))

    @rule(card=cards, action=st.sampled_from([Action.START, Action.SHIP, Action.RELEASE]))
    def work(self, card: str, action: Action) -> None:
        self.do(lambda: self.floor.scan(card, STORE, action))

    @rule(station=st.sampled_from([LINE, DOCK, STORE]))
    def undo(self, station: str) -> None:
        self.do(lambda: self.floor.undo(station))

    @rule(card=cards, station=st.sampled_from([LINE, DOCK, STORE]))
    def undo_card(self, card: str, station: str) -> None:
        self.do(lambda: self.floor.scan(card, station, Action.UNDO))

    @rule(seconds=st.sampled_from([1, 20, 61, 299, 301, 700, 1000, 5000]))
    def wait(self, seconds: int) -> None:
        self.floor.wait(seconds)
        self.do(self.floor.tick)

    @rule(jump_s=st.sampled_from([-3600, 0, 30, 86_400]))
    def reboot(self, jump_s: int) -> None:
        self.floor.reboot(jump_s)

    @rule(card=cards, life=st.sampled_from([Life.ACTIVE, Life.ACTIVE, Life.HOLD, Life.OBSOLETE]))
    def replan(self, card: str, life: Life) -> None:
        self.defs[card] = {**self.defs[card], "life": life.value, "revision": self.defs[card].get("revision", 1) + 1}
        self.do(lambda: self.floor.load("cards", list(self.defs.values())))

    @rule(quantity=st.sampled_from(["40", "30", "50.5"]), trigger_point=st.sampled_from([1, 2, 3]))
    def replan_loop(self, quantity: str, trigger_point: int) -> None:
        self.row = {**self.row, "quantity": quantity, "trigger_point": trigger_point}
        self.do(lambda: self.floor.load("loops", [self.row]))

    @rule(
        outcome=st.sampled_from(["applied", "applied", "duplicate", "parked", "rejected", "status", "superseded"]),
        later=st.integers(0, 3),
        now=st.sampled_from(["EMPTY", "ORDERED", "FULL", "IN_USE"]),
    )
    def erp_answers(self, outcome: str, later: int, now: str) -> None:
        ours = self.floor.view.of_stream("sig")
        if self.taken >= len(ours):
            return
        event = ours[self.taken]
        self.taken += 1
        self.floor.view.settled["sig"] = self.taken
        members: dict[str, Any] = {}
        if outcome == "status":
            outcome, members = "rejected", {"refused": "status"}
        if outcome == "superseded":
            members = {"now_cycle": event["cycle"] + later, "now_state": now}
        self.do(lambda: self.floor.dispose(event, outcome, code="X", **members))

    @rule(number=st.integers(0, 5))
    def confirm(self, number: int) -> None:
        if orders := self.floor.orders():
            key = orders[number % len(orders)]
            self.do(lambda: self.floor.command("order_confirmed", {"key": key, "doc": "PO"}))

    @rule(card=cards, ahead=st.integers(-1, 2))
    def erp_fills(self, card: str, ahead: int) -> None:
        cycle = max(0, self.floor.cycle(card) + ahead)
        self.do(lambda: self.floor.command("card_full", {"card": card, "cycle": cycle}))

    @rule(card=cards, ahead=st.integers(-1, 2), state=st.sampled_from(["EMPTY", "ORDERED", "FULL", "WAIT"]))
    def erp_tells(self, card: str, ahead: int, state: str) -> None:
        rows = ((card, state, self.floor.cycle(card) + ahead),)
        self.do(lambda: self.floor.submit(CardStates(rows)))

    # -- what must be true ----------------------------------------------------------------------

    def do(self, act: Callable[[], Decision]) -> Decision:
        view = self.floor.view
        before, first = dict(view.cards), len(view.journal)
        decision = act()
        assert decision.verdict.status is not Status.FAILED
        for body in view.journal[first:]:
            self.check_key(body)
            for after in body.get("after", ()):
                self.check_step(body["t"], before.get(after["card"]), after)
            if body["t"] in CONSERVING:
                self.check_quantities(body, before)
            before |= {
                after["card"]: card for after in body.get("after", ()) if (card := _as_card(after, before)) is not None
            }
        return decision

    def check_key(self, body: dict[str, Any]) -> None:
        if key := body.get("key"):
            stream = self.floor.view.streams[self.floor.view.journal.index(body)]
            if stream == "sig":
                assert key not in self.keys, f"key {key} used twice"
                self.keys.add(key)

    def check_step(self, kind: str, before: Card | None, after: dict[str, Any]) -> None:
        if before is None:
            return
        assert after["cycle"] >= before.cycle, f"{kind}: a cycle number was taken back"
        if kind in BY_TABLE and not (kind == "card_filled" and after["cycle"] > before.cycle):
            allowed = {STEPS[change].get(before.state) for change in BY_TABLE[kind]}
            assert after["state"] in allowed, f"{kind}: {before.state} -> {after['state']}"
        elif kind not in CORRECTIONS and kind not in BY_TABLE:
            filled_to_used = kind == "quantity_withdrawn" and after["state"] == "IN_USE"
            assert after["state"] == before.state or filled_to_used, f"{kind}: {before.state} -> {after['state']}"
        if kind == "card_emptied":
            assert after["cycle"] == before.cycle + 1

    def check_quantities(self, body: dict[str, Any], before: dict[str, Card]) -> None:
        """What leaves the bins leaves the stock, and the other way round."""
        if body.get("excess") or body.get("undoes") == "quantity_withdrawn":
            return
        if body["t"] == "card_filled" and body["cycle"] > before[body["card"]].cycle:
            assert "mv" not in body
            return  # circulations that happened elsewhere
        moved = sum(parse_quantity(move["base"]) * (1 if move["to"] == "LINE3" else -1) for move in body.get("mv", ()))
        bins = sum(parse_quantity(after["qty"]) - before[after["card"]].quantity for after in body.get("after", ()))
        if "ref" in body and body["t"] in ("card_emptied", "card_filled"):
            return  # issued again: the bin was corrected before
        assert moved == bins, f"{body['t']}: {moved} moved, {bins} in the bins"

    @invariant()
    def a_need_has_at_most_one_signal(self) -> None:
        if not hasattr(self, "floor"):
            return
        view = self.floor.view
        for card in view.cards.values():
            covering = [key for key in view.signals if card.card in view.signals[key]["cards"] and card.signal == key]
            assert len(covering) <= 1
            if card.state in ("FULL", "IN_USE", "WAIT"):
                assert card.signal == "", f"{card.state} with signal {card.signal}"
        for key, signal in view.signals.items():
            assert any(view.cards[name].signal == key for name in signal["cards"]), f"signal {key} belongs to nobody"
            assert parse_quantity(signal["qty"]) >= 0

    @invariant()
    def a_signalled_card_has_its_signal(self) -> None:
        if not hasattr(self, "floor"):
            return
        for card in self.floor.view.cards.values():
            if card.signal:
                assert card.state in ON_THE_WAY or card.state == "ERROR"
                assert card.signal in self.floor.view.signals, f"{card.card}: signal {card.signal} is not open"


def _as_card(after: dict[str, Any], before: dict[str, Card]) -> Card | None:
    known = before.get(after["card"])
    if known is None:
        return None
    from gateway.kanban.container import card_after

    return card_after(known, after)


TestCards = Cards.TestCase
TestCards.settings = settings(
    max_examples=120, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow], deadline=None
)
