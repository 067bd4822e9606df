"""Lamps at a reader's output ports: what was answered, for a while, and dark whenever nobody knows."""

from __future__ import annotations

import pytest

from drivers.llrp.settings import ReaderOutputs
from firmware_sim.llrp_reader import LlrpReader
from tests.drivers.llrp.rig import BIN, driver
from tests.drivers.portal import Portal
from tests.drivers.rig import GOOD, REFUSED, HoldingSink, Running, wait_until

PORTS = {"green": 1, "red": 2, "beeper": 4, "hold_ms": 1500}


def test_a_verdict_lights_its_lamp_for_a_while_and_beeps(reader: LlrpReader, portal: Portal) -> None:
    with Running(driver(reader, portal.context, outputs=PORTS), HoldingSink()) as running:
        reader.wait_reading()
        running.device.notify(REFUSED)
        wait_until(lambda: (2, True) in reader.state.switched, "red")
        wait_until(lambda: not any(reader.outputs.values()), "dark again")
        assert (4, True) in reader.state.switched, "the beeper"
        running.device.notify(GOOD)
        wait_until(lambda: (1, True) in reader.state.switched, "green")


@pytest.mark.promise("R1")
def test_at_a_chute_the_answer_to_a_bin_is_shown(r420: LlrpReader) -> None:
    with Running(driver(r420, outputs={"green": 3}), HoldingSink(GOOD)):
        r420.wait_reading()
        r420.show(BIN, reads=3)
        wait_until(lambda: r420.outputs[3], "green")
    wait_until(lambda: not any(r420.outputs.values()), "dark when the gateway ends")


def test_after_a_reboot_of_the_reader_no_lamp_is_taken_for_lit(r420: LlrpReader, portal: Portal) -> None:
    with Running(driver(r420, portal.context, outputs={"green": 1, "hold_ms": 60_000}), HoldingSink()) as running:
        portal.wait(lambda told: told.restorations == 1, "reading")
        running.device.notify(GOOD)
        wait_until(lambda: r420.outputs[1], "green")
        r420.reboot()
        portal.wait(lambda told: told.restorations == 2, "reading again")
        wait_until(lambda: r420.outputs[1], "green, for it is still held")


def test_a_port_the_reader_has_not_is_an_alarm(r420: LlrpReader) -> None:
    with Running(driver(r420, outputs={"red": 9}), HoldingSink()) as running:
        wait_until(lambda: "outputs" in running.health.alarms, "the alarm")
        assert running.health.is_up


def test_one_port_cannot_be_two_lamps() -> None:
    with pytest.raises(ValueError, match="cannot be two things"):
        ReaderOutputs(red=1, green=1)
