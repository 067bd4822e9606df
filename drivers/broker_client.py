"""What every client of a broker of its own needs before it connects: time-out, login, TLS."""

from __future__ import annotations

import paho.mqtt.client as mqtt

from drivers.base import DeviceContext
from drivers.broker_settings import BrokerKeys
from drivers.tls import client_tls

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
        client.tls_set_context(client_tls(keys.tls, context, owner))
