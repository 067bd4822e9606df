"""Configuration of RFID readers with an HTTP stream: the keys of a `[[device]]` table with `type = "stream-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from drivers.rfid_settings import JsonReaderKeys


class StreamReaderSettings(JsonReaderKeys):
    """A reader that is asked for a stream of events, one JSON object a line: Impinj R700 and R720."""

    type: Literal["stream-reader"]
    url: Annotated[str, StringConstraints(max_length=512, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")]
    """Where its interface is, such as https://reader-1.plant.example/api/v1; the stream is below it."""
    username: Annotated[str, StringConstraints(max_length=64)] = ""
    """User at the reader; empty for none."""
    password_credential: str = ""
    """Name of the credential with the password."""
    ca_file: str = ""
    """Authority that signed the reader's certificate, or that certificate itself; empty: those of the system."""
    preset: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    """The inventory preset to start when connected; empty: the reader is started otherwise."""
    silence_s: Annotated[int, Field(ge=1, le=600)] = 30
    """A stream without a byte for so long is opened anew; the reader's keepAliveIntervalSeconds must be shorter."""
