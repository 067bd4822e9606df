"""What open orders need of one item, through all levels of their bills of material (A03, K9).

Orders are worked off in due order, and a sub-assembly in stock is taken by the first that needs it: only what is
missing of it is exploded further. Phantoms are never stocked. A bill that contains itself is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.model import Rejection
from gateway.quantity import MICRO
from gateway.reorder.bom import Bom, Component, WorkOrder
from gateway.reorder.situation import Situation
from gateway.text.sentence import say

DEPTH = 30  # levels of a bill of material
VISITS = 20_000  # lines that are looked at for all orders together


@dataclass(frozen=True, slots=True)
class Claim:
    """What one order needs of the item."""

    order: str
    quantity: int  # micro-units
    due_ms: int | None


@dataclass(slots=True)
class _Walk:
    """What is left while the orders are worked off; `on_hand` is what nobody has claimed yet."""

    target: str
    situation: Situation
    on_hand: dict[str, int] = field(default_factory=dict)
    visits: int = 0


def claims(orders: Iterable[WorkOrder], situation: Situation) -> list[Claim] | Rejection:
    """The claims of the orders on the situation's item, in due order; what has no date comes last, then by name."""
    walk = _Walk(situation.item, situation)
    found: list[Claim] = []
    for order in in_due_order(orders):
        wanted = order.components or (Component(order.item, order.quantity),)
        total = 0
        for component in wanted:
            is_head = not order.components  # the item of the order itself is to be made, whatever is in stock
            needed = _need(walk, component.item, component.quantity, (), is_head=is_head)
            if isinstance(needed, Rejection):
                return needed
            total += needed
        if total > 0:
            found.append(Claim(order.id, total, order.due_ms))
    return found


def uncovered(needed: list[Claim], supply: int) -> list[Claim]:
    """The claims that do not get all, each with what it lacks, when the supply is given out in their order."""
    short = []
    for claim in needed:
        got = max(0, min(supply, claim.quantity))
        supply -= claim.quantity
        if got < claim.quantity:
            short.append(Claim(claim.order, claim.quantity - got, claim.due_ms))
    return short


def in_due_order(orders: Iterable[WorkOrder]) -> list[WorkOrder]:
    """The earliest first (K9)."""
    return sorted(orders, key=lambda one: (one.due_ms is None, one.due_ms or 0, one.id))


def _need(walk: _Walk, item: str, quantity: int, path: tuple[str, ...], *, is_head: bool = False) -> int | Rejection:
    """Micro-units of the target in `quantity` of an item."""
    fault = _fault_of(walk, item, quantity, path)
    if fault is not None:
        return fault
    if item == walk.target and not is_head:
        return quantity
    bom = walk.situation.bom(item)
    if bom is None:
        return 0
    if not is_head and not bom.is_phantom:
        quantity = _missing(walk, item, quantity)
    total = 0
    for component in _lines(bom, quantity):
        needed = _need(walk, component.item, component.quantity, (*path, item))
        if isinstance(needed, Rejection):
            return needed
        total += needed
    return total


def _missing(walk: _Walk, item: str, quantity: int) -> int:
    """What of it must be made, after the stock was claimed."""
    held = walk.on_hand.setdefault(item, max(0, walk.situation.on_hand_of(item)))
    taken = min(held, quantity)
    walk.on_hand[item] = held - taken
    return quantity - taken


def _lines(bom: Bom, quantity: int) -> Iterator[Component]:
    """Components for `quantity`: each with its scrap on top (SAP: component scrap), rounded up to a millionth."""
    if quantity <= 0:
        return
    for line in bom.lines:
        needed = line.quantity * quantity * (MICRO + line.scrap)
        yield Component(line.item, -(-needed // (bom.quantity * MICRO)))


def _fault_of(walk: _Walk, item: str, quantity: int, path: tuple[str, ...]) -> Rejection | None:
    walk.visits += 1
    if item in path:
        circle = " > ".join((*path[path.index(item) :], item))
        return Rejection("BOM_CYCLE", say("REORDER_BOM_CYCLE", item=item, circle=circle), circle)
    if len(path) >= DEPTH or walk.visits > VISITS:
        text = say("REORDER_BOM_TOO_LARGE", item=item, depth=DEPTH, lines=VISITS)
        return Rejection("BOM_TOO_LARGE", text, item, f"{DEPTH} levels, {VISITS} lines")
    bom = walk.situation.bom(item)
    is_sound = bom is None or (bom.quantity > 0 and all(one.quantity >= 0 and one.scrap >= 0 for one in bom.lines))
    if not is_sound or quantity < 0:
        text = say("REORDER_BOM_QUANTITY", item=item)
        return Rejection("BOM_QUANTITY", text, item, "quantities above 0")
    return None
