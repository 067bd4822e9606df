"""What passing a portal means: in and out, and how sure one must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.passage import IN
from gateway.portal.rules import Rules

RECEIVE, SHIP, MOVE, NOTHING = "receive", "ship", "move", "none"


@dataclass(frozen=True, slots=True)
class Doorway:
    """One portal for the decision; times in milliseconds, places as the ERP calls them."""

    portal: str
    station: str
    inward: str = RECEIVE  # RECEIVE against ship notices, MOVE to `inside`, NOTHING
    outward: str = NOTHING  # SHIP against shipments, MOVE to `outside`, NOTHING
    inside: str = ""
    outside: str = ""
    min_rate_pct: int = 60
    cool_down_ms: int = 60_000  # the same pallet the same way again within it is the same passage
    reversal_ms: int = 60_000  # the other way within it: both cancel each other
    rules: Rules = field(default_factory=Rules)

    def action(self, direction: str) -> str:
        """What is booked."""
        return self.inward if direction == IN else self.outward

    def place(self, direction: str) -> str:
        """Where a move leads."""
        return self.inside if direction == IN else self.outside

    def to_json(self) -> dict[str, Any]:
        """The thresholds, for whoever asks why."""
        rules = self.rules
        return {
            "gate_cdbm": rules.gate_cdbm, "through_cdbm": rules.through_cdbm, "min_cdbm": rules.min_cdbm,
            "min_reads": rules.min_reads, "min_shift_ms": rules.min_shift_ms, "vote_pct": rules.vote_pct,
            "few_reads": rules.few_reads,
            "split_ms": rules.split_ms, "split_cdb": rules.split_cdb, "stable_set_ms": rules.stable_set_ms,
            "max_ms": rules.max_ms, "min_rate_pct": self.min_rate_pct, "cool_down_ms": self.cool_down_ms,
            "reversal_ms": self.reversal_ms,
        }  # fmt: skip
