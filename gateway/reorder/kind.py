"""Every kind of trigger: its parameters with their limits, and its function. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.reorder import below_safety, fixed_lot, min_max
from gateway.reorder.finding import Finding
from gateway.reorder.parameter import Mistake, read
from gateway.reorder.situation import Situation


@dataclass(frozen=True, slots=True)
class Kind:
    """`parameters` is a frozen dataclass whose fields say their limits (`parameter.spec_of`).

    `find(parameters, situation, named)` never raises: `named` is the rule's name and version, such as
    "rule default-A@r7", and becomes the origin of its parameters.
    """

    name: str
    parameters: type[Any]
    find: Callable[[Any, Situation, str], Finding]
    about: str


_ALL = (
    Kind(below_safety.KIND, below_safety.BelowSafety, below_safety.find, "stock below a safety stock (A01, A02)"),
    Kind(min_max.KIND, min_max.MinMax, min_max.find, "(s,S): at the minimum up to the maximum"),
    Kind(fixed_lot.KIND, fixed_lot.FixedLot, fixed_lot.find, "(R,Q): at the reorder point fixed lots"),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}


def parameters_of(kind: str, members: Mapping[str, Any]) -> tuple[Any | None, tuple[Mistake, ...]]:
    """The parameters of a rule of this kind, or every mistake in its members in one pass."""
    found = KINDS.get(kind)
    if found is None:
        return None, (Mistake("kind", repr(kind)[:80], f"one of {', '.join(KINDS)}"),)
    return read(found.parameters, members)


def judge(kind: str, parameters: Any, situation: Situation, named: str) -> Finding:
    """What the rule finds; `parameters` are what `parameters_of` gave for this kind."""
    return KINDS[kind].find(parameters, situation, named)
