"""What counts against a need: the same shortage must not be asked for twice, by whatever rule or loop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.quantity import MICRO, format_quantity
from gateway.reorder.finding import Finding, Number, Unit
from gateway.reorder.rounding import OrderSize, order_size
from gateway.reorder.rule import NET_NOTHING, Rule
from gateway.reorder.situation import Situation


def netted(finding: Finding, rule: Rule, situation: Situation) -> tuple[Finding, list[dict[str, Any]]]:
    """The finding less what is on its way and asked for, as far as its kind did not look at that itself.

    A quantity of 0 means that nothing is left to ask for. Each entry says what counted, how much, and where it is from.
    """
    if rule.net == NET_NOTHING:
        return finding, []
    counted: list[tuple[str, int, str]] = []
    if finding.number("in_transit") is None:
        counted += [("in_transit", one.quantity, one.ref) for one in situation.receipts()]
    if finding.number("open_signals") is None:
        counted += [("open_signals", one.quantity, one.key) for one in situation.open_signals()]
    if not counted:
        return finding, []
    told = [{"what": what, "qty": format_quantity(quantity), "ref": ref} for what, quantity, ref in counted]
    need = finding.number("need")
    left = (finding.quantity if need is None else need) - sum(quantity for _, quantity, _ in counted)
    quantity = order_size(left, _size_of(finding)) if left > 0 else 0
    number = Number("net_need", max(0, left), Unit.MICRO, "formula")
    shares = tuple(replace(one, quantity=quantity) for one in finding.shares[:1])
    return replace(finding, quantity=quantity, numbers=(*finding.numbers, number), shares=shares), told


def _size_of(finding: Finding) -> OrderSize:
    """As the finding was rounded."""
    return OrderSize(
        finding.number("minimum_order") or 0, finding.number("rounding") or MICRO, finding.number("maximum_order") or 0
    )
