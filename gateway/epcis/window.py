"""A part of the journal as EPCIS events: whole journal events, so many that a document of them has a sensible size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.epcis.stage import Body, Stage
from gateway.epcis.translation import translated
from gateway.kanban.moment import is_trusted


@dataclass(frozen=True, slots=True)
class Window:
    """`rows` say which journal row each event is of. `up_to` is the last row looked at."""

    events: tuple[dict[str, Any], ...]
    rows: tuple[int, ...]
    up_to: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an event whose clock was not synchronised waits for one of its boot whose clock was."""

    boot: str
    mono_ms: int
    wait_ms: int

    def is_waiting(self, event: Body, stage: Stage) -> bool:
        """Whether the time of an event may still become known."""
        if "at" in event or is_trusted(str(event.get("q", ""))) or event.get("boot") != self.boot:
            return False
        return self.mono_ms - int(event["m"]) < self.wait_ms and stage.clock_after(event) is None


def window_of(rows: Iterable[Body], stage: Stage, after: int, limit: int, patience: Patience | None = None) -> Window:
    """The rows of the journal behind `after`, until `limit` events are reached or one must wait."""
    events: list[dict[str, Any]] = []
    numbers: list[int] = []
    up_to = after
    for row in rows:
        if patience is not None and patience.is_waiting(row, stage):
            break
        found = translated(row, stage)
        events += found
        numbers += [int(row["seq"])] * len(found)
        up_to = int(row["seq"])
        if len(events) >= limit:
            break
    return Window(tuple(events), tuple(numbers), up_to)
