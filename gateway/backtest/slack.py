"""How far a stock may fall before its rules need to be judged again: what makes ten million rows feasible.

A rule that compares a stock with a limit of its own cannot fire before the stock has fallen by the distance between
them, so nothing in between has to be judged: exact. Where the limit moves with the use, or what is compared is how
long the stock lasts, the rule is judged again when half of the distance is gone, and after LOOK_MS at the latest: the
nearer it comes, the more often. Whatever compares something else is judged after LOOK_MS and with every twentieth of
the stock that is used.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.reorder.finding import Comparison, Finding, Operator
from gateway.reorder.measure import MEASURES
from gateway.timeline import HOUR_MS

FOR_EVER = 2**63 - 1
LOOK_MS = 6 * HOUR_MS
PART = 20  # of the stock


@dataclass(frozen=True, slots=True)
class Slack:
    """Judge again once the stock has fallen by `fall` micro-units, or at the first change after `until_ms`."""

    fall: int
    until_ms: int


NONE = Slack(0, 0)


def slack_of(finding: Finding, named: str, now_ms: int, level: int) -> Slack:
    """What may happen before this rule, which does not fire now, could fire.

    `named`: origin of its parameters; `level`: the stock, micro-units.
    """
    if finding.fires:
        return NONE
    slacks = [_of(one, named, now_ms, level) for one in finding.comparisons if not one.is_true]
    if not slacks:
        return _unknown(now_ms, level)
    # Whether all comparisons must be true or any is the kind's own business, so the nearest one counts.
    return Slack(min(one.fall for one in slacks), min(one.until_ms for one in slacks))


def _of(one: Comparison, named: str, now_ms: int, level: int) -> Slack:
    if one.operator not in (Operator.BELOW, Operator.AT_MOST):
        return _unknown(now_ms, level)
    distance = one.left.value - one.right.value + (one.operator is Operator.BELOW)
    if one.left.name in MEASURES:
        if one.right.origin == named:
            return Slack(distance, FOR_EVER)
        return Slack(-(-distance // 2), now_ms + LOOK_MS)
    if one.left.value <= 0:
        return _unknown(now_ms, level)
    return Slack(max(0, level) * distance // one.left.value // 2, now_ms + LOOK_MS)


def _unknown(now_ms: int, level: int) -> Slack:
    return Slack(max(0, level) // PART, now_ms + LOOK_MS)
