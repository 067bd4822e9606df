"""Configuration of a serial UHF module: the keys of a `[[device]]` table with `type = "yrm100-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.rfid_settings import TagReaderKeys
from drivers.serial_settings import LineSettings


class Yrm100Settings(TagReaderKeys, LineSettings):
    """A UHF module with the M100 or R200 chip (YRM100, M5Stack UHF and others) on a serial line, with one antenna."""

    type: Literal["yrm100-reader"]
    baud: Annotated[int, Field(ge=9600, le=460_800)] = 115_200
    """Speed of the line."""
    power_cdbm: Annotated[int, Field(ge=0, le=3000)] = 0
    """Transmit power in hundredths of dBm; 0 leaves it as it is."""
