"""Checking an exported journal: JSON lines that carry the chain with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from gateway.ids import parse_id
from gateway.store.chain import ZERO_HASH, canonical, journal_hash
from gateway.store.damage import DAMAGE
from gateway.store.verify import Report


def verify_export(lines: Iterable[bytes]) -> Report:
    """Check every line of `StoreReader.export` against the hash chain; the first bad line ends it.

    A whole tail that is missing cannot be seen here: compare `head` with the store or the ERP.
    """
    report = Report()
    previous, expected = ZERO_HASH, 1
    for number, line in enumerate(lines, 1):
        try:
            previous, seq, event = _check_line(line, previous)
        except DAMAGE as error:
            report.findings.append(f"line {number}: {error}")
            break
        if seq != expected and event.get("epoch", {}).get("lost") != [expected, seq - 1]:
            report.findings.append(f"line {number}: journal rows {expected} to {seq - 1} are missing")
        expected = seq + 1
        report.events, report.head = number, seq
        report.epoch = event.get("epoch", {}).get("epoch", report.epoch)
    return report


def _check_line(line: bytes, previous: bytes) -> tuple[bytes, int, dict[str, Any]]:
    """(hash, sequence, event) of one line; ValueError when it does not continue the chain."""
    row = orjson.loads(line)
    seq, stream, event = row["seq"], row["stream"], row["event"]
    digest = journal_hash(previous, seq, parse_id(event["id"]), stream, canonical(event))
    head = f'{{"seq":{seq},"stream":"{stream}","hash":"{digest.hex()}","event":'
    if line != head.encode() + canonical(event) + b"}\n":
        raise ValueError("does not agree with the hash chain")
    return digest, seq, event
