"""Options of the connection to the ERP's broker: the `[sync]` table of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=1, le=65535)]


class TlsSettings(BaseModel):
    """`[sync.tls]`: verification is always on when TLS is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="TLS on or off; off only inside one machine or a trusted network")
    ca_file: Path | None = Field(None, description="certificates that sign the broker's; default: the system's")
    cert_file: Path | None = Field(None, description="this gateway's certificate, whose CN is its id")
    key_credential: str = Field("", description="credential that holds the private key of cert_file")


class SyncSettings(BaseModel):
    """`[sync]`: carrier, broker or server, and how much may be under way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    carrier: Literal["mqtt", "rest"] = Field("mqtt", description="mqtt: through a broker; rest: HTTP to the ERP itself")
    base_url: str = Field("", max_length=500, description="rest: where the ERP serves /v1/gw/…, without that part")
    token_credential: str = Field("", description="rest: credential that holds the bearer token")
    feed_wait_s: int = Field(25, ge=1, le=55, description="rest: how long the ERP may keep a question for news open")
    host: str = Field("", max_length=253, description="mqtt: name or address of the broker")
    port: Port = Field(8883, description="TCP port of the broker")
    protocol: Literal["5", "3.1.1"] = Field("5", description="MQTT version")
    username: str = Field("", max_length=200, description="empty: the broker asks for none")
    password_credential: str = Field("", description="credential that holds the password")
    keep_alive_s: int = Field(20, ge=5, le=600, description="seconds of silence before the broker is pinged")
    max_inflight: int = Field(8, ge=1, le=8, description="batches not yet acknowledged by the ERP")
    batch_events: int = Field(500, ge=1, le=500, description="events in one batch")
    batch_bytes: int = Field(131_072, ge=4096, le=131_072, description="bytes in one batch")
    tls: TlsSettings = TlsSettings()
