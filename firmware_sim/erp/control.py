"""The ERP's control socket: one JSON object per line in, one answer per line out. Loopback only.

{"do": "stall", "on": true}                       take nothing, answer nothing; false: go on
{"do": "lie" | "lose" | "lower" | "repeat" | "unknown_epoch", "count": 3}   the next 3 acknowledgements
{"do": "reject", "code": "PERIOD_CLOSED", "of": "posting" | "status", "count": 1, "kind": "", "card": ""}
{"do": "park", "code": "", "count": 1}            then {"do": "settle", "outcome": "applied" | "rejected"}
{"do": "period", "zone": "Asia/Shanghai", "closed_to": "2026-11-30", "policy": "hold" | "first_open_day"}
{"do": "supersede", "count": 1, "then_full": false}
{"do": "die", "when": "before_commit" | "after_commit", "after": 1}
{"do": "command", "gw": "L3-07", "name": "card_full", "body": {...}, "id": "...", "deadline": "..."}
{"do": "publish", "gw": "L3-07", "topic": "ack/sig", "payload": "any text", "retain": true}
{"do": "snapshot", "gw": "L3-07"}                 card states and stock, now
{"do": "order", "name": "rule/… or PO-0000001", "state": "cancelled" | "deleted" | "closed", "command": false}
                                                  an order of a reorder rule, in the master data or by command
{"do": "deliver", "name": "PO-0000001"}            the same order arrives, booked here: stock first, then the order
{"do": "plant", "plant": {"items": [...]}}        new master data; changed datasets get the next version
{"do": "online", "online": false}                 say on erp/state that we are away (or back)
{"do": "answer", "status": 503, "count": 2, "on": "batches" | "streams" | "feed" | "md", "headers": {}, "text": "…"}
{"do": "choke", "card": "K-0001", "status": 400 | 422}   by REST: cannot read events of this card; "" for none
{"do": "early", "count": 2}                        by REST: answer 200 with the present state, and commit later
{"do": "limit", "bytes": 2000}                    by REST: larger bodies are answered 413; 0 for no limit
{"do": "token", "token": "…"}                     by REST: the only bearer token that is let in; "" for all
{"do": "forget_feed", "gw": "L3-07"}              by REST: cursors given so far are gone (410)
{"do": "calm"}                                    all mischief off
{"do": "stats"}                                   counters, streams, number of orders
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from firmware_sim.erp.consumer import Erp
from firmware_sim.erp.masterdata import store_plant
from firmware_sim.erp.mischief import COUNTED, Ruling
from firmware_sim.erp.rest_mischief import Canned
from firmware_sim.erp.rule_orders import set_state
from firmware_sim.identity import new_uuid7
from firmware_sim.port import LOOPBACK

REQUEST_TIMEOUT_S = 60.0
POLL_S = 0.05  # how long a stop takes to be noticed
Request = dict[str, Any]


def control(erp: Erp, request: Request) -> Request:
    """Carry out one request; the answer has `ok`, and `error` when it is false."""
    name = str(request.get("do", ""))
    try:
        if name in COUNTED:
            erp.mischief.arm(name, int(request.get("count", 1)))
            return {"ok": True}
        action = _ACTIONS.get(name)
        if action is None:
            return {"ok": False, "error": f"cannot do {name!r}, expected one of {sorted([*_ACTIONS, *COUNTED])}"}
        return {"ok": True, **(action(erp, request) or {})}
    except (KeyError, TypeError, ValueError) as error:
        return {"ok": False, "error": f"{name}: {error!r}"}


def _stall(erp: Erp, request: Request) -> None:
    erp.mischief.is_stalled = bool(request.get("on", True))


def _rule(outcome: str) -> Callable[[Erp, Request], None]:
    def decree(erp: Erp, request: Request) -> None:
        known = ("code", "of", "count", "kind", "card", "then_full")
        erp.mischief.decree(Ruling(outcome, **{name: request[name] for name in known if name in request}))

    return decree


def _settle(erp: Erp, request: Request) -> None:
    words = [str(request.get(name, "")) for name in ("outcome", "code", "msg")]
    erp.call(lambda: erp.act_on(erp.ledger.settle(words[0] or "applied", *words[1:])))


def _period(erp: Erp, request: Request) -> None:
    words = {name: str(request[name]) for name in ("zone", "closed_to", "policy") if name in request}
    erp.call(lambda: erp.ledger.clerk.periods.keep(**words))


def _die(erp: Erp, request: Request) -> None:
    erp.mischief.condemn(str(request["when"]), int(request.get("after", 1)))


def _command(erp: Erp, request: Request) -> Request:
    document = {"v": 1, "id": request.get("id") or new_uuid7(), "name": request["name"], "body": request["body"]}
    if "deadline" in request:
        document["deadline"] = request["deadline"]
    erp.call(lambda: erp.send(request["gw"], document))
    return {"id": document["id"]}


def _publish(erp: Erp, request: Request) -> None:
    payload = str(request["payload"]).encode()
    erp.link.publish(request["gw"], request["topic"], payload, retain=bool(request.get("retain", True)))


def _snapshot(erp: Erp, request: Request) -> None:
    erp.call(lambda: erp.publish_snapshots(request["gw"]))


def _plant(erp: Erp, request: Request) -> None:
    def renew() -> None:
        store_plant(erp.ledger.db, request["plant"])
        for gw in erp.ledger.gateways():
            erp.publish_masterdata(gw)

    erp.call(renew)


def _order(erp: Erp, request: Request) -> None:
    def change() -> None:
        key = set_state(erp.ledger.db, request["name"], request["state"])
        if request.get("command"):
            why = {"closed": "received"}.get(request["state"], request["state"])
            for gw in erp.ledger.gateways():
                body = {"key": key, "why": why}
                erp.send(gw, {"v": 1, "id": new_uuid7(), "name": "order_closed", "body": body})
        else:
            erp.publish_orders()

    erp.call(change)


def _deliver(erp: Erp, request: Request) -> Request:
    def arrive() -> Request:
        told = erp.ledger.deliver(request["name"])
        for gw in erp.ledger.gateways():  # before the order is over: who knows only that would ask again
            erp.publish_snapshots(gw)
        erp.publish_orders()
        return told

    told: Request = erp.call(arrive)
    return told


def _online(erp: Erp, request: Request) -> None:
    erp.link.announce(is_online=bool(request["online"]))


def _answer_next(erp: Erp, request: Request) -> None:
    text = str(request.get("text", ""))
    canned = Canned(int(request["status"]), dict(request.get("headers", {})), text)
    erp.rest_mischief.answer(str(request.get("on", "batches")), canned, int(request.get("count", 1)))


def _choke(erp: Erp, request: Request) -> None:
    erp.rest_mischief.choke(str(request["card"]), int(request.get("status", 400)))


def _hurry(erp: Erp, request: Request) -> None:
    erp.rest_mischief.hurry(int(request.get("count", 1)))


def _limit(erp: Erp, request: Request) -> None:
    erp.rest_mischief.body_limit = int(request["bytes"])


def _token(erp: Erp, request: Request) -> None:
    erp.rest_mischief.token = str(request["token"])


def _forget_feed(erp: Erp, request: Request) -> None:
    if erp.rest is not None:
        erp.rest.feed.forget(request["gw"])


def _calm(erp: Erp, _request: Request) -> None:
    erp.mischief.calm()
    erp.rest_mischief.calm()


def _stats(erp: Erp, _request: Request) -> Request:
    stats: Request = erp.call(erp.ledger.stats)
    return stats


_ACTIONS: dict[str, Callable[[Erp, Request], Request | None]] = {
    "stall": _stall,
    "reject": _rule("rejected"),
    "park": _rule("parked"),
    "period": _period,
    "supersede": _rule("superseded"),
    "settle": _settle,
    "die": _die,
    "command": _command,
    "publish": _publish,
    "snapshot": _snapshot,
    "plant": _plant,
    "order": _order,
    "deliver": _deliver,
    "online": _online,
    "answer": _answer_next,
    "choke": _choke,
    "early": _hurry,
    "limit": _limit,
    "token": _token,
    "forget_feed": _forget_feed,
    "calm": _calm,
    "stats": _stats,
}


class ControlServer:
    """Serves `control` on a loopback port."""

    def __init__(self, erp: Erp, port: int = 0) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(json.dumps(_answer(erp, line)).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((LOOPBACK, port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_S,), name="erp-control", daemon=True
        )
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _answer(erp: Erp, line: bytes) -> Request:
    try:
        request = json.loads(line)
    except ValueError as error:
        return {"ok": False, "error": f"not JSON: {error}"}
    return control(erp, request) if isinstance(request, dict) else {"ok": False, "error": "not an object"}


def request(port: int, **members: Any) -> Request:
    """Send one request to a control socket and return its answer, e.g. `request(port, do="stats")`."""
    with socket.create_connection((LOOPBACK, port), timeout=REQUEST_TIMEOUT_S) as connection:
        connection.sendall(json.dumps(members).encode() + b"\n")
        answer: Request = json.loads(connection.makefile("rb").readline())
        return answer
