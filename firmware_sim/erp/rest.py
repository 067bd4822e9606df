"""The ERP by REST: the same ledger, the same mischief, served by Flask and waitress."""

from __future__ import annotations

import threading
import time
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, Response, request

from firmware_sim.erp.consumer import Erp
from firmware_sim.erp.desk import Answer, RestDesk, problem
from firmware_sim.erp.envelope import STREAMS, Batch, EnvelopeError, parse_batch
from firmware_sim.erp.feed import CursorGoneError
from firmware_sim.web import WebServer

THREADS = 16
BODY_LIMIT_BYTES = 262_144
STALL_LIMIT_S = 20.0
WAIT_LIMIT_S = 60.0
ITEMS_LIMIT = 500
POLL_S = 0.05
KEYS_KEPT = 10_000


class RestServer:
    """Listens from construction on."""

    def __init__(self, erp: Erp, host: str, port: int, record: Path | None = None) -> None:
        """`record`: every request and answer is appended there, as JSON lines."""
        app = create_app(erp, Recorder(record) if record else None)
        self._server = WebServer(app, host, port, threads=THREADS, name="floor-erp", body_limit_bytes=BODY_LIMIT_BYTES)

    def start(self) -> int:
        """Serve; returns the port."""
        self._server.start()
        return self._server.port

    def stop(self) -> None:
        self._server.stop()


class Recorder:
    """What was said, for people who write the other side and for tests that check it against the contract."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def note(self, response: Response) -> Response:
        """One exchange as a line; unreadable bodies as null."""
        body = request.get_data()
        line = {
            "method": request.method,
            "route": str(request.url_rule),
            "query": request.args.to_dict(),
            "headers": {name: request.headers.get(name, "") for name in ("Idempotency-Key", "If-None-Match")},
            "request": _json(zlib.decompress(body, wbits=31) if request.content_encoding == "gzip" else body),
            "status": response.status_code,
            "response": _json(response.get_data()),
        }
        with self._lock, self._file.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")
        return response


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def create_app(erp: Erp, recorder: Recorder | None = None) -> Flask:
    """All routes of the contract."""
    app = Flask("floor-erp")
    if recorder is not None:
        app.after_request(recorder.note)
    counter = _Counter(erp)

    @app.before_request
    def refuse() -> Response | None:
        return counter.refuse()

    @app.get("/v1/gw/<gw>/streams", endpoint="streams")
    def streams(gw: str) -> Response:
        return counter.meet(gw)

    @app.post("/v1/gw/<gw>/streams/<st>/batches", endpoint="batches")
    def batches(gw: str, st: str) -> Response:
        return counter.take(gw, st)

    @app.get("/v1/gw/<gw>/feed", endpoint="feed")
    def feed(gw: str) -> Response:
        return counter.feed(gw)

    @app.get("/v1/gw/<gw>/md/<dataset>", endpoint="md")
    def master(gw: str, dataset: str) -> Response:
        return counter.master(gw, dataset)

    return app


class _Counter:
    """Takes requests apart and hands them to the ledger's thread."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._desk = RestDesk(erp)
        self._keys: dict[str, str] = {}  # idempotency key -> digest of the body it came with
        self._busy: set[str] = set()  # keys of batches that are being booked
        self._lock = threading.Lock()

    def refuse(self) -> Response | None:
        """Whoever is not let in, whatever is too large, and what the present mischief says instead."""
        mischief = self._erp.rest_mischief
        if mischief.token and request.headers.get("Authorization") != f"Bearer {mischief.token}":
            return _respond(problem(401, "unauthorized", "this token is not let in"))
        canned = mischief.take(request.endpoint or "")
        if canned is not None:
            return Response(canned.text, canned.status, canned.headers)
        return None

    def meet(self, gw: str) -> Response:
        env, ep, birth = (request.args.get(name, "") for name in ("env", "ep", "birth"))
        if not (ep and birth):
            return _respond(problem(400, "malformed", "expected env, ep, boot and birth"))
        if not self._wait_out_the_stall():
            return _stalled()
        more = {name: request.args.get(name, "") for name in ("run", "claim", "hold")}
        return _respond(self._erp.call(lambda: self._desk.meet(gw, env, ep, birth, more)))

    def take(self, gw: str, st: str) -> Response:
        try:
            body = self._body()
            batch = parse_batch(body)
        except (EnvelopeError, zlib.error) as error:
            self._erp.ledger.counters["bad_messages"] += 1
            return _respond(problem(400, "malformed", str(error)[:300]))
        limit = self._erp.rest_mischief.body_limit
        if limit and len(body) > limit:
            return _respond(problem(413, "too_large", f"{len(body)} bytes, expected at most {limit}"))
        fault = self._fault(gw, st, batch, body)
        if fault is not None:
            return _respond(fault)
        return self._book(batch, request.headers["Idempotency-Key"])

    def _book(self, batch: Batch, key: str) -> Response:
        with self._lock:
            if key in self._busy:
                return _respond(problem(409, "in_progress", f"{key} is being booked"), {"Retry-After": "1"})
            self._busy.add(key)
        try:
            if not self._wait_out_the_stall():
                return _stalled()
            if self._erp.rest_mischief.is_hurried():
                return self._answer_early(batch)
            return _respond(self._erp.call(lambda: self._desk.take(batch)))
        finally:
            with self._lock:
                self._busy.discard(key)

    def _answer_early(self, batch: Batch) -> Response:
        """As a server that answers first and books when it finds the time; what it says is true all the same."""
        answer = self._erp.call(lambda: self._desk.stand(batch))
        later = threading.Thread(target=lambda: self._erp.call(lambda: self._desk.take(batch)), daemon=True)
        later.start()
        return _respond(answer)

    def feed(self, gw: str) -> Response:
        link = self._erp.rest
        assert link is not None
        cursor, limit = request.args.get("cursor"), min(ITEMS_LIMIT, int(request.args.get("limit", ITEMS_LIMIT)))
        try:
            number = _number(cursor) if cursor is not None else None
            if number is None:
                self._erp.call(lambda: self._desk.snapshot(gw))
            wait_s = min(WAIT_LIMIT_S, float(request.args.get("wait", "0")))
            items, following = link.feed.fetch(gw, number, limit, wait_s)
        except CursorGoneError as error:
            return _respond(problem(410, "cursor_gone", f"cursor {error} cannot be continued: ask without one"))
        return _respond(Answer(200, {"v": 1, "next": f"f{following}", "items": items}))

    def master(self, gw: str, dataset: str) -> Response:
        etag = request.headers.get("If-None-Match", "")
        return _respond(self._erp.call(lambda: self._desk.master(gw, dataset, etag)))

    def _body(self) -> bytes:
        body = request.get_data()
        encoding = request.headers.get("Content-Encoding", "")
        if encoding not in ("", "gzip"):
            raise EnvelopeError(f"content encoding {encoding!r}, expected gzip or none")
        return zlib.decompress(body, wbits=31) if encoding else body

    def _fault(self, gw: str, st: str, batch: Batch, body: bytes) -> Answer | None:
        if (batch.gw, batch.st) != (gw, st) or st not in STREAMS:
            return problem(400, "malformed", f"a batch of {batch.gw}/{batch.st} came to {gw}/{st}")
        digest = sha256(body).hexdigest()
        key = request.headers.get("Idempotency-Key", "")
        if key != f'"{batch.ep}.{batch.first}-{batch.last}.{digest[:16]}"':
            return problem(400, "malformed", f"Idempotency-Key {key[:80]} does not belong to this body")
        with self._lock:
            if self._keys.setdefault(key, digest) != digest:
                return problem(422, "key_reused", f"{key} came with another body before")
            if len(self._keys) > KEYS_KEPT:
                self._keys.clear()
        return self._unreadable(batch)

    def _unreadable(self, batch: Batch) -> Answer | None:
        """Events that we pretend not to understand; a tombstone names no card."""
        choking = self._erp.rest_mischief.choking
        found = [(event, choking(event["card"])) for event in batch.events if choking(event.get("card", ""))]
        if not found:
            return None
        if found[0][1] == 400:
            return problem(400, "malformed", "something in there cannot be read")
        items = [{"s": event["s"], "code": "UNREADABLE", "msg": f"card {event['card']}"} for event, _ in found]
        return problem(422, "invalid_items", "some events cannot be read", items=items)

    def _wait_out_the_stall(self) -> bool:
        end = time.monotonic() + STALL_LIMIT_S
        while self._erp.mischief.is_stalled:
            if time.monotonic() > end:
                return False
            time.sleep(POLL_S)
        return True


def _stalled() -> Response:
    return _respond(Answer(503, None, {"Retry-After": "1"}))


def _number(cursor: str) -> int:
    if not (cursor.startswith("f") and cursor[1:].isdecimal()):
        raise CursorGoneError(cursor[:40])
    return int(cursor[1:])


def _respond(answer: Answer, more: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": "no-store", **answer.headers, **(more or {})}
    if answer.document is None:
        return Response(b"", answer.status, headers)
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    return Response(orjson.dumps(answer.document), answer.status, headers, content_type=kind)
