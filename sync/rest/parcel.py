"""A batch as a request, under a key by which the ERP recognises its repetition."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from sync.rest.judgement import Asked
from sync.rest.reply import Request
from sync.uplink import Batch

GZIP_ABOVE_BYTES = 1024
BATCH_LIMIT_S = 45.0  # for the ERP's commit and its answer
ANSWER_LIMIT_BYTES = 1_114_112  # an acknowledgement of 1 MiB and something around it
NEVER_MS = 2**62


@dataclass(slots=True)
class Parcel:
    """One batch until the ERP has answered it; repeated byte for byte."""

    batch: Batch
    attempts: int = 0
    due_ms: int = 0
    graves: list[str] = field(default_factory=list)  # ids of events whose tombstones are not on disk yet

    @property
    def asked(self) -> Asked:
        return Asked(self.batch.epoch, self.batch.stream, self.batch.first, self.batch.last)

    @property
    def key(self) -> str:
        return idempotency_key(self.batch)

    def event(self, seq: int) -> dict[str, Any]:
        """One of its events."""
        found: dict[str, Any] = orjson.loads(self.batch.payload)["ev"][seq - self.batch.first]
        return found

    def request(self, gateway: str) -> Request:
        """The same bytes each time: packing adds no time of day."""
        body = self.batch.payload
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{self.key}"'}
        if len(body) > GZIP_ABOVE_BYTES:
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        path = f"/v1/gw/{gateway}/streams/{self.batch.stream}/batches"
        return Request("POST", path, {}, headers, body, BATCH_LIMIT_S, ANSWER_LIMIT_BYTES)


def idempotency_key(batch: Batch) -> str:
    """`<ep>.<s0>-<s1>.<16 hex of sha256(body)>`, of the body before it is packed."""
    return f"{batch.epoch}.{batch.first}-{batch.last}.{sha256(batch.payload).hexdigest()[:16]}"
