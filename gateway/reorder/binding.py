"""Which rules are for an item at a place, with the parameters that hold there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from gateway.master import Item, OrderPoint
from gateway.reorder.kind import KINDS, parameters_of
from gateway.reorder.parameter import Mistake
from gateway.reorder.plan import Plan
from gateway.reorder.rule import Rule, RuleSet
from gateway.view import View

PLACES_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule at one place. Without `parameters` it cannot be judged there, and `mistakes` say why."""

    rule: Rule
    parameters: Any | None
    mistakes: tuple[Mistake, ...]
    named: str  # the origin of the parameters


class Bindings:
    """The rules by place, worked out once for each version of rules and master data."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._of: Any = None  # what the remembered ones are good for
        self._places: dict[tuple[str, str], tuple[Bound, ...]] = {}

    def rules_at(self, rules: RuleSet, item: str, area: str, view: View) -> tuple[Bound, ...]:
        """In the order of the file; none for a place that is not planned."""
        wanted = (rules, *self._plan.versions(view, "items", "order_points", "locations"))
        if self._of is None or self._of[0] is not rules or self._of[1:] != wanted[1:]:
            self._of, self._places = wanted, {}
        place = (item, area)
        known = self._places.get(place)
        if known is None:
            if len(self._places) >= PLACES_REMEMBERED:
                self._places.clear()
            known = self._places[place] = self._bind(rules, item, area, view)
        return known

    def _bind(self, rules: RuleSet, item: str, area: str, view: View) -> tuple[Bound, ...]:
        if not self._plan.is_planned(area, view):
            return ()
        point = self._plan.point(item, area, view)
        if point is not None and point.is_blocked:
            return ()
        row: Item | None = view.master("items", item)
        own = (point.class_ if point else "") or (row.class_ if row else "")
        classes = rules.classes_of(item, area, own)
        version = view.master_version("order_points")[0]
        bound = [
            bind(rule, rules, (item, area, classes), point, version)
            for rule in rules.rules
            if rule.selection.fits(item, area, classes)
        ]
        return tuple(one for one in bound if one is not None)


def bind(
    rule: Rule, rules: RuleSet, at: tuple[str, str, frozenset[str]], point: OrderPoint | None, version: int
) -> Bound | None:
    """The rule with its parameters at a place; None where the ERP would have to give some and does not plan it."""
    known = _members(rule.kind)
    given = {name: value for name, value in point.given.items() if name in known} if point else {}
    members = {**rule.members, **given}
    for override in rule.overrides:
        if override.selection.fits(*at):
            members |= override.members
            given = {name: value for name, value in given.items() if name not in override.members}
    parameters, mistakes = _parameters(rule.kind, tuple(sorted(members.items())))
    if mistakes and point is None and all(one.member not in members for one in mistakes):
        return None
    named = f"rule {rule.id}@r{rules.version}"
    if point is not None and given:
        named += f" with {', '.join(sorted(given))} of order_points {point.id}@{version}"
    return Bound(rule, parameters, mistakes, named)


@lru_cache(maxsize=64)
def _members(kind: str) -> frozenset[str]:
    return frozenset(one.name for one in fields(KINDS[kind].parameters))


@lru_cache(maxsize=4096)
def _parameters(kind: str, members: tuple[tuple[str, Any], ...]) -> tuple[Any | None, tuple[Mistake, ...]]:
    """Most places of a rule have the same."""
    return parameters_of(kind, dict(members))
