"""What counts against a need: the same shortage must not be asked for twice, by whatever rule or loop.

A kind that looks at what is on its way nets it itself. Of every other one it is asked what it would say if that were
here already: if it would not ask then, nothing is missing that is not on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.quantity import format_quantity
from gateway.reorder.finding import Finding, Number, Unit
from gateway.reorder.rule import NET_NOTHING, Rule
from gateway.reorder.situation import Situation


def netted(
    finding: Finding, rule: Rule, situation: Situation, ask: Callable[[int], Finding]
) -> tuple[Finding, list[dict[str, Any]]]:
    """The finding as it is once all that is on its way counts; `ask` judges the rule with so much more in stock.

    A quantity of 0 means that nothing is left to ask for. Each entry says what counted, how much, and where it is from.
    """
    counted: list[tuple[str, int, str]] = []
    if rule.net != NET_NOTHING and finding.number("in_transit") is None:
        counted += [("in_transit", one.quantity, one.ref) for one in situation.receipts()]
    if rule.net != NET_NOTHING and finding.number("open_signals") is None:
        counted += [("open_signals", one.quantity, one.key) for one in situation.open_signals()]
    coming = sum(quantity for _, quantity, _ in counted)
    if not coming:
        return finding, []
    then = ask(coming)
    told = [{"what": what, "qty": format_quantity(quantity), "ref": ref} for what, quantity, ref in counted]
    number = Number("coming", coming, Unit.MICRO, "what counts against it")
    numbers = (*finding.numbers, number)
    if not then.fires:
        return replace(finding, quantity=0, shares=(), numbers=numbers), told
    left = replace(finding, quantity=then.quantity, shares=then.shares, due_ms=then.due_ms, source=then.source)
    return replace(left, numbers=numbers), told
