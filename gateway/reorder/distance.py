"""How far a stock may fall before a rule can fire: what lets most movements pass without judging anything."""

from __future__ import annotations

from gateway.reorder.finding import Finding, Operator
from gateway.reorder.measure import MEASURES


def distance_of(finding: Finding, named: str) -> int | None:
    """Micro-units; None where nobody can say. Exact: only for one comparison of a stock with a parameter of the rule.

    `named` is the origin of its parameters. What else counts into the stock, such as what is on its way, must not have
    changed meanwhile.
    """
    if finding.fires or finding.fault is not None or len(finding.comparisons) != 1:
        return None
    [one] = finding.comparisons
    if one.is_true or one.left.name not in MEASURES or one.right.origin != named:
        return None
    if one.operator is Operator.BELOW:
        return one.left.value - one.right.value + 1
    return one.left.value - one.right.value if one.operator is Operator.AT_MOST else None
