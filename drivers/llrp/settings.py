"""Configuration of an RFID reader: the keys of a `[[device]]` table with `type = "llrp-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from drivers.rfid_settings import TagReaderKeys

Antenna = Annotated[int, Field(ge=1, le=32)]


class LlrpSettings(TagReaderKeys):
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
