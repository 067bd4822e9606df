"""From a judged rule to a finding: size of the order, source, due date. Every kind that orders ends here."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import Rejection
from gateway.quantity import MICRO, format_quantity
from gateway.reorder.finding import Act, Comparison, Finding, Number, Operator, Priority, Share, Unit, Way
from gateway.reorder.parameter import Sort, given
from gateway.reorder.rounding import OrderSize, order_size
from gateway.reorder.situation import Situation
from gateway.reorder.source import CHOICES, Choice, choose, due, order_by
from gateway.text.sentence import say

LIMIT = 10**12 * MICRO  # of any quantity (gateway/quantity.py); what is larger cannot be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Parameters of every kind that orders."""

    minimum_order: int = given(Sort.QUANTITY, "least quantity of one order, 0: as the source says", default=0)
    rounding: int = given(
        Sort.QUANTITY, "orders are multiples of it, 0: as the source says, else whole units", default=0
    )
    maximum_order: int = given(Sort.QUANTITY, "most of one order, 0 for no limit", default=0)
    source: str = given(Sort.WORD, "which supplier when there is no loop", default="preferred", choices=CHOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited(Ordering):
    """Parameters of every kind that compares a stock with a limit."""

    at_limit: str = given(
        Sort.WORD, "what happens at the limit itself, as the kind says if not given", default="as the kind",
        choices=("as the kind", "order", "rest"),
    )

    def below(self, usual: Operator) -> Operator:
        """`usual` is what the kind does: BELOW (strict) or AT_MOST."""
        return {"order": Operator.AT_MOST, "rest": Operator.BELOW}.get(self.at_limit, usual)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a kind made of its rule before anything is ordered."""

    kind: str
    formula: str
    comparisons: tuple[Comparison, ...]
    numbers: tuple[Number, ...]
    need: int = 0  # micro-units before rounding

    need_ms: int | None = None
    priority: Priority = Priority.NORMAL

    @property
    def is_true(self) -> bool:
        """Whether all comparisons hold."""
        return all(one.is_true for one in self.comparisons)


def proposed(
    judged: Judged, rule: Ordering, situation: Situation, why: str, *, by: str = "", level: str = "",
    is_transferred: bool = False,
) -> Finding:  # fmt: skip
    """The finding of a rule whose comparisons are all true: what to order where, and when it should be there.

    `why` is what people read; `by` overrides the rule's choice of a supplier. With `is_transferred` what is free at
    other locations comes from there, and only the rest is ordered.
    """
    choice = choose(situation, by or rule.source)
    size = size_of(rule, choice)
    moved = transfers(situation, judged.need) if is_transferred else ()
    rest = judged.need - sum(one.quantity for one in moved)
    ordered = order_size(rest, size)
    if ordered + judged.need > LIMIT or (rest > 0 and ordered == 0):
        told = say("REORDER_SIZE", item=situation.item, need=format_quantity(judged.need))
        return unable(judged.kind, judged.formula, Rejection("ORDER_SIZE", told, str(judged.need)), judged.numbers)
    shares = (*moved, *_ordered_share(choice, ordered, situation.now_ms, judged.need_ms))
    dues = [one.due_ms for one in shares]
    return Finding(
        judged.kind, True, why, judged.formula, Act.ORDER, sum(one.quantity for one in shares),
        (*judged.numbers, Number("need", judged.need, Unit.MICRO, "formula"), *_size_numbers(size)),
        judged.comparisons, judged.priority, judged.need_ms,
        None if None in dues else max(one for one in dues if one is not None),
        order_by(choice, judged.need_ms), shares[0].source, shares, level,
    )  # fmt: skip


def flagged(judged: Judged, why: str, *, level: str = "") -> Finding:
    """The finding of a rule whose comparisons are all true and that only tells people."""
    return Finding(
        judged.kind, True, why, judged.formula, Act.FLAG, 0, judged.numbers, judged.comparisons, judged.priority,
        judged.need_ms, level=level,
    )  # fmt: skip


def transfers(situation: Situation, need: int) -> tuple[Share, ...]:
    """What other locations can give, the largest first so that few journeys are needed; never more than `need`."""
    shares: list[Share] = []
    for one in sorted(situation.elsewhere(), key=lambda one: (-one.free, one.location)):
        taken = min(one.free, need - sum(share.quantity for share in shares))
        if taken > 0:
            why = say("SOURCE_ELSEWHERE", location=one.location, free=format_quantity(one.free))
            due_ms = situation.now_ms + one.transfer_ms
            shares.append(Share(Way.TRANSFER, one.location, taken, due_ms, why))
    return tuple(shares)


def rested(judged: Judged, why: str, *, level: str = "") -> Finding:
    """The finding of a rule that was judged and has nothing to do."""
    return Finding(
        judged.kind, False, why, judged.formula, numbers=judged.numbers, comparisons=judged.comparisons, level=level
    )


def unable(kind: str, formula: str, fault: Rejection, numbers: tuple[Number, ...] = ()) -> Finding:
    """A rule that could not be judged: it does not fire, and the fault says why and what to do."""
    return Finding(kind, False, fault.text, formula, numbers=numbers, fault=fault)


def size_of(rule: Ordering, choice: Choice) -> OrderSize:
    """The rule's own sizes, then the source's, then whole units."""
    source = choice.source
    minimum = rule.minimum_order or (source.minimum_order if source else 0)
    rounding = rule.rounding or (source.rounding if source else 0) or MICRO
    return OrderSize(minimum, rounding, rule.maximum_order)


def _ordered_share(choice: Choice, quantity: int, now_ms: int, need_ms: int | None) -> tuple[Share, ...]:
    if quantity == 0:
        return ()
    name, way = (choice.source.name, choice.source.way) if choice.source else ("", Way.PURCHASE)
    return (Share(way, name, quantity, due(choice, now_ms, need_ms), choice.why),)


def _size_numbers(size: OrderSize) -> tuple[Number, ...]:
    told = [("minimum_order", size.minimum), ("rounding", size.rounding), ("maximum_order", size.maximum)]
    return tuple(Number(name, value, Unit.MICRO, "order size") for name, value in told if value)
