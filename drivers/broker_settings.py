"""The keys with which a device or an output says how to reach its MQTT broker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from drivers.tls import TlsKeys


class BrokerKeys(BaseModel):
    """Mixed into the settings of whatever speaks MQTT to a broker of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    """Name or address of the broker."""
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    """Its port."""
    protocol: Literal["5", "3.1.1"] = "5"
    """MQTT version."""
    username: str = ""
    """User name at the broker; empty for none."""
    password_credential: str = ""
    """Name of the credential with the password."""
    tls: TlsKeys = TlsKeys()
    """TLS towards the broker."""
    keep_alive_s: Annotated[int, Field(ge=5, le=600)] = 20
    """Seconds of silence after which the connection is tested, and the broker takes the gateway for dead."""

    @property
    def place(self) -> str:
        """The broker as messages to people name it."""
        return f"{self.host}:{self.port}"
