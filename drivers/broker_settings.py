"""The keys with which a device or an output says how to reach its MQTT broker."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator


class BrokerTls(BaseModel):
    """TLS towards the broker; its certificate is always verified."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    enabled: bool = False
    """Whether the broker is spoken to over TLS."""
    ca_file: str = ""
    """Authority that signed the broker's certificate; empty: those of the system."""
    cert_file: str = ""
    """Our own certificate, for brokers that ask for one."""
    key_credential: str = ""
    """Name of the credential with its private key."""

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        if bool(self.cert_file) != bool(self.key_credential):
            raise ValueError("`cert_file` and `key_credential` belong together")
        return self


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
    tls: BrokerTls = BrokerTls()
    """TLS towards the broker."""
    keep_alive_s: Annotated[int, Field(ge=5, le=600)] = 20
    """Seconds of silence after which the connection is tested, and the broker takes the gateway for dead."""

    @property
    def place(self) -> str:
        """The broker as messages to people name it."""
        return f"{self.host}:{self.port}"
