"""A button that reports each press over HTTP and sends it again, with the same key, until it is answered."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import Any

import requests

RETRY_PAUSE_S = 0.2
ASK_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class WebhookError(RuntimeError):
    """Nobody answered a press in all its tries."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The final answer to one press."""

    http: int
    status: str  # ok already ask refused failed
    code: str
    tries: int


class WebhookCaller:
    """Presses buttons at one address; each press has a key of its own that all its tries share."""

    def __init__(self, url: str, token: str, *, tries: int = 50, timeout_s: float = 5.0) -> None:
        self.url = url
        self._token = token
        self._tries = tries
        self._timeout_s = timeout_s
        self._pause = threading.Event()

    def press(self, button: str, event: str = "pressed", *, key: str = "", **members: Any) -> Answered:
        """Send until there is an answer; WebhookError when there is none at all."""
        key = key or uuid.uuid4().hex
        for number in range(1, self._tries + 1):
            try:
                response = self.send({"button": button, "event": event, **members}, key)
            except requests.RequestException:
                response = None
            if response is not None and response.status_code not in ASK_AGAIN:
                told = response.json()
                return Answered(response.status_code, told["status"], told["code"], number)
            self._pause.wait(RETRY_PAUSE_S)
        raise WebhookError(f"{self.url} did not answer the press {key} of {button} in {self._tries} tries")

    def send(self, body: Any, key: str) -> requests.Response:
        """One try, whatever comes of it."""
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        return requests.post(self.url, json=body, headers=headers, timeout=self._timeout_s)
