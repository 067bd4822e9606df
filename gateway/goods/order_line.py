"""Open lines of purchase orders: what may still come, and how a delivery is divided among them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.counter import RECEIVED, counted
from gateway.goods.amount import measured
from gateway.goods.problem import Refusal
from gateway.master import Item, PurchaseOrder
from gateway.master_order import NO_TOLERANCE, OrderLine
from gateway.view import View


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line and its numbers in micro base units."""

    order: str
    supplier: str
    line: OrderLine
    ordered: int
    received: int
    over: int  # how much more than ordered is accepted
    under: int  # how much less is still complete

    @property
    def open(self) -> int:
        """What was not received yet; 0 once it is complete."""
        left = self.ordered - self.received
        return left if left > self.under else 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a delivery that goes to one line, in micro base units."""

    line: OpenLine
    quantity: int


def lines_of(order: PurchaseOrder, item: Item, view: View) -> list[OpenLine] | Refusal:
    """The lines of an order for an item that are not closed, the earliest due first."""
    found = []
    for line in order.lines:
        if line.item != item.id or line.is_closed:
            continue
        ordered = measured(line.quantity, line.uom, item, view)
        if isinstance(ordered, Refusal):
            return ordered
        elsewhere = line.elsewhere * ordered.factor // 1_000_000
        received = counted(RECEIVED, order.id, line.line, view) + elsewhere
        over = item.over_pct if line.over_pct == NO_TOLERANCE else line.over_pct
        under = item.under_pct if line.under_pct == NO_TOLERANCE else line.under_pct
        found.append(
            OpenLine(
                order.id, order.supplier, line, ordered.base, received, ordered.base * over // 100,
                ordered.base * under // 100,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.line.due or "9999", one.line.line.zfill(9)))


def divided(quantity: int, lines: list[OpenLine]) -> list[Share]:
    """A delivery over the open lines, the earliest due first; what is too much goes to the last one."""
    shares: list[Share] = []
    left = quantity
    for line in lines:
        taken = min(left, line.open)
        if taken:
            shares.append(Share(line, taken))
            left -= taken
    if left:
        last = shares.pop() if shares else Share(lines[-1], 0)
        shares.append(Share(last.line, last.quantity + left))
    return shares


def excess(shares: list[Share]) -> int:
    """How much is above what the lines accept, tolerance included."""
    return sum(
        min(one.quantity, max(0, one.line.received + one.quantity - one.line.ordered - one.line.over)) for one in shares
    )
