"""Two gateways and an ERP under everything at once, found by hypothesis: scans, restarts, lost and doubled
answers, refused and parked postings, and an ERP restored from an old copy."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from firmware_sim.erp.mischief import Ruling
from tests.two_gateways.pair import A, B, Bin, Pair
from tests.two_gateways.table import SHM, act

GATEWAYS = st.sampled_from([A, B])


class TwoGateways(RuleBasedStateMachine):
    """People do what a bin allows; machines fail between any two steps. Judged when everything was synced."""

    @initialize()
    def begin(self) -> None:
        self._place = tempfile.TemporaryDirectory(dir=SHM)
        self.pair = Pair(Path(self._place.name), 1)
        self.one = Bin(1)
        self.has_copy = False
        self.is_closed = False  # what the ERP refused or put off is for a person to put right (K6)
        self.was_filled = False  # its last act was a filling, so it may be scanned full once more

    @rule(gateway=GATEWAYS)
    def empty(self, gateway: str) -> None:
        self.pair.empty(self.one, gateway)
        self.was_filled = False

    @precondition(lambda self: not self.one.is_full or self.was_filled)
    @rule(gateway=GATEWAYS)
    def fill(self, gateway: str) -> None:
        self.pair.fill(self.one, gateway)
        self.was_filled = self.one.is_full

    @rule(gateway=GATEWAYS)
    def talk(self, gateway: str) -> None:
        self.pair.sync(gateway)

    @rule(gateway=GATEWAYS, dies=st.booleans())
    def restart(self, gateway: str, dies: bool) -> None:
        box = self.pair.boxes[gateway]
        box.kill() if dies else box.stop()
        box.start()

    @rule()
    def restart_the_erp(self) -> None:
        self.pair.office.restart()

    @rule(what=st.sampled_from(["lose", "repeat"]), count=st.integers(1, 3))
    def spoil_answers(self, what: str, count: int) -> None:
        self.pair.office.mischief.arm(what, count)

    @rule(outcome=st.sampled_from(["parked", "rejected"]))
    def the_period_is_closed(self, outcome: str) -> None:
        """The next posting is put off, or refused for good."""
        self.pair.office.mischief.decree(Ruling(outcome, "PERIOD_CLOSED"))
        self.is_closed = True

    @rule(outcome=st.sampled_from(["applied", "rejected"]))
    def the_period_is_opened(self, outcome: str) -> None:
        self.pair.office.settle_parked(outcome)

    @rule(gateway=GATEWAYS, story=st.sampled_from([("Ae", "Be"), ("Be", "Ae"), ("Ae", "Af", "Be")]))
    def both_tell_the_same_need(self, gateway: str, story: tuple[str, ...]) -> None:
        """One of them is superseded, and issues it again when a FULL lies between."""
        if self.one.is_full:
            for word in story:
                act(self.pair, self.one, word)
            self.was_filled = False
            self.pair.sync(gateway)

    @rule()
    def back_up_the_erp(self) -> None:
        self.pair.office.back_up()
        self.has_copy = True

    @precondition(lambda self: self.has_copy)
    @rule()
    def restore_the_erp(self) -> None:
        self.pair.take_the_erp_back()

    @rule(gateway=GATEWAYS)
    def half_a_conversation(self, gateway: str) -> None:
        """Sent, taken by the ERP, and the link breaks before the answer is stored."""
        self.pair.world.pass_time(500)
        self.pair.boxes[gateway].turn()
        self.pair.office.step()
        self.pair.wire.break_link(gateway)

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        try:
            self._judge()
        finally:
            self.pair.close()
            self._place.cleanup()

    def _judge(self) -> None:
        """Everything works again and has been said, and a snapshot has followed, as after every restore."""
        self.pair.office.mischief.calm()
        self.pair.office.restart()  # says again what was lost on its way
        self.pair.world.pass_time(120_000)
        self.pair.sync_all()
        self.pair.office.settle_parked("applied")
        self.pair.sync_all()
        for name in (A, B):
            self.pair.office.publish_snapshots(name)
        self.pair.sync_all()
        assert self.pair.missing() == []
        wrongs = self.pair.wrongs(self.one)
        apart = [wrong for wrong in wrongs if wrong.startswith("GW-")]
        if not self.is_closed:
            assert apart == [], self.one.story
            assert wrongs == [] or self.pair.is_asked(self.one), (wrongs, self.one.story)


TestTwoGateways = pytest.mark.promise("R2")(pytest.mark.decision("K3")(TwoGateways.TestCase))
TestTwoGateways.settings = settings(
    max_examples=150, stateful_step_count=7, derandomize=True, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
