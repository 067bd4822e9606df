"""The one page of the demonstration: both gateways, the links between, the ERP's desk, lights and what just happened.

Everything is asked from outside, as a person with a browser could: the gateways' own pages, the ERP's ledger, the
facts of the floor.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, send_from_directory

from firmware_sim.erp.schema import connect_reader
from firmware_sim.floor import Floor
from firmware_sim.gateway_process import GatewayProcess
from firmware_sim.port import LOOPBACK
from firmware_sim.web import WebServer

KEPT_S = 0.4  # a state is asked for once in this time, however many look
LAST_ORDERS = 12
LAST_FACTS = 26
_SHOWN_OF_A_GATEWAY = ("cards", "loops", "streams", "resolve", "sync", "warnings", "last", "head", "error")

Document = dict[str, Any]


class Board:
    """Serves from construction on; `url` is for people."""

    def __init__(self, floor: Floor, troubles: Mapping[str, str]) -> None:
        """`troubles`: what is wrong with each gateway's link now."""
        self._floor = floor
        self._troubles = troubles
        self._lock = threading.Lock()
        self._state: Document = {}
        self._pages: dict[str, Document] = {}  # the last known of each gateway
        self._asked_at = 0.0
        self._server = WebServer(self._app(), LOOPBACK, 0, threads=4, name="board")
        self.url = f"http://{LOOPBACK}:{self._server.port}/"

    def __enter__(self) -> Board:
        self.state()  # so that there is something to show of a gateway that is killed before anybody looks
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def state(self) -> Document:
        """Everything the page shows."""
        with self._lock:
            if time.monotonic() - self._asked_at > KEPT_S:
                self._state = self._ask()
                self._asked_at = time.monotonic()
            return self._state

    def _ask(self) -> Document:
        floor = self._floor
        carriers = ["MQTT" if place == 0 else "REST" for place in range(len(floor.gateways))]
        return {
            "gateways": [
                {"carrier": carrier, "link": self._troubles[one.id], **self._gateway(one)}
                for one, carrier in zip(floor.gateways.values(), carriers, strict=True)
            ],
            "erp": {"is_running": floor.erp.is_running, **erp_state(floor.erp.db)},
            "is_broker_running": floor.broker.is_running,
            "lights": floor.lights.colours(),
            "numbers": floor.truth.numbers(),
            "facts": floor.truth.recent(LAST_FACTS),
        }

    def _gateway(self, gateway: GatewayProcess) -> Document:
        """What its own page shows, cut to what the board shows of it; while it restarts, what it showed last."""
        page = gateway.page()
        if page:
            self._pages[gateway.id] = {name: page[name] for name in _SHOWN_OF_A_GATEWAY if name in page}
        shown = self._pages.get(gateway.id, {})
        return {"id": gateway.id, "url": gateway.url, "is_answering": bool(page), **shown}

    def _app(self) -> Flask:
        app = Flask("floor-board", static_folder=str(Path(__file__).with_name("static")), static_url_path="/static")

        @app.get("/")
        def index() -> Response:
            return send_from_directory(str(app.static_folder), "board.html")

        @app.get("/api/state")
        def state() -> Response:
            return jsonify(self.state())

        return app


def erp_state(ledger: Path) -> Document:
    """Orders and calls, from a ledger that is in use."""
    try:
        db = connect_reader(ledger)
    except sqlite3.Error:
        return {}
    try:
        states = dict(db.execute("SELECT state, count(*) FROM purchase GROUP BY state"))
        outcomes = dict(db.execute("SELECT outcome, count(*) FROM event GROUP BY outcome"))
        query = "SELECT doc, item, qty, uom, cards, state, gw, key FROM purchase ORDER BY doc DESC LIMIT ?"
        rows = db.execute(query, (LAST_ORDERS,)).fetchall()
        calls = db.execute("SELECT station, call, state FROM andon ORDER BY rowid DESC LIMIT 5").fetchall()
    except sqlite3.Error:  # being restarted
        return {}
    finally:
        db.close()
    names = ("doc", "item", "qty", "uom", "cards", "state", "gateway", "key")
    return {
        "orders": states,
        "outcomes": outcomes,
        "last": [dict(zip(names, row, strict=True)) for row in rows],
        "calls": [dict(zip(("station", "call", "state"), row, strict=True)) for row in calls],
    }
