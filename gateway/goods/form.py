"""What a person has said so far in one operation: the slots of a form, kept as JSON values in the dialogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.goods.claim import Claim
from gateway.quantity import format_quantity, parse_quantity

_CLAIMS = ("thing", "other")


@dataclass(frozen=True, slots=True)
class Form:
    """Slots by name; what is not there was not said yet."""

    operation: str
    said: dict[str, Any] = field(default_factory=dict)

    def has(self, slot: str) -> bool:
        return slot in self.said

    def text(self, slot: str) -> str:
        return str(self.said.get(slot, ""))

    @property
    def claim(self) -> Claim | None:
        """The goods that it is about."""
        return Claim.from_json(self.said["thing"]) if "thing" in self.said else None

    @property
    def other(self) -> Claim | None:
        """The second unit, where an operation has two."""
        return Claim.from_json(self.said["other"]) if "other" in self.said else None

    @property
    def quantity(self) -> int | None:
        """Micro-units of whatever unit the label speaks of."""
        return parse_quantity(self.said["quantity"]) if "quantity" in self.said else None

    @property
    def order(self) -> str:
        return self.text("order")

    @property
    def approved_by(self) -> str:
        return self.text("approval")

    def put(self, slot: str, value: Claim | int | str) -> Form:
        """The form with one more slot filled."""
        kept: Any = value
        if isinstance(value, Claim):
            kept = value.to_json()
        elif isinstance(value, int):
            kept = format_quantity(value)
        return Form(self.operation, {**self.said, slot: kept})

    def without(self, *slots: str) -> Form:
        return Form(self.operation, {name: value for name, value in self.said.items() if name not in slots})
