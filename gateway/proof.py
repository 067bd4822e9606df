"""The end-of-shift proof: what we sent in a window of time, as a count and a hash that the ERP can work out for itself.

A window holds the events of one stream whose own `w` lies in it, whatever epoch they were sent in, in the order of
their ids. Its hash is a chain like the stream's: h = blake2b-128(h before ‖ canonical event), beginning with 16 zero
bytes. So nothing has to be agreed on but the window, and what was lost, added or changed on either side shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from gateway.clock import iso_utc
from gateway.timeline import HOUR_MS

STREAMS = ("sig", "mov")
STEP_MS = HOUR_MS
HOURS_LIMIT = 7 * 24  # of one proof
EVENTS_LIMIT = 500  # that an answer lists one by one

Key = tuple[str, str]  # stream, beginning of the window


@dataclass(frozen=True, slots=True)
class Sent:
    """One event that goes to the ERP."""

    stream: str
    id: str
    w: str
    body: bytes  # canonical JSON
    kind: str = ""

    @property
    def digest(self) -> str:
        """16 hexadecimal digits of its content."""
        return blake2b(self.body, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One event that the two sides do not have alike."""

    stream: str
    id: str
    what: str  # missing_there, missing_here, differs
    kind: str = ""


def borders(from_ms: int, to_ms: int) -> list[tuple[str, str]]:
    """Windows of an hour from the beginning on; the last may be shorter. ValueError when there are too many."""
    if not 0 < to_ms - from_ms <= HOURS_LIMIT * STEP_MS:
        raise ValueError(f"a proof is of at most {HOURS_LIMIT // 24} days, and not of nothing")
    starts = range(from_ms, to_ms, STEP_MS)
    return [(iso_utc(start), iso_utc(min(to_ms, start + STEP_MS))) for start in starts]


def windows_of(events: Iterable[Sent], spans: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Count and hash of every window of both streams, empty ones included."""
    found: dict[Key, list[Sent]] = {(stream, start): [] for start, _ in spans for stream in STREAMS}
    for event in events:
        start = next((start for start, end in spans if start <= event.w < end), None)
        if start is not None and event.stream in STREAMS:
            found[event.stream, start].append(event)
    ends = dict(spans)
    return [
        {"st": stream, "from": start, "to": ends[start], "count": len(held), "h": chain(held)}
        for (stream, start), held in found.items()
    ]


def chain(events: Iterable[Sent]) -> str:
    """The hash of a window, 32 hexadecimal digits."""
    digest = bytes(16)
    for event in sorted(events, key=lambda one: one.id):
        digest = blake2b(digest + event.body, digest_size=16).digest()
    return digest.hex()


def unequal(asked: Sequence[dict[str, Any]], answered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ERP's windows that are not as ours, and ours that it did not answer (with `count` None)."""
    theirs = {(one["st"], one["from"]): one for one in answered}
    found = []
    for ours in asked:
        other = theirs.get((ours["st"], ours["from"]))
        if other is None:
            found.append({**ours, "count": None, "h": ""})
        elif (other["count"], other["h"]) != (ours["count"], ours["h"]):
            found.append(other)
    return found


def differences(window: dict[str, Any], ours: Iterable[Sent]) -> Iterator[Difference]:
    """Event by event, as far as the ERP listed what it has in the window."""
    stream, start, end = window["st"], window["from"], window["to"]
    theirs = {str(event_id): str(digest) for event_id, digest in window.get("events", ())}
    mine = {one.id: one for one in ours if one.stream == stream and start <= one.w < end}
    is_whole = not window.get("more")
    for event_id, event in sorted(mine.items()):
        if event_id not in theirs:
            if is_whole:
                yield Difference(stream, event_id, "missing_there", event.kind)
        elif theirs[event_id] != event.digest:
            yield Difference(stream, event_id, "differs", event.kind)
    for event_id in sorted(set(theirs) - set(mine)):
        yield Difference(stream, event_id, "missing_here")
