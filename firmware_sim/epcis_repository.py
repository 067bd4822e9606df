"""An EPCIS repository with the capture interface of EPCIS 2.0, over real HTTP, that can be told to misbehave.

It keeps what it captured in memory, takes a document as a whole or not at all, works on it in jobs, and knows an event
by its id (an error declaration beside the event it declares). Written from the standard, without the gateway's code.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from firmware_sim.port import LOOPBACK
from firmware_sim.web import WebServer

Event = dict[str, Any]
BODY_LIMIT = 64 * 1024 * 1024


@dataclass
class Mischief:
    """What goes wrong, until it is set back."""

    busy: int = 0  # so many next requests are answered 503
    loses_answers: int = 0  # so many next documents are captured, and answered 500
    looks: int = 0  # so often a job is still running when somebody asks
    is_stuck: bool = False  # no job ends
    refuses: frozenset[str] = frozenset()  # steps of events that are not taken
    largest: int = 1000  # events of one document; more are 413
    is_direct: bool = False  # 200 at once instead of a job; what is refused is 400
    knows: bool = False  # 409 for a document with an event that is captured already
    token: str = ""  # "" takes anybody


@dataclass
class Job:
    """One document on its way."""

    events: list[Event]
    looks: int
    errors: list[Event] = field(default_factory=list)
    is_done: bool = False


class EpcisRepository:
    """Serves within its context; `url` is its base address."""

    def __init__(self, port: int = 0) -> None:
        self.mischief = Mischief()
        self.events: dict[tuple[str, str], Event] = {}  # by id, and when it was declared an error
        self.documents: list[Event] = []  # all that were posted
        self.headers: list[dict[str, str]] = []
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._server = WebServer(self._app(), LOOPBACK, port, threads=4, name="epcis", body_limit_bytes=BODY_LIMIT)
        self.url = f"http://{LOOPBACK}:{self._server.port}"

    def __enter__(self) -> EpcisRepository:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def ids(self) -> list[str]:
        """Of captured events, in the order in which they came."""
        return [name for name, _ in self.events]

    def _app(self) -> Flask:
        app = Flask("epcis-repository")

        @app.post("/capture")
        def capture() -> Response:
            with self._lock:
                return self._captured()

        @app.get("/capture/<job>")
        def tell(job: str) -> Response:
            with self._lock:
                return self._told(job)

        return app

    def _captured(self) -> Response:
        if refusal := self._turned_away():
            return refusal
        document = request.get_json(silent=True)
        if not isinstance(document, dict) or document.get("type") != "EPCISDocument":
            return _problem(400, "epcisException:ValidationException", "no EPCIS document")
        self.documents.append(document)
        self.headers.append(dict(request.headers))
        events = document["epcisBody"]["eventList"]
        if len(events) > self.mischief.largest:
            return _problem(413, "epcisException:CaptureLimitExceededException", f"at most {self.mischief.largest}")
        if self.mischief.knows and any(_key(event) in self.events for event in events):
            return _problem(409, "epcisException:ResourceAlreadyExistsException", "known already")
        return self._begun(Job(events, self.mischief.looks))

    def _turned_away(self) -> Response | None:
        """Before anybody looks at the document."""
        token = self.mischief.token
        if token and request.headers.get("Authorization") != f"Bearer {token}":
            return _problem(401, "epcisException:SecurityException", "who are you?")
        if self.mischief.busy:
            self.mischief.busy -= 1
            return _problem(503, "epcisException:ImplementationException", "come back later")
        if request.mimetype not in ("application/json", "application/ld+json"):
            return _problem(415, "epcisException:UnsupportedMediaTypeException", request.mimetype)
        return None

    def _begun(self, job: Job) -> Response:
        name = f"job-{len(self._jobs) + 1}"
        self._jobs[name] = job
        if self.mischief.loses_answers:
            self.mischief.loses_answers -= 1
            self._work(job)
            return _problem(500, "epcisException:ImplementationException", "oops")
        if self.mischief.is_direct:
            self._work(job)
            return _problem(400, job.errors[0]["type"], job.errors[0]["detail"]) if job.errors else Response("", 200)
        return Response("", 202, {"Location": f"/capture/{name}"})

    def _told(self, name: str) -> Response:
        job = self._jobs.get(name)
        if job is None:
            return _problem(404, "epcisException:NoSuchResourceException", name)
        job.looks -= 1
        is_running = self.mischief.is_stuck or job.looks >= 0
        if not is_running:
            self._work(job)
        told = {
            "captureID": name, "running": is_running, "success": not job.errors, "captureErrorBehaviour": "rollback",
            "errors": job.errors,
        }  # fmt: skip
        return Response(json.dumps(told), 200, content_type="application/json")

    def _work(self, job: Job) -> None:
        if job.is_done:
            return
        job.is_done = True
        job.errors = [
            {"type": "epcisException:ValidationException", "title": "refused", "detail": f"bizStep {event['bizStep']}"}
            for event in job.events
            if event.get("bizStep") in self.mischief.refuses
        ]
        if not job.errors:
            for event in job.events:
                self.events.setdefault(_key(event), event)


def _key(event: Event) -> tuple[str, str]:
    return event["eventID"], event.get("errorDeclaration", {}).get("declarationTime", "")


def _problem(status: int, kind: str, detail: str) -> Response:
    body = json.dumps({"type": kind, "title": kind.partition(":")[2], "status": status, "detail": detail})
    return Response(body, status, content_type="application/problem+json")
