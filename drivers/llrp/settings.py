"""Configuration of an RFID reader: the keys of a `[[device]]` table with `type = "llrp-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from drivers.base import DeviceSettings
from gateway.codes.epc.filter import pattern_mistake

Scheme = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3,6}([+]{1,2}|-[0-9a-z]{2,3})?$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]
Antenna = Annotated[int, Field(ge=1, le=32)]


class LlrpSettings(DeviceSettings):
    """A fixed RFID reader by LLRP 1.0.1, whose antennas all look at one chute or shelf."""

    type: Literal["llrp-reader"]
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    """Name or address of the reader."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 5084
    """Its port for LLRP."""
    antennas: Annotated[tuple[Antenna, ...], Field(max_length=32)] = ()
    """Antennas to read with; all when empty."""
    power_cdbm: Annotated[int, Field(ge=0, le=3300)] = 0
    """Transmit power in hundredths of dBm, the next lower step the reader has; 0 is its strongest."""
    session: Annotated[int, Field(ge=0, le=3)] = 1
    """Gen2 session: 1 keeps a tag quiet for a moment after it was read, 0 reads it again at once."""
    tag_population: Annotated[int, Field(ge=1, le=4096)] = 32
    """How many tags are about, to begin with."""
    keepalive_s: Annotated[int, Field(ge=1, le=60)] = 5
    """How often the reader says that it lives; after two and a half times that it is called again."""
    min_reads: Annotated[int, Field(ge=1, le=100)] = 3
    """So many reads make a tag present: a tag that flashes up once is not."""
    min_rssi_dbm: Annotated[int, Field(ge=-90, le=0)] = -62
    """Weaker reads come from tags that lie elsewhere."""
    absent_s: Annotated[int, Field(ge=1, le=3600)] = 30
    """A tag that was not read for so long is gone; only then can it come again."""
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
