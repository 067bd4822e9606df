"""Short words for tests about bytes of readers."""

from __future__ import annotations

from firmware_sim.llrp_model import MODELS, TagSeen
from firmware_sim.llrp_wire import Content, tag_report

R420 = MODELS["R420"]


def report(epc: str, antenna: int = 1, rssi_dbm: int = -50, at_us: int = 5) -> bytes:
    """TagReportData as our ROSpec asks for it."""
    return tag_report(TagSeen(epc, antenna, rssi_dbm * 100), at_us, at_us, Content())
