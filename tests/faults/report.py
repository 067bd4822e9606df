"""What a fault campaign counted, and the tables it prints."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

FAILURES_KEPT = 20  # enough to find the cause; a broken build would fill the screen otherwise


@dataclass
class Tally:
    """How many faults were tried, what they came to, and every promise that was broken."""

    tried: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def fail(self, text: str) -> None:
        """One promise was broken; the first few are kept in words."""
        self.broken += 1
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append(text)

    def add(self, other: Tally) -> None:
        """Count another run's faults with these."""
        self.tried += other.tried
        self.broken += other.broken
        self.failures = (self.failures + other.failures)[:FAILURES_KEPT]
        self.counts += other.counts

    def as_json(self) -> str:
        told = {"tried": self.tried, "broken": self.broken, "failures": self.failures, "counts": self.counts}
        return json.dumps(told)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The tally that a child process printed."""
        told = json.loads(text)
        return cls(told["tried"], told["broken"], told["failures"], Counter(told["counts"]))

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {number}" for name, number in sorted(self.counts.items()))
        lines = [f"{self.tried} tried, {self.broken} broken ({counts})", *self.failures]
        return "\n  ".join(lines)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain text table with columns as wide as they must be."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)
