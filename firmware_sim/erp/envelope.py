"""Envelopes of the wire contract as the ERP sees them: batches in, acknowledgements out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from firmware_sim.chain import canonical, link

STREAMS = ("sig", "mov", "res", "sys")
TOMBSTONE = "dropped"  # stands for an event that we could not read; carries the chain hash behind it


class EnvelopeError(ValueError):
    """A message that does not follow the wire contract."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive events of one stream, not yet checked against the ledger."""

    gw: str
    ep: str
    st: str
    first: int  # sequence number of events[0]
    dn: int  # dispositions up to this number are stored at the gateway
    env: str
    events: tuple[dict[str, Any], ...]
    hash: bytes  # chain hash after the last event, as the gateway claims
    run: str = ""  # the process that sends it

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a batch that is new to its stream."""

    seq: int
    event: dict[str, Any]  # without `s`
    body: bytes  # canonical JSON


@dataclass(frozen=True, slots=True)
class Ack:
    """What the ERP tells a gateway about one stream after a commit."""

    gw: str
    ep: str
    st: str
    cum: int
    hash: bytes
    dispositions: list[dict[str, Any]] = field(default_factory=list)
    gap: bool = False
    held: tuple[str, ...] = ()  # claims of the boxes that must not send: two have this id

    def document(self) -> bytes:
        """The JSON that goes to `ack/<st>`."""
        body: dict[str, Any] = {
            "v": 1,
            "ep": self.ep,
            "st": self.st,
            "cum": self.cum,
            "h": self.hash.hex(),
            "dsp": self.dispositions,
            "ts": now_utc(),
        }
        if self.gap:
            body["gap"] = True
        if self.held:
            body["hold"] = {"code": "TWO_LIVE", "for": list(self.held)}
        return orjson.dumps(body)


def parse_batch(payload: bytes) -> Batch:
    """A batch from its JSON; EnvelopeError names the member that is wrong."""
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError(f"batch is not JSON: {error}") from error
    if not isinstance(body, dict) or body.get("v") != 1:
        raise EnvelopeError("batch is not an object of version 1")
    events = body.get("ev")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise EnvelopeError(f"batch of {body.get('gw')!r}: ev is not a list of objects")
    try:
        batch = Batch(
            gw=_text(body, "gw"),
            ep=_text(body, "ep"),
            st=_text(body, "st"),
            first=int(body["s0"]),
            dn=int(body.get("dn", 0)),
            env=str(body.get("env", "")),
            events=tuple(events),
            hash=bytes.fromhex(body["h"]),
            run=str(body.get("run", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EnvelopeError(f"batch of {body.get('gw')!r}: {error!r}") from error
    if batch.st not in STREAMS:
        raise EnvelopeError(f"batch of {batch.gw!r}: stream {batch.st!r}, expected one of {STREAMS}")
    if any(event.get("t") == TOMBSTONE and not _is_hash(event.get("h")) for event in events):
        raise EnvelopeError(f"batch of {batch.gw!r}/{batch.st}: a tombstone without the hash behind it")
    if any(event.get("s") != batch.first + place for place, event in enumerate(events)):
        raise EnvelopeError(f"batch of {batch.gw!r}/{batch.st}: events are not consecutive from {batch.first}")
    return batch


def follow(batch: Batch, cum: int, cum_hash: bytes) -> list[Entry] | None:
    """The events after `cum`, if the chain from our hash there leads to the batch's hash; None if it does not."""
    entries: list[Entry] = []
    chain = cum_hash
    for event in batch.events[max(0, cum + 1 - batch.first) :]:
        bare = {name: value for name, value in event.items() if name != "s"}
        seq, body = event["s"], canonical(bare)
        chain = bytes.fromhex(event["h"]) if event.get("t") == TOMBSTONE else link(chain, seq, body)
        entries.append(Entry(seq, bare, body))
    return entries if not entries or chain == batch.hash else None


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value) is not None


def now_utc() -> str:
    """RFC 3339 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(body: dict[str, Any], member: str) -> str:
    value = body[member]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{member} is {value!r}, expected a text")
    return value
