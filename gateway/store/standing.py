"""What each tick asks about all cards: which wait longest, and which stay behind the others of their loop.

A plant has thousands of cards and few of them move in a minute, so the answers are kept and asked for again only
where cards have moved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from gateway.model import Card, State

STIRRED_LOOPS = 100  # asked one by one; when more have moved, all are asked at once
CARDS_REMEMBERED = 20_000  # that stay behind; a plant with more is asked anew each time

_CARDS = "SELECT card,loop,life,state,cycle,quantity,revision,undone,signal,wall_ms,mono_ms,boot,last_seq FROM card"
_CYCLE = 4  # its column there
_OLDEST = (
    "SELECT loop, wall_ms, mono_ms, boot FROM (SELECT loop, wall_ms, mono_ms, boot, min(last_seq)"
    " FROM card WHERE state='WAIT' GROUP BY loop)"
)
_BEHIND = """JOIN (SELECT loop, max(cycle) AS ahead FROM card WHERE life='ACTIVE' GROUP BY loop) USING(loop)
    WHERE life='ACTIVE' AND cycle + ? <= ahead ORDER BY loop, card"""
_LOOP = f"{_CARDS} WHERE loop=? AND life='ACTIVE' ORDER BY card"

Wait = tuple[str, int, int, str]  # loop, and since when: wall_ms, mono_ms, boot


class Standing:
    """Answers as of the open transaction; whoever changes a card's row says so with `note`."""

    def __init__(self, connection: sqlite3.Connection, write_cards: Callable[[], None]) -> None:
        """`write_cards` brings the table up to date before it is asked."""
        self._execute = connection.execute
        self._write_cards = write_cards
        self._oldest: list[Wait] | None = None
        self._behind: dict[str, list[Card]] | None = None  # by loop, only loops that have such cards
        self._cycles = 0
        self._stirred: set[str] = set()

    def note(self, before: Card | None, loop: str, state: str) -> None:
        """A card's row changes: it was `before`, and stands in `loop` from now on."""
        if state == State.WAIT or (before is not None and before.state == State.WAIT):
            self._oldest = None
        if self._behind is not None:
            self._stirred.add(loop)
            if before is not None:
                self._stirred.add(before.loop)

    def forget(self) -> None:
        """Rows were taken back or removed: everything is asked anew."""
        self._oldest = self._behind = None
        self._stirred.clear()

    def oldest_wait(self) -> list[Wait]:
        """Since when the longest waiting card of each loop waits."""
        if self._oldest is None:
            self._write_cards()
            self._oldest = self._execute(_OLDEST).fetchall()
        return self._oldest

    def left_behind(self, cycles: int) -> list[Card]:
        """ACTIVE cards that another one of their loop is so many circulations ahead of, by loop and name."""
        if self._behind is None or cycles != self._cycles or len(self._stirred) > STIRRED_LOOPS:
            return self._ask_all(cycles)
        if self._stirred:
            self._write_cards()
            for loop in self._stirred:
                self._ask(loop, self._behind)
            self._stirred.clear()
        return [card for _, cards in sorted(self._behind.items()) for card in cards]

    def _ask_all(self, cycles: int) -> list[Card]:
        self._write_cards()
        found = [Card(*row) for row in self._execute(f"{_CARDS} {_BEHIND}", (cycles,))]
        self._stirred.clear()
        self._cycles = cycles
        self._behind = {} if len(found) <= CARDS_REMEMBERED else None
        if self._behind is not None:
            for card in found:
                self._behind.setdefault(card.loop, []).append(card)
        return found

    def _ask(self, loop: str, behind: dict[str, list[Card]]) -> None:
        rows = self._execute(_LOOP, (loop,)).fetchall()
        ahead = max((row[_CYCLE] for row in rows), default=0)
        behind.pop(loop, None)
        if late := [Card(*row) for row in rows if row[_CYCLE] + self._cycles <= ahead]:
            behind[loop] = late
