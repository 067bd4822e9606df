"""What we and our simulated readers send is LLRP in the eyes of others: pyllrp and Wireshark's dissector."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from bitstring import BitStream
from pyllrp import pyllrp

from drivers.llrp import message as m
from drivers.llrp.capability import Capabilities, read_capabilities
from drivers.llrp.frame import render
from drivers.llrp.maker import maker_of
from drivers.llrp.parameter import RF_TRANSMITTER, SINGULATION
from drivers.llrp.ro_spec import Inventory, ro_spec
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.llrp_wire import capabilities, event, message, status_param
from tests.drivers.llrp.rig import driver
from tests.drivers.llrp.tshark import complaints, dissect, needs_tshark
from tests.drivers.llrp.wire import R420, report
from tests.drivers.portal import Portal
from tests.drivers.rig import GOOD, HoldingSink, Running, wait_until

HAS = read_capabilities(capabilities(R420))
IMPINJ = maker_of(25882)
SPEC_ID, SPEC = ro_spec(Inventory((1, 2), 3000, 2, 64, 1), HAS)
PLAIN_SPEC = ro_spec(Inventory((), 0, 1, 32, 1), Capabilities())[1]
IMPINJ_SPEC = ro_spec(Inventory((1,), 0, 1, 32, 1, mode=1000), HAS, IMPINJ.report)[1]
NUMBER = SPEC_ID.to_bytes(4, "big")

OURS = (
    (m.GET_CAPABILITIES, b"\x00"), (m.SET_CONFIG, m.configuration(5000, (1, 2), holds=True)), (m.GET_RO_SPECS, b""),
    (m.DELETE_ACCESS_SPEC, bytes(4)), (m.DELETE_RO_SPEC, bytes(4)), (m.ADD_RO_SPEC, SPEC), (m.ADD_RO_SPEC, PLAIN_SPEC),
    (m.ENABLE_RO_SPEC, NUMBER), (m.START_RO_SPEC, NUMBER), (m.ENABLE_EVENTS, b""), (m.KEEPALIVE_ACK, b""),
    (m.GET_REPORT, b""), (m.CLOSE, b""), (m.SET_CONFIG, m.outputs([(1, True), (2, False)])),
    (m.GET_CONFIG, m.INPUT_STATES), (m.CUSTOM, IMPINJ.enabling), (m.ADD_RO_SPEC, IMPINJ_SPEC),
    (m.SET_CONFIG, m.configuration(5000, (1, 2), holds=True, warns=True, more=IMPINJ.configuration)),
)  # fmt: skip
THEIRS = (
    (63, event(256, b"\0\0")), (11, status_param(0, "") + capabilities(R420)),
    (61, report("3376451FD40C0E400000162E", 1, -50, 5)), (61, report("30AA", 1, -50, 5)),
    (36, status_param(0, "") + SPEC[:9] + bytes((2,)) + SPEC[10:]), (63, event(251, b"")),
    (63, event(255, b"\x01\0\x02")), (63, event(248, b"\0\x02\x80")), (100, status_param(100, "not now")), (62, b""),
)  # fmt: skip


def _validated(data: bytes) -> str:
    found = pyllrp.UnpackMessage(BitStream(bytes=data))
    try:
        found._validate()
    except AssertionError as error:
        # It reads the two bits of a Gen2 session as bits and then wants them to be a number.
        if '"Session" must be "int" type' not in str(error):
            raise
    return str(found)


@pytest.mark.parametrize(("kind", "body"), OURS)
def test_our_messages_are_valid(kind: int, body: bytes) -> None:
    assert _validated(render(kind, 7, body))


@pytest.mark.parametrize(("kind", "body"), THEIRS)
def test_the_simulated_readers_messages_are_valid(kind: int, body: bytes) -> None:
    assert _validated(message(kind, 7, body))


def test_the_oracle_finds_mistakes() -> None:
    wrong = SPEC.replace(struct.pack(">HH", RF_TRANSMITTER, 10), struct.pack(">HH", SINGULATION, 10))
    with pytest.raises((AssertionError, KeyError, ValueError)):
        _validated(render(m.ADD_RO_SPEC, 7, wrong))


@pytest.fixture
def said(portal: Portal) -> list[bytes]:
    """All that the driver says in sessions with both makes, with everything it can do."""
    messages: list[bytes] = []
    for model in ("R420", "FX9600"):
        with LlrpReader(model, buffer_limit=10) as reader:
            keys = {"outputs": {"green": 1, "beeper": 2}, "version_probe": True, "antennas": [1, 2], "power_cdbm": 2700}
            with Running(driver(reader, portal.context, keepalive_s=1, **keys), HoldingSink()) as running:
                reader.wait_reading()
                running.device.notify(GOOD)
                reader.show("3376451FD40C0E400000162E", reads=9)
                wait_until(lambda reader=reader: {60, 72} <= set(reader.asked), "GET_REPORT and KEEPALIVE_ACK")  # type: ignore[misc]
                reader.stop_spec()
                wait_until(lambda reader=reader: 22 in reader.asked, "START_ROSPEC")  # type: ignore[misc]
                reader.state.specs = {5: (SPEC[4:], 0)}
                reader.disconnect()
                wait_until(lambda reader=reader: 21 in reader.asked, "DELETE_ROSPEC")  # type: ignore[misc]
            wait_until(lambda reader=reader: reader.asked[-1] == 14, "CLOSE_CONNECTION")  # type: ignore[misc]
            messages += reader.heard
    return messages


@needs_tshark
def test_every_message_of_real_sessions_is_valid_for_both(said: list[bytes], tmp_path: Path) -> None:
    kinds = {int.from_bytes(data[:2], "big") & 0x3FF for data in said}
    assert kinds >= {1, 2, 3, 14, 20, 21, 22, 24, 26, 41, 46, 60, 64, 72, 1023}
    for data in said:
        if data[:2] != struct.pack(">H", 2 << 10 | m.GET_VERSION):  # of 1.1, which pyllrp does not know
            assert _validated(data)
    assert [found for packet in dissect(said, tmp_path) if (found := complaints(packet))] == []


@needs_tshark
def test_the_dissector_accepts_both_sides_and_finds_mistakes(tmp_path: Path) -> None:
    good = [render(kind, 7, body) for kind, body in OURS] + [message(kind, 7, body) for kind, body in THEIRS]
    wrong = render(m.ADD_RO_SPEC, 7, SPEC[:3] + b"\xff" + SPEC[4:])
    *found, last = [complaints(packet) for packet in dissect([*good, wrong], tmp_path)]
    assert found == [[]] * len(good)
    assert "Invalid length field" in str(last)
