"""Checking documents against the published schemas, formats included."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

CONTRACT = Path(__file__).parents[2] / "sync" / "contract"
SCHEMAS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (CONTRACT / "schema").glob("*.json")
}
FORMATS = FormatChecker()


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS.checks("date-time", raises=ValueError)(_is_moment)

_RESOURCES = [(schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()]
_REGISTRY: Registry[Any] = Registry().with_resources(_RESOURCES)


def faults(name: str, document: object) -> list[str]:
    """What the schema of this name says against a document."""
    validator = Draft202012Validator(SCHEMAS[name], registry=_REGISTRY, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]


def load(name: str) -> dict[str, Any]:
    """`asyncapi` or `openapi`."""
    document: dict[str, Any] = json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))
    return document


def kinds() -> dict[str, dict[str, Any]]:
    """What the published list says of each kind of event."""
    return {row["if"]["properties"]["t"]["const"]: row["then"] for row in SCHEMAS["kinds"]["allOf"]}
