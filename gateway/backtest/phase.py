"""What holds at a place and from when on: rules with their parameters, sources, times of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.reorder.rule import Rule
from gateway.reorder.situation import Source
from gateway.reorder.working_time import ALWAYS, Calendar


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule at one place, with its parameters there."""

    rule: Rule
    parameters: Any
    named: str  # the origin of its parameters
    ticks: Callable[[int], int] | None = None  # the first scheduled judgement after an instant; None: at every change

    @property
    def name(self) -> str:
        return self.rule.id


@dataclass(frozen=True, slots=True)
class Phase:
    """What holds at a place from `at_ms` on: until rules or master data change."""

    at_ms: int
    rules: tuple[Ruled, ...] = ()
    sources: tuple[Source, ...] = ()
    calendar: Calendar = ALWAYS
