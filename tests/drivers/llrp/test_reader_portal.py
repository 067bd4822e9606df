"""A reader at a portal: everything it sees, with times of this gateway, and a word whenever something is missing."""

from __future__ import annotations

import time

import pytest

from firmware_sim.llrp_model import TagSeen
from firmware_sim.llrp_reader import LlrpReader
from tests.drivers.llrp.rig import BIN, OTHER, driver
from tests.drivers.portal import Portal
from tests.drivers.rig import CONTEXT, HoldingSink, Running, wait_until

NEAR_MS = 5_000  # a loaded machine may be late


def _mono_ms(world_s: float) -> int:
    """A time of the world on the gateway's clock."""
    return CONTEXT.clock.mono_ms() + int((world_s - time.time()) * 1000)


def test_everything_goes_to_the_portal_with_times_of_this_gateway(reader: LlrpReader, portal: Portal) -> None:
    began_ms = CONTEXT.clock.mono_ms()
    with Running(driver(reader, portal.context), HoldingSink()) as running:
        reader.wait_reading()
        reader.show(BIN, antenna=2, rssi_dbm=-48, reads=4)
        reader.set_input(3, is_on=True)
        portal.wait(lambda told: len(told.reads) == 4 and len(told.edges) == 5, "four reads and an edge")
        read, edge = portal.reads[0], portal.edges[-1]
        assert [(one.port, one.is_on) for one in portal.edges[:4]] == [(port, False) for port in (1, 2, 3, 4)]
        assert (read.epc, read.antenna, read.rssi_cdbm, read.count) == (BIN, 2, -4800, 1)
        assert began_ms <= read.first_ms <= read.last_ms <= CONTEXT.clock.mono_ms()
        assert (edge.port, edge.is_on) == (3, True)
        reader.disconnect()
        portal.wait(lambda told: told.restorations == 2, "reading again")
        assert portal.losses == ["link"]
        running.wait_up()


def test_a_light_curtain_that_was_broken_while_the_link_was_down_is_known_when_it_is_back(
    reader: LlrpReader, portal: Portal
) -> None:
    with Running(driver(reader, portal.context), HoldingSink()):
        portal.wait(lambda told: len(told.edges) == 4, "the inputs of the first connection")
        reader.disconnect()
        reader.state.set_input(2, is_on=True)
        portal.wait(lambda told: [one.port for one in told.edges if one.is_on][:1] == [2], "input 2 is on")


def test_an_impinj_tells_phases_and_hundredths_and_a_zebra_is_not_asked(reader: LlrpReader, portal: Portal) -> None:
    with Running(driver(reader, portal.context), HoldingSink()):
        reader.wait_reading()
        reader.report([TagSeen(BIN, 1, -5025, phase=3000, channel=9)])
        portal.wait(lambda told: bool(told.reads), "the read")
    is_impinj = reader.model.name == "R420"
    read = portal.reads[0]
    assert (read.rssi_cdbm, read.phase, read.channel) == ((-5025, 3000, 9) if is_impinj else (-5100, None, 9))
    assert (1023 in reader.asked) is is_impinj


def test_a_reader_that_refuses_its_makers_extensions_is_read_without_them(r420: LlrpReader, portal: Portal) -> None:
    r420.faults.refuse[1023] = 401
    with Running(driver(r420, portal.context), HoldingSink()):
        r420.wait_reading()
        r420.show(BIN)
        portal.wait(lambda told: bool(told.reads), "the read")
    assert (portal.reads[0].phase, portal.reads[0].rssi_cdbm) == (None, -5000)


@pytest.mark.promise("R7")
@pytest.mark.parametrize("clock", ["utc", "ahead", "uptime"])
def test_what_was_kept_over_a_broken_link_has_the_times_when_it_was_read(portal: Portal, clock: str) -> None:
    with LlrpReader("FX9600", has_utc=clock != "uptime") as reader:
        reader.state.clock_ahead_s = 3600.0 if clock == "ahead" else 0.0
        with Running(driver(reader, portal.context), HoldingSink()):
            reader.wait_reading()
            reader.disconnect()
            seen_s = time.time() - 30.0
            reader.report([TagSeen(BIN, first_s=seen_s, last_s=seen_s + 2)])
            portal.wait(lambda told: bool(told.reads), "what was kept")
            read = portal.reads[0]
            assert abs(read.first_ms - _mono_ms(seen_s)) < NEAR_MS
            assert abs(read.last_ms - read.first_ms - 2000) <= 1


@pytest.mark.promise("R3")
def test_an_overflow_of_the_readers_memory_is_a_loss(portal: Portal) -> None:
    with LlrpReader("R420", buffer_limit=10) as reader, Running(driver(reader, portal.context), HoldingSink()):
        reader.wait_reading()
        reader.show(BIN, reads=50)
        portal.wait(lambda told: told.losses == ["overflow"], "the loss")
        portal.wait(lambda told: len(told.reads) == 10, "what there was room for")


def test_a_memory_that_fills_up_is_asked_for_what_it_has(portal: Portal) -> None:
    with (
        LlrpReader("R420", buffer_limit=10) as reader,
        Running(driver(reader, portal.context), HoldingSink()) as running,
    ):
        reader.wait_reading()
        reader.show(BIN, reads=9)
        wait_until(lambda: 60 in reader.asked, "GET_REPORT")
        wait_until(lambda: running.health.counters.get("buffer_warnings") == 1, "the warning is counted")
        portal.wait(lambda told: len(told.reads) == 9, "all reads")


@pytest.mark.promise("R3")
def test_a_damaged_report_is_a_loss_and_costs_itself_only(r420: LlrpReader, portal: Portal) -> None:
    with Running(driver(r420, portal.context), HoldingSink()):
        r420.wait_reading()
        r420.state.keep(b"\x00\xf0\x00\x08junk")
        r420.show(BIN)
        portal.wait(lambda told: told.losses == ["damaged"] and len(told.reads) == 1, "the loss and the good read")


def test_a_reader_that_stops_by_itself_is_started_again_and_the_gap_is_told(reader: LlrpReader, portal: Portal) -> None:
    with Running(driver(reader, portal.context), HoldingSink()) as running:
        reader.wait_reading()
        portal.wait(lambda told: told.restorations == 1, "reading")
        reader.stop_spec()
        portal.wait(lambda told: told.restorations == 2, "reading again")
        assert portal.losses == ["link"]
        assert reader.sessions == 1
        reader.show(BIN)
        portal.wait(lambda told: bool(told.reads), "a read")
        wait_until(lambda: running.health.counters.get("ro_spec_ends") == 1, "it is counted")


def test_what_somebody_else_deleted_is_set_up_again(
    reader: LlrpReader, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.llrp.session.CHECK_MS", 50)
    with Running(driver(reader, portal.context), HoldingSink()):
        reader.wait_reading()
        reader.state.specs.clear()
        wait_until(lambda: reader.is_reading, "the ROSpec is back")
        reader.show(BIN)
        portal.wait(lambda told: bool(told.reads), "a read")


@pytest.mark.promise("R2")
def test_what_was_under_way_when_the_gateway_stops_is_taken(r420: LlrpReader, portal: Portal) -> None:
    with Running(driver(r420, portal.context), HoldingSink()):
        r420.wait_reading()
        r420.report([TagSeen(BIN), *[TagSeen(OTHER)] * 499])
        wait_until(lambda: r420.sent_reports > 0, "the first left")
    wait_until(lambda: r420.asked[-1] == 14, "CLOSE_CONNECTION")
    kept = len(r420.state.reports)
    assert len(portal.reads) == r420.sent_reports == 500 - kept


def test_epcs_of_any_number_of_bits_and_bare_and_empty_reports_are_legal(r420: LlrpReader, portal: Portal) -> None:
    with Running(driver(r420, portal.context), HoldingSink()):
        r420.wait_reading()
        r420.faults.empties = 3
        r420.report([TagSeen("3066C4409047E140075BCD15AAAA", 2), TagSeen("F7ABC", bits=18), TagSeen(BIN, is_bare=True)])
        portal.wait(lambda told: len(told.reads) == 3, "three reads")
    assert [read.epc for read in portal.reads] == ["3066C4409047E140075BCD15AAAA", "F7ABC", BIN]
    assert portal.reads[2].antenna == 1, "what is left out is as it was"
    assert portal.losses == ["link"]
