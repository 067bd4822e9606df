"""A19: A, B and C items by the value of what was used, and how often each is counted.

Source:「对于贡献了80%销售额的A类物料,实施最严格的库存监控和最频繁的盘点周期」.
The most valuable come first; an item is A while the items before it do not make up 80 % yet, so that the one which
crosses the border belongs to it, and B up to 95 %.
An item changes its class only when it lies beyond the border by a margin: what is close to it does not flap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.quantity import MICRO


@dataclass(frozen=True, slots=True)
class Borders:
    """Shares in millionths."""

    a: int = 800_000
    b: int = 950_000
    margin: int = 20_000


@dataclass(frozen=True, slots=True)
class Classified:
    """An item, its class and the share of the value that the items before it make up."""

    item: str
    letter: str  # A B C
    value: int
    share_before: int  # millionths, rounded down


def classified(
    values: Mapping[str, int], before: Mapping[str, str] | None = None, borders: Borders = Borders()
) -> tuple[Classified, ...]:
    """All items by falling value, then by name. `values` are integers of one unit, such as micro-units times price.

    What has no value is C. `before` are the classes so far; an item without one is classified without a margin.
    """
    total = sum(value for value in values.values() if value > 0)
    found, reached = [], 0
    for item in sorted(values, key=lambda one: (-values[one], one)):
        share = reached * MICRO // total if total else MICRO
        letter = _letter(share, (before or {}).get(item, ""), borders) if values[item] > 0 else "C"
        found.append(Classified(item, letter, values[item], share))
        reached += max(0, values[item])
    return tuple(found)


def _letter(share: int, before: str, borders: Borders) -> str:
    """The class by share; a class before moves its own borders outwards by the margin."""
    a_border = borders.a + _shift(before, "A", borders.margin)
    b_border = borders.b + (borders.margin if before in ("A", "B") else -borders.margin if before == "C" else 0)
    if share < a_border:
        return "A"
    return "B" if share < b_border else "C"


def _shift(before: str, letter: str, margin: int) -> int:
    if not before:
        return 0
    return margin if before == letter else -margin
