"""TLS towards whatever a device is connected to: the keys of its table `tls`, and the context made of them."""

from __future__ import annotations

import ssl
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from drivers.base import DeviceContext
from gateway.errors import PermanentDeviceError


class TlsKeys(BaseModel):
    """TLS towards the other side, a broker or a reader; its certificate is always verified."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    enabled: bool = False
    """Whether the other side is spoken to over TLS."""
    ca_file: str = ""
    """Authority that signed its certificate, or that certificate itself; empty: those of the system."""
    cert_file: str = ""
    """Our own certificate, for those that ask for one."""
    key_credential: str = ""
    """Name of the credential with its private key."""

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        if bool(self.cert_file) != bool(self.key_credential):
            raise ValueError("`cert_file` and `key_credential` belong together")
        return self


def client_tls(keys: TlsKeys, context: DeviceContext, owner: str) -> ssl.SSLContext:
    """`owner` is the table the keys come from, such as "device b-1".

    PermanentDeviceError when the files cannot be used; ConfigError when a credential is missing.
    """
    try:
        tls = ssl.create_default_context(cafile=keys.ca_file or None)
        if keys.cert_file:
            tls.load_cert_chain(keys.cert_file, context.credentials.path(keys.key_credential))
    except OSError as error:
        raise PermanentDeviceError(
            f"{owner}: TLS files cannot be used: {error}", hint="check its table `tls` and the files it names"
        ) from error
    return tls
