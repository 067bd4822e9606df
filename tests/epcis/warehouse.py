"""Goods that were handled in a warehouse of the decider tests, as EPCIS events."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema

from gateway.epcis.document import document_of
from gateway.epcis.naming import Naming
from gateway.epcis.stage import Stage
from gateway.epcis.window import window_of
from gateway.kanban.moment import is_trusted
from tests.goods.store import STORE, Store

SCHEMA = Path(__file__).parents[1] / "golden" / "epcis" / "EPCIS-JSON-Schema.json"
OUR_GLN, PREFIXES = "0614141073467", ("0614141",)
PLACES = {"DOCK": "urn:epc:id:sgln:0614141.07346.DOCK"}
MADE_MS = 1_795_000_000_000


def naming(**members: Any) -> Naming:
    """How the warehouse names things; `master` as raw rows."""
    rows = {name: {row["id"]: row for row in found} for name, found in STORE.items()}
    told: dict[str, Any] = {
        "master": lambda dataset, key: rows.get(dataset, {}).get(key, {}), "private_url": "https://id.plant.example/",
        "gln": OUR_GLN, "prefixes": PREFIXES, "places": PLACES,
    }  # fmt: skip
    return Naming(**{**told, **members})


def stage(store: Store, **members: Any) -> Stage:
    """The journal of a warehouse, with the plant in Shanghai."""
    journal = [{**body, "seq": seq} for seq, body in enumerate(store.view.journal, start=1)]
    by_id = {body["id"]: body for body in journal}

    def clock_after(event: Any) -> Any:
        later = [one for one in journal if one["seq"] > event["seq"] and one["boot"] == event["boot"]]
        return next((one for one in later if is_trusted(one["q"])), None)

    told: dict[str, Any] = {
        "naming": naming(), "zone": ZoneInfo("Asia/Shanghai"), "journal": by_id.get, "clock_after": clock_after,
        "stations": {name: station.location for name, station in store.stations.items()},
    }  # fmt: skip
    return Stage(**{**told, **members})


def told_by(store: Store, **members: Any) -> list[dict[str, Any]]:
    """All EPCIS events of a warehouse."""
    rows = [
        {**body, "seq": seq}
        for seq, (body, stream) in enumerate(zip(store.view.journal, store.view.streams, strict=True), start=1)
        if stream == "mov" or body["t"] == "passage_closed"
    ]
    return list(window_of(rows, stage(store, **members), 0, 2**31).events)


def whole(events: list[dict[str, Any]]) -> dict[str, Any]:
    """A document of these events, as it would travel."""
    document: dict[str, Any] = json.loads(json.dumps(document_of(events, MADE_MS)))
    return document


def violations(document: dict[str, Any]) -> list[str]:
    """What the official schema has against a document."""
    return [f"{error.json_path}: {error.message}"[:300] for error in _validator().iter_errors(document)]


@lru_cache
def _validator() -> Any:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
