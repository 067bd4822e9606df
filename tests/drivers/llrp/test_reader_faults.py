"""Readers that misbehave: always called again, told in health, and no good report is lost."""

from __future__ import annotations

import struct

import pytest

from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.llrp_wire import message
from tests.drivers.llrp.rig import BIN, OTHER, driver
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running, wait_until


def _tags(count: int) -> list[TagSeen]:
    return [TagSeen(f"{n:024X}") for n in range(count)]


def _all_came(portal: Portal, count: int) -> None:
    portal.wait(lambda told: len({read.epc for read in told.reads}) == count, f"{count} tags")


@pytest.mark.parametrize("kind", [1, 3, 20, 24, 26])
@pytest.mark.parametrize("how", ["status", "message"])
def test_a_refusal_at_any_step_is_told_and_tried_again(r420: LlrpReader, kind: int, how: str) -> None:
    if how == "status":
        r420.faults.refuse[kind] = 401
    else:
        r420.faults.error.add(kind)
    with Running(driver(r420), HoldingSink()) as running:
        assert "refused" in running.wait_down().text
        r420.faults.refuse.clear()
        r420.faults.error.clear()
        r420.wait_reading()


@pytest.mark.parametrize("kind", [2, 46, 1023])
@pytest.mark.parametrize("how", ["status", "message"])
def test_what_can_be_done_without_is_done_without(r420: LlrpReader, portal: Portal, kind: int, how: str) -> None:
    if how == "status":
        r420.faults.refuse[kind] = 401
    else:
        r420.faults.error.add(kind)
    with Running(driver(r420, portal.context, version_probe=True), HoldingSink()) as running:
        r420.wait_reading()
        r420.show(BIN)
        portal.wait(lambda told: bool(told.reads), "a read")
        assert running.health.counters.get("reconnects", 0) == 0


def test_a_step_without_an_answer_is_told_by_its_name(r420: LlrpReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.llrp.session.ANSWER_MS", 100)
    r420.faults.unanswered.add(20)
    with Running(driver(r420), HoldingSink()) as running:
        assert "no answer to ADD_ROSPEC" in running.wait_down().text
        r420.faults.unanswered.clear()
        r420.wait_reading()


def test_a_port_that_never_greets_is_given_up_and_called_again(
    r420: LlrpReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.llrp.session.GREETING_MS", 100)
    r420.faults.never_greets = True
    with Running(driver(r420), HoldingSink()) as running:
        assert "is it an LLRP reader" in running.wait_down().text
        r420.faults.never_greets = False
        r420.wait_reading()


def test_a_reader_in_use_is_asked_again_until_it_is_free_and_a_person_is_told(r420: LlrpReader) -> None:
    r420.faults.attempt, r420.faults.attempts = 2, 7
    with Running(driver(r420), HoldingSink()) as running:
        assert "another client is connected" in running.wait_down().text
        wait_until(lambda: "connection" in running.health.alarms, "the alarm")
        r420.wait_reading()
        wait_until(lambda: running.health.is_up and "connection" not in running.health.alarms, "its end")
        assert r420.sessions == 8


def test_somebody_who_knocks_at_our_reader_does_not_end_our_session(r420: LlrpReader, portal: Portal) -> None:
    with Running(driver(r420, portal.context), HoldingSink()) as first, Running(driver(r420), HoldingSink()) as second:
        wait_until(lambda: r420.turned_away >= 2, "the other one is turned away")
        r420.show(BIN)
        winner, loser = (first, second) if first.health.is_up else (second, first)
        wait_until(lambda: winner.health.counters.get("other_clients", 0) >= 2, "it is counted")
        assert "another client" in loser.wait_down().text
        assert r420.sessions == 1


def test_a_silent_reader_is_called_again(r420: LlrpReader) -> None:
    with Running(driver(r420, keepalive_s=1), HoldingSink()) as running:
        r420.wait_reading()
        r420.faults.is_silent = True
        assert "silent" in running.wait_down().text
        r420.faults.is_silent = False
        wait_until(lambda: r420.sessions >= 2 and running.health.is_up, "a second session")


@pytest.mark.promise("R2")
@pytest.mark.parametrize(
    "fault", ["chopped", "half", "unknown message", "absurd length", "disconnect", "empty reports"]
)
def test_no_good_report_is_lost(reader: LlrpReader, portal: Portal, fault: str) -> None:
    with Running(driver(reader, portal.context), HoldingSink()) as running:
        reader.wait_reading()
        reader.report(_tags(10))
        _all_came(portal, 10)
        match fault:
            case "chopped":
                reader.faults.is_chopped = True
            case "half":
                reader.faults.half = True
            case "unknown message":
                reader.faults.prefix = message(999, 7, b"from the future")
            case "absurd length":
                good = message(61, 7, reader.state.event(0, b""))
                reader.faults.prefix = good + struct.pack(">HII", 1 << 10 | 61, 0x7FFF_FFFF, 1)
            case "disconnect":
                reader.disconnect()
            case _:
                reader.faults.empties = 5
        sent = reader.sent_reports
        reader.report(_tags(40))
        if fault == "absurd length":  # whatever followed it cannot be found: that is told, and the next ones are read
            portal.wait(lambda told: told.losses[:1] == ["link"], "the loss")
            wait_until(lambda: reader.sent_reports > sent, "it was sent")
            portal.wait(lambda told: told.restorations == 2, "reading again")
            reader.report(_tags(40))
        _all_came(portal, 40)
        assert running.health.text


@pytest.mark.promise("R2")
def test_after_a_reboot_all_is_set_up_again_with_outputs_and_all(reader: LlrpReader, portal: Portal) -> None:
    with Running(driver(reader, portal.context), HoldingSink()):
        for turn in range(3):
            portal.wait(lambda told, turn=turn: told.restorations == turn + 1, "reading")  # type: ignore[misc]
            reader.show(OTHER)
            portal.wait(lambda told, turn=turn: len(told.reads) == turn + 1, "a read")  # type: ignore[misc]
            reader.reboot()


@pytest.mark.parametrize("speaks_1_1", [False, True])
def test_version_1_1_is_spoken_where_it_is_asked_for_and_known(portal: Portal, speaks_1_1: bool) -> None:
    with LlrpReader("FX9600", speaks_1_1=speaks_1_1) as reader:
        with Running(driver(reader, portal.context, version_probe=True), HoldingSink()):
            reader.wait_reading()
            reader.show(BIN)
            portal.wait(lambda told: bool(told.reads), "a read")
        assert reader.versions == ({2} if speaks_1_1 else {1, 2})
        assert reader.asked[:2] == ([46, 47] if speaks_1_1 else [46, 1])


def test_an_rf_mode_the_reader_has_not_is_told_with_those_it_has(r420: LlrpReader) -> None:
    with Running(driver(r420, rf_mode=3), HoldingSink()) as running:
        assert "`rf_mode` can be 1000, 1002" in running.wait_down().text


def test_a_reader_that_is_not_there_says_what_to_check() -> None:
    with LlrpReader() as reader:
        gone = driver(reader)
    with Running(gone, HoldingSink()) as running:
        assert "check power, cable and address" in running.wait_down().text
