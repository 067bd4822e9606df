"""From what is needed to what can be ordered: minimum order, pack, maximum; the only place where orders are rounded."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.quantity import MICRO


@dataclass(frozen=True, slots=True)
class OrderSize:
    """What an order may be, in micro-units (SAP: minimum lot size, rounding value, maximum lot size)."""

    minimum: int = 0
    rounding: int = MICRO  # orders are multiples of it; whole units unless somebody says otherwise
    maximum: int = 0  # of one order; 0 for no limit


def order_size(need: int, size: OrderSize) -> int:
    """The smallest quantity that can be ordered and is at least `need`; 0 when nothing is needed.

    Always up: it is never less than needed, and less than one `rounding` more than the larger of need and minimum. Only
    a maximum makes it less than needed: then it is the largest multiple within it, and the rest is ordered next time.
    """
    if need <= 0:
        return 0
    step = max(1, size.rounding)
    rounded = -(-max(need, size.minimum) // step) * step
    if 0 < size.maximum < rounded:
        return size.maximum // step * step
    return rounded
