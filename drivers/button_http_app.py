"""The door for presses over HTTP: who may knock, what must come along, what each verdict is in HTTP.

A press is answered when its verdict is known, which is after the commit (R1). Whoever gets no answer,
or 503, sends the same key again; the gateway then says what became of the first one.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from drivers.http_guard import FailedTries
from gateway.clock import Clock
from gateway.model import Status, Verdict

BODY_LIMIT_BYTES = 4096
RETRY_AFTER_S = 1

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_BEARER = re.compile(r"[Bb]earer +(\S+) *")
_MALFORMED = frozenset({"BAD_JSON", "BAD_QUANTITY", "BUTTON_MISSING", "EVENT_MISSING", "PAYLOAD_TOO_LONG"})
_UNKNOWN = frozenset({"KEY_REUSED", "UNKNOWN_BUTTON", "UNKNOWN_PRESS"})
_HTTP_TEXT = {
    404: ("NO_SUCH_PATH", "Nothing is here: check the path against the configuration."),
    405: ("METHOD", "A press is reported with POST."),
}

Offer = Callable[[str, bytes], Verdict]  # idempotency key and body; blocks until the verdict is known


class Webhook:
    """The checks before a press, in the order in which they cost little and tell little."""

    def __init__(self, token: str, offer: Offer, clock: Clock, counters: Counter[str]) -> None:
        self._token = token.encode()
        self._offer = offer
        self._clock = clock
        self._counters = counters
        self._tries = FailedTries()

    def press(self) -> Response:
        """Answer one POST."""
        return self._refuse_caller() or self._refuse_form() or self._take()

    def _refuse_caller(self) -> Response | None:
        address, now_ms = request.remote_addr or "", self._clock.mono_ms()
        if wait_ms := self._tries.wait_ms(address, now_ms):
            self._counters["limited_tries"] += 1
            response = _refusal(429, "TOO_MANY_TRIES", "Too many wrong tokens from this address: wait, then try again.")
            response.headers["Retry-After"] = str(wait_ms // 1000 + 1)
            return response
        given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if given is not None and hmac.compare_digest(given[1].encode("latin-1"), self._token):
            return None
        self._tries.note(address, now_ms)
        self._counters["refused_tokens"] += 1
        response = _refusal(401, "TOKEN", "No valid token: send the header Authorization: Bearer <token>.")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    def _refuse_form(self) -> Response | None:
        length = request.content_length
        if length is None:
            return _refusal(411, "LENGTH_MISSING", "Send the length of the body in the header Content-Length.")
        if length > BODY_LIMIT_BYTES:
            text = f"The body has {length} bytes, at most {BODY_LIMIT_BYTES} are expected."
            return _refusal(413, "PAYLOAD_TOO_LONG", text)
        if request.mimetype != "application/json":
            text = f"The content type is {request.mimetype[:60]!r}, expected application/json."
            return _refusal(415, "CONTENT_TYPE", text)
        key = request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            what = "missing" if not key else "not usable"
            text = f"The header Idempotency-Key is {what}: send 1 to 200 visible ASCII characters, new for each press."
            return _refusal(400, "KEY", text)
        return None

    def _take(self) -> Response:
        self._counters["presses"] += 1
        verdict = self._offer(request.headers["Idempotency-Key"], request.get_data(cache=False))
        return answer(verdict)


def create_app(webhook: Webhook, path: str) -> Flask:
    """The application with its one route; every error is JSON as well."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule(path, view_func=webhook.press, methods=["POST"], provide_automatic_options=False)
    for status, (code, text) in _HTTP_TEXT.items():
        app.register_error_handler(status, lambda _, status=status, code=code, text=text: _refusal(status, code, text))
    return app


def answer(verdict: Verdict) -> Response:
    """A verdict as HTTP: 200 green and amber, 4xx a refusal that will stay one, 503 not stored."""
    if verdict.status is Status.FAILED:
        response = _reply(503, verdict.status, verdict.code, verdict.text)
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response
    if verdict.status is Status.REFUSED:
        number = 400 if verdict.code in _MALFORMED else 422 if verdict.code in _UNKNOWN else 409
        return _reply(number, verdict.status, verdict.code, verdict.text)
    status = Status.ALREADY if verdict.code == "ALREADY_STORED" else verdict.status
    return _reply(200, status, verdict.code, verdict.text)


def _refusal(number: int, code: str, text: str) -> Response:
    return _reply(number, Status.REFUSED, code, text)


def _reply(number: int, status: Status, code: str, text: str) -> Response:
    response = jsonify(status=status.value, code=code, text=text)
    response.status_code = number
    response.headers["Cache-Control"] = "no-store"
    return response
