"""What a trigger found out, with every number it used: enough to explain the decision years later.

All values are integers; `as_json` writes quantities and ratios as decimal strings and never a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.model import Rejection
from gateway.quantity import format_quantity
from gateway.text.sentence import to_json


class Unit(StrEnum):
    """What a number counts."""

    MICRO = "micro"  # millionths of the item's base unit
    MICRO_PER_DAY = "micro/d"  # the same, in one working day
    MICRO_PER_HOUR = "micro/h"  # the same, in one hour of working time
    DAYS = "d"  # millionths of a working day
    HOURS = "h"  # millionths of an hour of working time
    MS = "ms"  # a length of time, or an instant in milliseconds since 1970 UTC
    RATIO = "ratio"  # millionths of one: 1.2 is 1 200 000
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a decision."""

    name: str  # as it stands in the formula: on_hand, safety_stock
    value: int
    unit: Unit
    origin: str  # where it came from: "stock WH1", "rule default-A@r7", "master items@12", "formula"

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "value": _outside(self), "unit": str(self.unit), "origin": self.origin}


class Operator(StrEnum):
    """How two numbers are compared: strict or not is part of every rule."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers of one unit and whether it is true of them; made by `compare`."""

    left: Number
    operator: Operator
    right: Number
    is_true: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "left": self.left.as_json(), "operator": str(self.operator), "right": self.right.as_json(),
            "true": self.is_true,
        }  # fmt: skip


def compare(left: Number, operator: Operator, right: Number) -> Comparison:
    """The comparison with its answer."""
    answers = {
        Operator.BELOW: left.value < right.value,
        Operator.AT_MOST: left.value <= right.value,
        Operator.ABOVE: left.value > right.value,
        Operator.AT_LEAST: left.value >= right.value,
    }
    return Comparison(left, operator, right, answers[operator])


class Act(StrEnum):
    """What should be done if the trigger fires."""

    ORDER = "order"  # replenish `quantity`
    FLAG = "flag"  # tell people: nothing is ordered


class Way(StrEnum):
    """How a quantity is got."""

    PURCHASE = "purchase"
    TRANSFER = "transfer"
    PRODUCTION = "production"
    LOOP = "loop"  # by the cards of a kanban loop


class Priority(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the quantity from one source; the shares of a finding add up to its quantity."""

    way: Way
    source: str  # supplier, location or loop; "" when nobody is known, then a person must choose
    quantity: int  # micro-units
    due_ms: int | None  # when it should be there (K17); None when nobody can say
    why: str

    def as_json(self) -> dict[str, Any]:
        return {
            "way": str(self.way), "source": self.source, "quantity": format_quantity(self.quantity),
            "due_ms": self.due_ms, "why": to_json(self.why),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one trigger about one item at one location at one instant.

    It fires when all `comparisons` are true and there is something to do. With a `fault` it never fires: the rule
    could not be judged, and why.
    """

    kind: str
    fires: bool
    why: str  # a sentence for people (gateway/text/): what was found, with the numbers
    formula: str  # as in the docstring of its kind, with the names of `numbers`
    act: Act = Act.ORDER
    quantity: int = 0  # micro-units to order, after rounding; 0 when nothing is ordered
    numbers: tuple[Number, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    priority: Priority = Priority.NORMAL
    need_ms: int | None = None  # when it will be missing, if the rule knows
    due_ms: int | None = None  # when it should be there: the latest of its shares
    order_by_ms: int | None = None  # need time less lead time
    source: str = ""  # of the first share
    shares: tuple[Share, ...] = ()
    level: str = ""  # a word that the rule gives the item: red, dead, A
    fault: Rejection | None = None

    def number(self, name: str) -> int | None:
        """The value of a number by its name; None when the decision has none."""
        return next((one.value for one in self.numbers if one.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values without floats; sentences keep their key and arguments."""
        told: dict[str, Any] = {
            "kind": self.kind, "fires": self.fires, "why": to_json(self.why), "formula": self.formula,
            "act": str(self.act), "quantity": format_quantity(self.quantity), "priority": str(self.priority),
            "numbers": [one.as_json() for one in self.numbers],
            "comparisons": [one.as_json() for one in self.comparisons],
            "shares": [one.as_json() for one in self.shares],
        }  # fmt: skip
        optional = {
            "need_ms": self.need_ms, "due_ms": self.due_ms, "order_by_ms": self.order_by_ms,
            "source": self.source or None, "level": self.level or None,
        }  # fmt: skip
        told.update({name: value for name, value in optional.items() if value is not None})
        if self.fault is not None:
            told["fault"] = {"code": self.fault.code, "text": to_json(self.fault.text), "got": self.fault.got}
        return told


def _outside(number: Number) -> int | str:
    return number.value if number.unit in (Unit.MS, Unit.COUNT) else format_quantity(number.value)
