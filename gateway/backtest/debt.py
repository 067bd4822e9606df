"""What signals asked for and has not come yet, at one place: by it a receipt is known as the consequence of a signal.

First asked, first paid. Where the ERP has told the document that a signal became, a receipt that names documents
pays only for these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.backtest.recording import Received


@dataclass(slots=True)
class _Owed:
    key: str
    rule: str
    at_ms: int
    quantity: int
    left: int
    document: str = ""


@dataclass(slots=True)
class Debts:
    """The open signals of one place."""

    _owed: list[_Owed] = field(default_factory=list)

    def ask(self, key: str, rule: str, at_ms: int, quantity: int) -> None:
        """A signal went out."""
        self._owed.append(_Owed(key, rule, at_ms, quantity, quantity))

    def name(self, key: str, document: str) -> None:
        """The ERP has told which document it became."""
        for one in self._owed:
            if one.key == key:
                one.document = document

    def cancel(self, key: str) -> None:
        """Refused, cancelled or deleted: nothing will come of it."""
        self._owed = [one for one in self._owed if one.key != key]

    def is_begun(self, key: str) -> bool:
        """Whether a part of it has come."""
        return any(one.key == key and one.left < one.quantity for one in self._owed)

    def pay(self, quantity: int, at_ms: int, documents: frozenset[str]) -> tuple[list[tuple[int, int]], list[Received]]:
        """([(micro-units, when they were asked for)], signals that have come in full) of a receipt.

        What no signal asked for is in neither.
        """
        parts: list[tuple[int, int]] = []
        done: list[Received] = []
        for one in list(self._owed):
            if documents and one.document and one.document not in documents:
                continue
            part = min(quantity, one.left)
            if part <= 0:
                break
            parts.append((part, one.at_ms))
            quantity -= part
            one.left -= part
            if not one.left:
                self._owed.remove(one)
                done.append(Received(one.rule, one.at_ms, at_ms, one.quantity))
        return parts, done

    def total(self) -> int:
        """Micro-units that are still to come."""
        return sum(one.left for one in self._owed)
