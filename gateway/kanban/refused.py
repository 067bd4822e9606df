"""Events of ours that the ERP did not book: known here until a person, or the ERP itself, has settled them.

Each is a fact by the event's id. Its movements happened on the floor, so local stock keeps counting them
although no snapshot of the ERP can contain them (K6, K7).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.kanban.container import Body
from gateway.kanban.movement import Move
from gateway.view import View

REFUSED = "refused"  # facts by event id
POSTING, STATUS, DROPPED, PARKED, VOID = "posting", "status", "dropped", "parked", "void"
VOIDED = "posting_voided"  # kind of the event that takes a posting back


def refused_fact(original: Body, how: str, code: str, task_id: str, stream: str) -> list[Any]:
    """`how`: posting, status, dropped, parked, or void when the ERP would not take a posting back.

    `root` is the first event of a posting that was sent more than once: the ERP books it once.
    """
    body = {
        "how": VOID if original["kind"] == VOIDED else how,
        "code": code,
        "posting": posting_of(original),
        "root": root_of(original),
        "task": task_id,
        "stream": stream,
    }
    return [REFUSED, original["id"], body]


def forgotten(event_id: str) -> list[Any]:
    """The row of `facts` that ends it."""
    return [REFUSED, event_id, None]


def root_of(original: Body) -> str:
    """Id of the first event of this posting."""
    return str(original.get("redrives") or original["id"])


def posting_of(original: Body) -> str:
    """Kind of the first event of this posting, by which refusals are counted and held."""
    return str(original.get("what", original["kind"]))


def waiting_moves(view: View) -> Iterator[Move]:
    """Movements of all postings that the ERP has not booked."""
    for event_id, fact in view.facts(REFUSED).items():
        original = view.event_by_id(event_id) if fact["how"] != VOID else None
        if original is not None:
            yield from original.get("mv", ())
