"""What every RFID reader at a chute or shelf can be told: when a tag has come, and which tags matter."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from drivers.base import DeviceSettings
from gateway.codes.epc.filter import pattern_mistake

Scheme = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3,6}([+]{1,2}|-[0-9a-z]{2,3})?$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]


class TagReaderKeys(DeviceSettings):
    """Keys of all types of readers."""

    min_reads: Annotated[int, Field(ge=1, le=100)] = 3
    """So many reads make a tag present: a tag that flashes up once is not."""
    min_rssi_dbm: Annotated[int, Field(ge=-90, le=0)] = -62
    """Weaker reads come from tags that lie elsewhere."""
    absent_s: Annotated[int, Field(ge=1, le=3600)] = 30
    """A tag that was not read for so long is gone; only then can it come again."""
    stay_db: Annotated[int, Field(ge=0, le=30)] = 6
    """A tag that is there stays while it is read, even so much weaker: one that flickers neither goes nor comes."""
    arrival: Literal["scan", "empty", "full", "none"] = "scan"
    """What a bin that comes means: what a scan at the station does, that it is empty, that it is full, or nothing."""
    departure: Literal["none", "scan", "empty", "withdraw"] = "none"
    """What a bin that is taken away means: nothing, a scan at the station, that it is empty, or that it was opened."""
    reference: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{4,128})?$")] = ""
    """EPC in hexadecimal of a tag fixed at the shelf: while it is not read either, nobody is gone."""
    schemes: Annotated[tuple[Scheme, ...], Field(max_length=50)] = ()
    """Only tags of these schemes ("GRAI-96") or families ("grai"); all when empty."""
    company_prefixes: Annotated[tuple[Prefix, ...], Field(max_length=50)] = ()
    """Only tags of these GS1 company prefixes."""
    patterns: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    """Only tags that fit one of these: urn:epc:pat:grai-96:*.9521141.*.*"""

    @field_validator("patterns")
    @classmethod
    def _check_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if mistake := pattern_mistake(pattern):
                raise ValueError(f"pattern {pattern!r}: {mistake}")
        return patterns


class JsonReaderKeys(TagReaderKeys):
    """Keys of readers that tell what they see as JSON."""

    make: Literal["impinj", "zebra"]
    """Whose messages they are: Impinj's R700 (IoT device interface) or Zebra's FX (IoT Connector)."""
    antennas: Annotated[tuple[Annotated[int, Field(ge=1, le=64)], ...], Field(max_length=64)] = ()
    """Only these antennas; all when empty."""
