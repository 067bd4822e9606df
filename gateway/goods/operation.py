"""The operations of goods stations: one line for each, its steps stand in its own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.goods import receive
from gateway.goods.act import Case
from gateway.goods.form import Form
from gateway.goods.problem import Question, Refusal
from gateway.model import Event
from gateway.text.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be done at a goods station; `takes` are the slots of its form."""

    name: str
    takes: tuple[str, ...]
    settle: Callable[[Form, Case], Event | Question | Refusal]
    told: Callable[[Event], Sentence]


OPERATIONS: dict[str, Operation] = {
    one.name: one
    for one in (
        Operation(receive.NAME, receive.TAKES, receive.settle, receive.received_text),
    )
}  # fmt: skip
