"""Every order in which people at two gateways can scan one card, with every order of talking to the ERP.

    python -m tests.two_gateways.table [length] [clock quality]

A word is `Ae` (scan it empty at A), `Bf` (full at B), `Au` (undo at A), `As` (A talks to the ERP).
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.report import FAILURES_KEPT, Tally, table
from tests.two_gateways.pair import A, B, Bin, Pair

Story = tuple[str, ...]

WORDS = ("Ae", "Be", "Af", "Bf", "Au", "As", "Bs")
CARDS = 60  # stories per pair of stores; each has a card of its own
SHM = "/dev/shm"
KNOWN = "ntp:5ms"  # clocks that are right


def stories(length: int) -> Iterator[Story]:
    """All that can happen in `length` steps, and who talks to the ERP first at the end."""
    for words in itertools.product(WORDS, repeat=length):
        if is_possible(words):
            yield from ((*words, last) for last in ("As", "Bs"))


def is_possible(words: Story) -> bool:
    """Whether people can do this to one bin.

    A bin is scanned full a second time only after somebody filled it. An undo follows its emptying at
    once, at a gateway that had heard all the other had done, and both hear of it before anything else happens:
    an undo that nobody hears of while others go on with the card is settled by counting the bin.
    """
    is_full, last, heard = True, "", 2
    owed: Story = ()
    for word in words:
        if owed and word != owed[0]:
            return False
        owed = owed[1:]
        if word in ("Be", "Bf"):
            heard = 0
        elif (word, heard) in (("Bs", 0), ("As", 1)):
            heard += 1
        if word == "Au":
            if last != "Ae first" or heard < 2:
                return False
            is_full, last, owed = True, word, ("As", "Bs")
        elif word[1] == "e":
            last = f"{word} first" if is_full else word
            is_full = False
        elif word[1] == "f":
            if is_full and last[1:] != "f":
                return False
            is_full, last = True, word
    return True


def play(chosen: list[Story], known: str = KNOWN, seed: int = 1) -> Iterator[tuple[Story, Bin, Pair]]:
    """Each story on a card of its own, at the same two gateways; yields it when everything was synced."""
    with tempfile.TemporaryDirectory(dir=SHM) as place:
        pair = Pair(Path(place), len(chosen), seed, known=known)
        for number, story in enumerate(chosen, 1):
            one = Bin(number)
            for word in story:
                act(pair, one, word)
            pair.sync_all()
            yield story, one, pair
        pair.close()


def act(pair: Pair, one: Bin, word: str) -> None:
    gateway = A if word[0] == "A" else B
    if word[1] == "s":
        pair.sync(gateway)
    else:
        {"e": pair.empty, "f": pair.fill, "u": pair.undo}[word[1]](one, gateway)


def try_all(chosen: Iterable[Story], known: str = KNOWN) -> Tally:
    """Play them and ask the oracle.

    Where the gateways themselves ask a person, that is counted, and what they then book is that person's to judge;
    but both gateways and the ERP must always say the same.
    """
    tally, chosen = Tally(), iter(chosen)
    while part := list(itertools.islice(chosen, CARDS)):
        for story, one, pair in play(part, known):
            tally.tried += 1
            is_asked, wrongs = pair.is_asked(one), pair.wrongs(one)
            apart = [wrong for wrong in wrongs if wrong.startswith("GW-")]
            tally.counts["asked"] += is_asked
            if apart or (wrongs and not is_asked):
                tally.fail(f"{' '.join(story)}: {'; '.join(wrongs)} ({one.story})")
    return tally


# -- the long campaign's table ---------------------------------------------------------------

_ROWS = ((3, KNOWN), (4, KNOWN), (5, KNOWN), (3, "unsynced"), (4, "unsynced"))  # steps, clocks of both gateways
_CLOCKS = {KNOWN: "synchronised", "unsynced": "not synchronised"}
CHUNK = 5 * CARDS  # stories of an attempt


def _chunks() -> list[tuple[int, str, int]]:
    """What is to be played, in parts: steps, clocks, first story."""
    counts = {length: sum(1 for _ in stories(length)) for length, _ in _ROWS}
    return [(length, known, first) for length, known in _ROWS for first in range(0, counts[length], CHUNK)]


CHUNKS = _chunks()
PARTS = len(CHUNKS)


def attempt(number: int) -> Tally:
    """One part of the table."""
    length, known, first = CHUNKS[number]
    tally = try_all(itertools.islice(stories(length), first, first + CHUNK), known)
    asked = tally.counts.pop("asked", 0)
    name = _row_name(length, known)
    told = {f"{name} stories": tally.tried, f"{name} asked": asked, f"{name} wrong": tally.broken}
    tally.counts = Counter({what: number for what, number in told.items() if number})
    return tally


def show(tally: Tally, took_s: float) -> str:
    """Every order of so many steps, and what came of it."""
    rows = []
    for length, known in _ROWS:
        played, asked, wrong = (
            tally.counts[f"{_row_name(length, known)} {what}"] for what in ("stories", "asked", "wrong")
        )
        right = played - asked - wrong
        rows.append((str(length), _CLOCKS[known], f"{played:,}", f"{right:,}", f"{asked:,}", f"{wrong:,}"))
    head = ("steps", "clocks", "stories", "one order and one receipt each", "a person is asked", "wrong")
    return f"K3, two gateways and one card, every order of scans and of talking to the ERP:\n{table(head, rows)}\n"


def _row_name(length: int, known: str) -> str:
    return f"{length} steps, {_CLOCKS[known]}:"


def main(arguments: list[str]) -> int:
    length = int(arguments[0]) if arguments else 3
    tally = try_all(stories(length), *arguments[1:2])
    print("\n".join([f"{tally.tried} stories, {tally.broken} broken", *tally.failures[:FAILURES_KEPT]]))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
