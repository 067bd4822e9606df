"""Routes of the local page: one document, its static files and one JSON state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, Response, abort, jsonify, request, send_from_directory

from gateway.errors import StoreError
from gateway.health import Health
from gateway.solution import with_solutions
from gateway.store.reader import EventFilter, StoreReader

LAST_SCANS = 15
LOOKED_AT_EVENTS = 120  # the newest journal events among which the last scans are looked for
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(
    open_reader: Callable[[], StoreReader],
    health: Health,
    sync_state: Callable[[], Mapping[str, Any]],
    allowed_hosts: Callable[[], frozenset[str]],
    loops: Callable[[], list[dict[str, Any]]] = list,
    stations: Callable[[], list[dict[str, str]]] = list,
) -> Flask:
    """The application; `allowed_hosts` are the Host headers it answers to (against DNS rebinding).

    `loops` gives every loop with its colour; StoreError when it cannot. `stations` gives what each was told last.
    """
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 1024

    @app.before_request
    def check_request() -> None:
        allowed = allowed_hosts()
        if allowed and request.host not in allowed:
            abort(421)
        if request.method not in ("GET", "HEAD"):
            abort(405)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    @app.get("/")
    def index() -> Response:
        return send_from_directory(str(app.static_folder), "index.html")

    @app.get("/api/v1/state")
    def state() -> Response:
        return jsonify({"stations": stations(), **_state(open_reader, health, sync_state, loops)})

    return app


def _state(
    open_reader: Callable[[], StoreReader],
    health: Health,
    sync_state: Callable[[], Mapping[str, Any]],
    loops: Callable[[], list[dict[str, Any]]],
) -> dict[str, Any]:
    told: dict[str, Any] = {"sync": dict(sync_state()), "warnings": [asdict(one) for one in health.warnings()]}
    try:
        reader = open_reader()
    except StoreError as error:
        return {**told, "error": str(error)}
    try:
        told |= reader.status()
        told["resolve"] = with_solutions(told["resolve"])
        told["loops"] = loops()
        newest = reader.events(EventFilter(last=LOOKED_AT_EVENTS))
        told["last"] = [_short(event) for event in newest if "sta" in event][: -LAST_SCANS - 1 : -1]
    except StoreError as error:
        told["error"] = str(error)
    finally:
        reader.close()
    return told


def _short(event: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of an event."""
    members = ("seq", "t", "w", "sta", "card", "loop", "cycle", "code", "msg")
    return {name: event[name] for name in members if name in event}
