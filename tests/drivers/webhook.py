"""A webhook to call in tests: its configuration, its callers, its raw line."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from drivers.button_http_settings import HttpButtonSettings
from firmware_sim.webhook import WebhookCaller
from gateway.credentials import CredentialStore
from tests.drivers.rig import CONTEXT
from tests.drivers.shop import TOKEN, Shop

DEVICE = """
[[device]]
id = "hook"
type = "http-button"
station = "S1"
listen = "127.0.0.1:0"
token_credential = "token"
bindings = [{ button = "B0", card = "K-0" }, { button = "B1", card = "K-1" }, { button = "B9", card = "K-9" }]
[device.mapping]
event = "$.event"
actions = { pressed = "empty", held = "undo" }
ignored = ["released"]
remainder = "$.rest"
"""

PRESS = {"button": "B1", "event": "pressed"}


def url_of(shop: Shop) -> str:
    return f"http://127.0.0.1:{shop.device.port}/press"


def caller(shop: Shop) -> WebhookCaller:
    return WebhookCaller(url_of(shop), TOKEN)


def settings(**members: Any) -> HttpButtonSettings:
    plain = {
        "id": "hook", "type": "http-button", "station": "S1", "listen": "127.0.0.1:0", "token_credential": "token",
        "bindings": [{"button": "B1", "card": "K-1"}], **members,
    }  # fmt: skip
    return HttpButtonSettings.model_validate(plain)


def context(directory: Path, token: str = TOKEN) -> Any:
    (directory / "credentials").mkdir()
    file = directory / "credentials" / "token"
    file.write_text(token)
    file.chmod(0o600)
    return replace(CONTEXT, credentials=CredentialStore(directory))


def post(url: str, body: Any = PRESS, key: str = "k1", **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key, "Content-Type": "application/json"}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(url, data, headers={**sent, **headers}, timeout=10)


def connect(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").removesuffix("/press").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def raw(url: str, data: bytes) -> bytes:
    with connect(url) as line:
        line.sendall(data)
        return line.recv(4096)
