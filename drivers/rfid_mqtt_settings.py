"""Configuration of RFID readers that publish JSON: the keys of a `[[device]]` table with `type = "mqtt-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from drivers.broker_settings import BrokerKeys
from drivers.rfid_settings import JsonReaderKeys


class MqttReaderSettings(JsonReaderKeys, BrokerKeys):
    """A reader that publishes what it sees: Impinj R700 (IoT device interface) or Zebra FX (IoT Connector)."""

    type: Literal["mqtt-reader"]
    topic: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00+#]+$")]
    """Topic of its tag events, as configured at the reader."""
