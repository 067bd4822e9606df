"""Configuration of an RFID reader: the keys of a `[[device]]` table with `type = "llrp-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.rfid_settings import TagReaderKeys
from drivers.tls import TlsKeys

Antenna = Annotated[int, Field(ge=1, le=32)]
Port = Annotated[int, Field(ge=1, le=16)]


class ReaderOutputs(BaseModel):
    """Lamps and a beeper at the reader's output ports (GPO); they show what is answered at the reader's station."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    red: Port | None = None
    """Port of the red lamp."""
    yellow: Port | None = None
    """Port of the yellow lamp."""
    green: Port | None = None
    """Port of the green lamp."""
    beeper: Port | None = None
    """Port of the beeper: one short beep is good, three long ones are bad."""
    hold_ms: Annotated[int, Field(ge=100, le=60_000)] = 3000
    """How long an answer is shown."""

    @model_validator(mode="after")
    def _check_ports(self) -> Self:
        ports = list(self.lines.values())
        if len(set(ports)) < len(ports):
            raise ValueError("one port cannot be two things: give each of `red`, `yellow`, `green`, `beeper` its own")
        return self

    @property
    def lines(self) -> dict[str, int]:
        """Ports by name, of those that are given."""
        named = {"red": self.red, "yellow": self.yellow, "green": self.green, "beeper": self.beeper}
        return {name: port for name, port in named.items() if port is not None}


class LlrpSettings(TagReaderKeys):
    """A fixed RFID reader by LLRP, whose antennas all look at one chute, shelf or door."""

    type: Literal["llrp-reader"]
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    """Name or address of the reader."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 5084
    """Its port for LLRP; with TLS it is usually 5085."""
    antennas: Annotated[tuple[Antenna, ...], Field(max_length=32)] = ()
    """Antennas to read with; all when empty."""
    power_cdbm: Annotated[int, Field(ge=0, le=3300)] = 0
    """Transmit power in hundredths of dBm, the next lower step the reader has; 0 is its strongest."""
    rf_mode: Annotated[int, Field(ge=0, le=65_535)] = 0
    """One of the reader's RF modes by its number; 0 leaves it to the reader. A wrong one is told with those it has."""
    session: Annotated[int, Field(ge=0, le=3)] = 1
    """Gen2 session: 1 keeps a tag quiet for a moment after it was read, 0 reads it again at once."""
    tag_population: Annotated[int, Field(ge=1, le=4096)] = 32
    """How many tags are about, to begin with."""
    keepalive_s: Annotated[int, Field(ge=1, le=60)] = 5
    """How often the reader says that it lives; after two and a half times that it is called again."""
    version_probe: bool = False
    """True: speak LLRP 1.1 with a reader that can; 1.0.1 does all that is needed."""
    tls: TlsKeys = TlsKeys()
    """TLS towards the reader."""
    tls_name: Annotated[str, StringConstraints(max_length=253)] = ""
    """The name in the reader's certificate where it is not `host`."""
    outputs: ReaderOutputs = ReaderOutputs()
    """Lamps at the reader."""
