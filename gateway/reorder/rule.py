"""Rules as planners write them, parsed: which items and places, which kind with which parameters, when and how.

A rule's parameters come from five places, the later ones win: the kind's own defaults, `[defaults]` of the file, the
rule, the ERP's row in `order_points` for this item and place, and the rule's overrides in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from gateway.kanban.mode import LIVE
from gateway.reorder.expression import Expression

NET_ALL, NET_NOTHING = "all", "nothing"
NETS = (NET_ALL, NET_NOTHING)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items at which places: globs such as `SCREW-*`, and classes. Empty members select everything."""

    items: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def fits(self, item: str, location: str, classes: frozenset[str]) -> bool:
        return (
            _fits(self.items, item)
            and _fits(self.locations, location)
            and (not self.classes or not classes.isdisjoint(self.classes))
        )


@dataclass(frozen=True, slots=True)
class Override:
    """Other parameters for a part of what a rule is for."""

    selection: Selection
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is looked at that does not follow every movement: at times of the plant's day, or every so often."""

    at_min: tuple[int, ...] = ()  # minutes of the plant's day, rising
    every_ms: int = 0
    calendar: str = ""  # master data: only on its working days, "" for every day


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file."""

    id: str
    kind: str  # of kind.KINDS
    selection: Selection = Selection()
    members: Mapping[str, Any] = field(default_factory=dict)  # parameters as written, `[defaults]` included
    overrides: tuple[Override, ...] = ()
    when: Expression | None = None  # must be true besides what the kind asks
    schedule: Schedule | None = None  # None: looked at with every movement that touches it
    mode: str = LIVE
    urgent: bool = False  # orders of this rule are urgent whatever the kind says
    net: str = NET_ALL  # what is on its way and asked for counts against the need
    max_quantity: int = 0  # micro-units; an order above it waits for a person, 0 for no limit
    text: str = ""  # why this rule is there, for people


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one file, in its order: of two that want the same the first one orders."""

    rules: tuple[Rule, ...] = ()
    classes: Mapping[str, Selection] = field(default_factory=dict)
    version: int = 0  # counted by this gateway
    hash: str = ""  # of the document
    name: str = ""

    def classes_of(self, item: str, location: str, own: str) -> frozenset[str]:
        """The classes of an item at a place: those of the file it fits, and `own`, which the master data give it."""
        found = {name for name, one in self.classes.items() if one.fits(item, location, frozenset((own,)))}
        return frozenset(found | {own}) - {""}

    def rule(self, name: str) -> Rule | None:
        return next((one for one in self.rules if one.id == name), None)


def _fits(patterns: tuple[str, ...], name: str) -> bool:
    return not patterns or any(fnmatchcase(name, one) for one in patterns)
