"""Where a card stands at the ERP and since when: what an event of ours that came too late is compared with.

Order never comes from clocks (K5). Only one question has no other evidence: whether an act at one
gateway was the same as an act at another, or the next one. It is answered by the wall clocks when both
were synchronised, and otherwise so that no demand is lost (K3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.kanban.container import Body
from gateway.kanban.moment import is_later, wall_ms_of
from gateway.kanban.transition import FILLED, OPEN_NEED
from gateway.model import Disposition, State

_STATES = frozenset(State)


@dataclass(frozen=True, slots=True)
class Standing:
    """A card's circulation and state, and when it got there."""

    cycle: int
    state: str
    wall_ms: int  # 0 when nobody said
    quality: str

    @property
    def is_full(self) -> bool:
        return self.state in FILLED

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_NEED

    def is_before(self, event: Body) -> bool | None:
        """Whether the event happened after the card got here; None when the clocks do not say."""
        wall_ms, quality = happened(event)
        return is_later(wall_ms, quality, self.wall_ms, self.quality)


def told_by(disposition: Disposition) -> Standing | None:
    """What the ERP says in its answer; None when it says nothing that we know."""
    if disposition.now_state not in _STATES:
        return None
    return Standing(
        disposition.now_cycle, disposition.now_state, disposition.now_wall_ms, disposition.now_quality
    )  # fmt: skip


def happened(event: Body) -> tuple[int, str]:
    """(wall clock, quality) of the act itself: an event that is issued again happened when the first one did."""
    at: dict[str, Any] = event.get("at", event)
    return wall_ms_of(at["w"]), at.get("q", "")


def moment_members(event: Body) -> dict[str, Any]:
    """The member `at` of an event that is issued again for `event`."""
    at = event.get("at", event)
    return {"at": {"w": at["w"], "q": at.get("q", "")}}
