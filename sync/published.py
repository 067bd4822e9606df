"""The contract as it is published for whoever writes the other side; the files lie beside this one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_CONTRACT = _HERE / "contract"


def documents() -> Iterator[tuple[str, str]]:
    """(name relative to where it is written, text): the words first, then the machine-readable files."""
    yield "CONTRACT.md", (_HERE / "CONTRACT.md").read_text(encoding="utf-8")
    for file in sorted(_CONTRACT.rglob("*.json")):
        yield str(file.relative_to(_CONTRACT)), file.read_text(encoding="utf-8")


def row_definitions() -> dict[str, Any]:
    """The schema of each dataset's rows, and of the objects in them, by name."""
    definitions: dict[str, Any] = json.loads((_CONTRACT / "schema" / "rows.json").read_text(encoding="utf-8"))["$defs"]
    return definitions
