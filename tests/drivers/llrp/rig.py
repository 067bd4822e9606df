"""The driver for a simulated reader, and what tests tell it."""

from __future__ import annotations

from typing import Any

from drivers.base import DeviceContext
from drivers.llrp.reader import LlrpReader as Driver
from drivers.llrp.settings import LlrpSettings
from firmware_sim.llrp_reader import LlrpReader
from tests.drivers.rig import CONTEXT

BIN = "3376451FD40C0E400000162E"  # urn:epc:id:grai:9521141.12345.5678
OTHER = "3376451FD40C0E400000162F"


def driver(reader: LlrpReader, context: DeviceContext = CONTEXT, **members: Any) -> Driver:
    plain = {"id": "chute", "type": "llrp-reader", "station": "S1", "host": "127.0.0.1", "port": reader.port, **members}
    return Driver(LlrpSettings.model_validate(plain), context)
