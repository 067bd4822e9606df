"""How far a stock may fall before its rules need to be judged again: what makes ten million rows feasible.

A rule that compares a stock with a limit of its own cannot fire before the stock has fallen by the distance between
them, so nothing in between has to be judged: exact. A limit that moves with the use is looked at again when half
of the distance is gone, and after an hour at the latest. Whatever compares no stock is judged at every change.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.reorder.finding import Comparison, Finding, Operator
from gateway.reorder.measure import MEASURES
from gateway.timeline import HOUR_MS

FOR_EVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Slack:
    """Judge again once the stock has fallen by `fall` micro-units, or at `until_ms`."""

    fall: int
    until_ms: int


NONE = Slack(0, 0)


def slack_of(finding: Finding, named: str, now_ms: int) -> Slack:
    """What may happen before this rule, which does not fire now, could fire. `named`: origin of its parameters."""
    if finding.fires or finding.fault is not None:
        return NONE
    slacks = [_of(one, named, now_ms) for one in finding.comparisons if not one.is_true]
    return max(slacks, key=lambda one: (one.until_ms, one.fall), default=NONE)


def _of(one: Comparison, named: str, now_ms: int) -> Slack:
    if one.left.name not in MEASURES or one.operator not in (Operator.BELOW, Operator.AT_MOST):
        return NONE
    distance = one.left.value - one.right.value + (one.operator is Operator.BELOW)
    if one.right.origin == named:
        return Slack(distance, FOR_EVER)
    return Slack(-(-distance // 2), now_ms + HOUR_MS)
