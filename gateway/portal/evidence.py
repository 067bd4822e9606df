"""What speaks for a decision, as it stands in the journal: bounded, and enough to follow it without the reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.passage import TAGS_TOLD, Passage, PassedTag
from gateway.portal.comparison import NAMES_TOLD, Comparison, Tag

STRAYS_TOLD = 100
UNKNOWN_TOLD = 200  # of a pallet that nobody announced: whoever sends rubbish must not fill the disk


def evidence(passage: Passage, tags: Sequence[Tag], seen: Comparison, is_compared: bool) -> dict[str, Any]:
    """Members of `passage_closed`."""
    antennas: list[str] = []
    limit = TAGS_TOLD if is_compared else UNKNOWN_TOLD
    body: dict[str, Any] = {
        "opened_by": passage.opened_by, "closed_by": passage.closed_by, "ms": passage.closed_ms - passage.opened_ms,
        "reads": passage.reads, "direction": passage.direction, "by": passage.by, "share": passage.share_pct,
        "votes": [list(one) for one in passage.votes], "weak": passage.weak,
        "tags": _rows([tag.passed for tag in tags], limit, antennas), "tag_count": len(tags),
        "strays": _rows(passage.strays, STRAYS_TOLD, antennas), "stray_count": len(passage.strays),
        "antennas": antennas,
    }  # fmt: skip
    if passage.parts > 1:
        body["part"], body["parts"] = passage.part, passage.parts
    body |= {name: text for name, text in (("why", passage.why), ("incomplete", passage.incomplete)) if text}
    if passage.edges:
        body["edges"] = [list(one) for one in passage.edges]
    if is_compared:
        body["rate"] = seen.rate_pct
        body["match"] = {"matched": len(seen.matched)}
        for name, rows in (("missing", seen.missing), ("unexpected", seen.unexpected), ("other", seen.other)):
            body["match"] |= {name: list(rows[:NAMES_TOLD]), f"{name}_count": len(rows)}
    return body


def _rows(tags: Sequence[PassedTag], limit: int, antennas: list[str]) -> list[list[Any]]:
    return [one.to_json(antennas) for one in tags[:limit]]
