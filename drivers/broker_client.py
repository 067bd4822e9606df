"""What every client of a broker of its own needs before it connects: time-out, login, TLS."""

from __future__ import annotations

import ssl

import paho.mqtt.client as mqtt

from drivers.base import DeviceContext
from drivers.broker_settings import BrokerKeys
from gateway.errors import PermanentDeviceError

CONNECT_TIMEOUT_S = 5.0  # for the TCP connection, and again until the broker has accepted us
RECONNECT_FIRST_S = 0.2
RECONNECT_LIMIT_S = 30.0


def equip(client: mqtt.Client, keys: BrokerKeys, context: DeviceContext, owner: str) -> None:
    """Give a client its time-out, login and TLS; `owner` is the table it comes from, such as "device b-1".

    PermanentDeviceError when the TLS files cannot be used; ConfigError when a credential is missing.
    """
    client.connect_timeout = CONNECT_TIMEOUT_S
    if keys.username:
        secret = keys.password_credential
        client.username_pw_set(keys.username, context.credentials.text(secret) if secret else None)
    if keys.tls.enabled:
        client.tls_set_context(_tls(keys, context, owner))


def _tls(keys: BrokerKeys, context: DeviceContext, owner: str) -> ssl.SSLContext:
    try:
        tls = ssl.create_default_context(cafile=keys.tls.ca_file or None)
        if keys.tls.cert_file:
            tls.load_cert_chain(keys.tls.cert_file, context.credentials.path(keys.tls.key_credential))
    except OSError as error:
        raise PermanentDeviceError(
            f"{owner}: TLS files cannot be used: {error}", hint="check its table `tls` and the files it names"
        ) from error
    return tls
