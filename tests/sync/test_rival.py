"""How two live boxes with one id are told from restarts, restored images and late messages; by gateway and ERP."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim.erp.presence import PresenceBook
from firmware_sim.erp.schema import connect
from sync.rival import RivalWatch
from tests.sync.ledger import EPOCH
from tests.sync.test_conversation import Talk

STATE = "kgw/v1/P1/G1/state"


def birth(name: str, **members: object) -> dict[str, object]:
    return {"v": 1, "env": "prod", "gw": "G1", "boot": "b", "ep": EPOCH, "birth": name, "online": True, **members}


def talking() -> Talk:
    """A conversation in which batches may flow."""
    talk = Talk()
    talk.turn()
    talk.answer()
    talk.turn()
    return talk


def test_two_births_of_somebody_else_stop_the_sending_and_the_farewell_says_why() -> None:
    talk = talking()
    talk.hear(STATE, birth("birth-1"))  # our own, as the broker gives it back
    talk.hear(STATE, birth("theirs-1"))
    talk.turn()
    assert talk.uplink.rival == ""
    talk.hear(STATE, birth("theirs-2"))
    talk.turn()
    assert "identity keep" in talk.uplink.rival
    assert "TWO_GATEWAYS" in talk.warnings
    talk.outbox.append("sig")
    talk.uplink.on_commit(["sig"])
    talk.turn()
    assert "sig" not in talk.said()
    talk.session.unconfirmed = 0
    talk.conversation.close()
    last = talk.session.sent[-1][1]
    assert (last["online"], last["hold"]) == (True, "TWO_GATEWAYS")


def test_a_death_or_a_retained_birth_of_the_past_means_nothing() -> None:
    talk = Talk()
    for number in range(5):
        talk.hear(STATE, birth(f"old-{number}", online=False))
    talk.turn()
    assert talk.uplink.rival == ""


def test_a_birth_that_is_none_is_told_and_proves_nothing() -> None:
    talk = talking()
    wrong: list[object] = [{"v": 1}, birth("x" * 900), birth("", online="yes"), [], birth("y") | {"birth": 7}]
    for document in wrong:
        talk.hear(STATE, document)
    talk.turn()
    assert "MALFORMED" in talk.warnings
    assert talk.uplink.rival == ""


@pytest.mark.parametrize(("held", "stops"), [([""], True), (["c1"], False), (["c1", ""], True)])
def test_a_hold_of_the_erp_is_obeyed_by_those_it_names(held: list[str], stops: bool) -> None:
    talk = talking()
    ack = {"v": 1, "ep": EPOCH, "st": "sig", "cum": 0, "h": "0" * 32, "hold": {"code": "TWO_LIVE", "for": held}}
    talk.hear("kgw/v1/P1/G1/ack/sig", ack)
    talk.turn()
    assert bool(talk.uplink.rival) is stops


@pytest.mark.parametrize("hold", [{}, {"for": "all"}, {"for": [1]}])
def test_a_hold_that_names_nobody_is_malformed(hold: dict[str, object]) -> None:
    talk = talking()
    talk.hear("kgw/v1/P1/G1/ack/sig", {"v": 1, "ep": EPOCH, "st": "sig", "cum": 0, "h": "0" * 32, "hold": hold})
    talk.turn()
    assert ("MALFORMED" in talk.warnings, talk.uplink.rival) == (True, "")


def test_what_stood_at_the_broker_before_us_proves_nothing() -> None:
    watch = RivalWatch()
    assert not watch.hear("theirs", is_sure=True)
    watch.speak("ours")
    assert not watch.hear("ours")
    assert not watch.hear("late")
    assert not watch.hear("late")
    assert watch.hear("again")


def test_another_box_that_has_seen_us_is_believed() -> None:
    watch = RivalWatch()
    watch.speak("ours")
    assert watch.hear("theirs", is_sure=True)


def meet(book: PresenceBook, run: str, birth: str, **members: str) -> bool:
    return book.meet("G1", {"run": run, "birth": birth, **members})


@pytest.fixture
def book(tmp_path: Path) -> PresenceBook:
    return PresenceBook(connect(tmp_path / "erp.db"))


def test_the_erp_takes_restarts_and_one_late_message_for_what_they_are(book: PresenceBook) -> None:
    for number in range(5):
        assert meet(book, f"r{number}", f"b{number}")
        assert meet(book, f"r{number}", f"b{number}")  # said again until it was answered
        if number:
            assert meet(book, f"r{number - 1}", f"late{number}")  # the former process was killed with this on its way
            assert meet(book, f"r{number}", f"again{number}")


def test_the_erp_notices_two_that_speak_in_turns_and_remembers_it(book: PresenceBook, tmp_path: Path) -> None:
    answers = [meet(book, f"r{turn % 2}", f"b{turn}") for turn in range(6)]
    assert answers[:3] == [True, True, True]
    assert answers[-1] is False
    assert not PresenceBook(connect(tmp_path / "erp.db")).may_speak("G1", "r1")


def test_a_claim_ends_it_for_the_one_that_has_it(book: PresenceBook) -> None:
    for turn in range(6):
        meet(book, f"r{turn % 2}", f"b{turn}")
    assert meet(book, "r0", "b10", claim="c1")
    assert not meet(book, "r1", "b11")
    assert book.of("G1").held == [""]
    assert book.may_speak("G1", "r0")
    assert not book.may_speak("G1", "r1")


def test_a_box_that_has_seen_two_is_believed_by_the_erp(book: PresenceBook) -> None:
    assert meet(book, "r0", "b0")
    assert not meet(book, "r0", "b1", hold="TWO_GATEWAYS")
