"""The operations of goods stations: one line for each, its steps stand in its own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.goods import count, empties, move, quality, receive, relabel, ship, work_order
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


_ALL = (
    Operation("receive", receive.TAKES, receive.settle, receive.received_text),
    Operation("move", move.TAKES, move.settle_move, move.moved_text),
    Operation("pick", move.TAKES, move.settle_pick, move.moved_text),
    Operation("drop", move.TAKES, move.settle_drop, move.moved_text),
    Operation("issue", work_order.TAKES, work_order.settle_issue, work_order.issued_text),
    Operation("return", work_order.TAKES, work_order.settle_return, work_order.returned_text),
    Operation("report", work_order.TAKES_AMOUNT, work_order.settle_confirm, work_order.confirmed_text),
    Operation("finish", work_order.TAKES_AMOUNT, work_order.settle_finish, work_order.finished_text),
    Operation("ship", ship.TAKES_SHIP, ship.settle_ship, ship.shipped_text),
    Operation("take-back", ship.TAKES_BACK, ship.settle_take_back, ship.taken_back_text),
    Operation("scrap", ship.TAKES_SCRAP, ship.settle_scrap, ship.scrapped_text),
    Operation("label", relabel.TAKES_LABEL, relabel.settle_label, relabel.new_unit_text),
    Operation("split", relabel.TAKES_SPLIT, relabel.settle_split, relabel.new_unit_text),
    Operation("merge", relabel.TAKES_MERGE, relabel.settle_merge, relabel.merged_text),
    Operation("lend", empties.TAKES, empties.settle_lend, empties.empties_text),
    Operation("collect", empties.TAKES, empties.settle_collect, empties.empties_text),
    Operation("count", count.TAKES, count.settle, count.counted_text),
    Operation("release", quality.TAKES, quality.settle_release, quality.decided_text),
    Operation("reject", quality.TAKES, quality.settle_reject, quality.decided_text),
    Operation("block", quality.TAKES, quality.settle_block, quality.decided_text),
)
OPERATIONS: dict[str, Operation] = {one.name: one for one in _ALL}
