"""Every order in which people at two gateways can scan one card, with every order of talking to the ERP.

    python -m tests.two_gateways.table [length] [clock quality]

A word is `Ae` (scan it empty at A), `Bf` (full at B), `Au` (undo at A), `As` (A talks to the ERP).
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.faults.report import FAILURES_KEPT, Tally
from tests.two_gateways.pair import A, B, Bin, Pair

Story = tuple[str, ...]

WORDS = ("Ae", "Be", "Af", "Bf", "Au", "As", "Bs")
CARDS = 60  # stories per pair of stores; each has a card of its own
SHM = "/dev/shm"


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


def play(chosen: list[Story], known: str = "ntp:5ms") -> Iterator[tuple[Story, Bin, Pair]]:
    """Each story on a card of its own, at the same two gateways; yields it when everything was synced."""
    with tempfile.TemporaryDirectory(dir=SHM) as place:
        pair = Pair(Path(place), len(chosen), known=known)
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


def try_all(chosen: Iterable[Story], *, deadline_s: float = float("inf")) -> Tally:
    """Play them and ask the oracle; where the gateways themselves ask a person, that is counted."""
    tally, began, chosen = Tally(), time.monotonic(), iter(chosen)
    while part := list(itertools.islice(chosen, CARDS)):
        for story, one, pair in play(part):
            tally.tried += 1
            is_asked = pair.is_asked(one)
            tally.counts["asked"] += is_asked
            if (wrongs := pair.wrongs(one)) and not is_asked:
                tally.fail(f"{' '.join(story)}: {'; '.join(wrongs)} ({one.story})")
        if time.monotonic() - began > deadline_s:
            break
    return tally


def attempt(seed: int, budget_s: float) -> Tally:
    """For the long campaign: everything in four steps, then five steps from a place that the seed chooses."""
    tally = try_all(stories(4))
    left_s = budget_s / 2
    longer = list(stories(5))
    first = seed * 997 % len(longer)
    tally.add(try_all(longer[first:] + longer[:first], deadline_s=left_s))
    tally.counts += Counter(stories=tally.tried)
    return tally


def main(arguments: list[str]) -> int:
    length = int(arguments[0]) if arguments else 3
    tally = try_all(stories(length))
    print("\n".join([f"{tally.tried} stories, {tally.broken} broken", *tally.failures[:FAILURES_KEPT]]))
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
