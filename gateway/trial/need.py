"""The two sides of a trial: needs as we saw them, deeds of the ERP, and what else explains a difference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """A signal of ours, sent or, in shadow, only kept. Times in milliseconds since 1970, quantities micro-units."""

    key: str
    event: str  # id of the event
    at_ms: int
    quantity: int
    rule: str
    cards: tuple[str, ...]
    was_sent: bool  # live: the ERP heard of it


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the ERP did for the same item. `kind`: order, receipt or filling."""

    kind: str
    ref: str  # document, or card/cycle of a filling
    at_ms: int
    quantity: int | None  # None when the ERP did not say
    key: str = ""  # of the need that it names, "" when it names none


@dataclass(frozen=True, slots=True)
class Trace:
    """A scan that led to no need, and why: it may explain what only the ERP did."""

    at_ms: int
    card: str
    code: str  # of the refusal, or TRAINING


ORDER, RECEIPT, FILLING = "order", "receipt", "filling"
TRAINED = "TRAINING"
