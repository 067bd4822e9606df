"""EPCIS documents (EPCIS 2.0 section 9.5): a head and a list of events."""

from __future__ import annotations

from typing import Any

from gateway.epcis.vocabulary import CONTEXT
from gateway.kanban.moment import iso_utc


def document_of(events: list[dict[str, Any]], made_ms: int) -> dict[str, Any]:
    """An EPCISDocument as JSON-LD."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": iso_utc(made_ms),
        "epcisBody": {"eventList": events},
    }
