"""The contract as it is published for whoever writes the other side; the files lie beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
_CONTRACT = _HERE / "contract"


def documents() -> Iterator[tuple[str, str]]:
    """(name relative to where it is written, text): the words first, then the machine-readable files."""
    yield "CONTRACT.md", (_HERE / "CONTRACT.md").read_text(encoding="utf-8")
    for file in sorted(_CONTRACT.rglob("*.json")):
        yield str(file.relative_to(_CONTRACT)), file.read_text(encoding="utf-8")
