"""A levelled source (heijunka): so much per pitch and no more, families in turn, the oldest of a family first.

Lots are what is ready to be released, see lot.py. A late one goes before everything that is not, and of late ones the
one that waited longest: so each card is released within as many pitches as cards were waiting before it was late. The
others take turns by rounds: a round is what was ready when it began, in the order of heijunka.levelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.kanban.lot import Lot
from gateway.reorder.heijunka import Pitch, next_turn
from gateway.view import View

LEVEL_FACT = "level"  # by source: what it was given in the last pitch, and the round that runs

Lots = Mapping[str, Sequence[Lot]]  # of each family, oldest first


@dataclass(frozen=True, slots=True)
class Board:
    """What a source was given in a pitch, and whose turn it is."""

    start_ms: int = 0  # when that pitch began
    released: int = 0  # cards
    wanted: Mapping[str, int] = field(default_factory=dict)  # lots of the round, by family
    made: Mapping[str, int] = field(default_factory=dict)  # of these released

    def to_json(self) -> dict[str, Any]:
        return {"pitch": self.start_ms, "released": self.released, "wanted": dict(self.wanted), "made": dict(self.made)}


def board_of(source: str, view: View) -> Board:
    """As the journal has it."""
    return board_from(view.fact(LEVEL_FACT, source))


def board_from(known: Mapping[str, Any] | None) -> Board:
    return Board(known["pitch"], known["released"], known["wanted"], known["made"]) if known else Board()


def next_lot(board: Board, lots: Lots, pitch: Pitch, most: int) -> tuple[Lot, Board] | None:
    """The lot that is released now and the board after it; None when none is ready or the pitch has no room for it."""
    if 0 < board.start_ms - pitch.start_ms <= pitch.end_ms - pitch.start_ms:
        return None  # the clock was set back by a little: that pitch was filled already
    if board.start_ms != pitch.start_ms:
        board = replace(board, start_ms=pitch.start_ms, released=0)
    chosen = _late(lots)
    if chosen is None:
        board, chosen = _in_turn(board, lots)
    if chosen is None or (board.released and board.released + len(chosen.cards) > most):
        return None
    made = {**board.made, chosen.family: board.made.get(chosen.family, 0) + 1}
    return chosen, replace(board, released=board.released + len(chosen.cards), made=made)


def plan(board: Board, lots: Lots, times: Iterable[Pitch], most: int) -> Iterator[tuple[Pitch, Lot, Board]]:
    """When each of the lots that are ready now is released if nothing else happens, and the board after it."""
    left = {family: list(ready) for family, ready in lots.items()}
    for pitch in times:
        while (found := next_lot(board, left, pitch, most)) is not None:
            lot, board = found
            left[lot.family].remove(lot)
            yield pitch, lot, board
        if not any(left.values()):
            return


def _late(lots: Lots) -> Lot | None:
    late = [ready[0] for ready in lots.values() if ready and ready[0].is_late]
    return min(late, key=lambda one: one.cards[0].last_seq, default=None)


def _in_turn(board: Board, lots: Lots) -> tuple[Board, Lot | None]:
    ready = frozenset(family for family, ones in lots.items() if ones)
    family = next_turn(board.wanted, board.made, ready)
    if family is None:
        board = replace(board, wanted={one: len(lots[one]) for one in sorted(ready)}, made={})
        family = next_turn(board.wanted, board.made, ready)
    return board, lots[family][0] if family is not None else None
