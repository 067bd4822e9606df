"""How well pictures are read against what stands in them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drivers.camera.code import SYMBOLOGIES, Sighting, canonical

NOTHING = "nothing"  # the symbology of a picture without a code

_SHORT = {"qr": "QR Code", "databarexp": "DataBar Expanded", "databarltd": "DataBar Limited", "none": NOTHING}
_NAMES = {re.sub("[^a-z0-9]", "", name.lower()): name for name in SYMBOLOGIES} | _SHORT


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a truth file."""

    file: str
    symbology: str  # a name of SYMBOLOGIES, or NOTHING
    text: str  # "" for NOTHING


@dataclass(frozen=True, slots=True)
class Result:
    """What one policy made of one picture."""

    case: Case
    texts: tuple[str, ...]  # what it reported, as `plain`
    ms: int

    @property
    def is_correct(self) -> bool:
        expected = plain(self.case.symbology, self.case.text)
        return expected in self.texts if self.case.symbology != NOTHING else not self.texts

    @property
    def is_wrong(self) -> bool:
        """Something was reported that does not stand there."""
        expected = plain(self.case.symbology, self.case.text)
        return any(text != expected for text in self.texts)


def parse_truth(text: str) -> list[Case]:
    """Cases of a file with one JSON object `file`, `symbology`, `text` a line; ValueError names the line."""
    return [_case(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _case(number: int, line: str) -> Case:
    try:
        row = json.loads(line)
        file, name, text = row["file"], str(row["symbology"]), row["text"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"line {number}: expected an object with file, symbology and text") from error
    symbology = _NAMES.get(re.sub("[^a-z0-9]", "", name.lower()))
    if symbology is None:
        raise ValueError(f"line {number}: symbology is {name!r}, expected one of {', '.join(SYMBOLOGIES)} or NONE")
    if not isinstance(file, str) or not isinstance(text, str | None) or (text is None) != (symbology == NOTHING):
        raise ValueError(f"line {number}: expected a file name, and a text unless the symbology is NONE")
    return Case(file, symbology, text or "")


def plain(symbology: str, text: str) -> str:
    """A text without what is written differently in different places.

    Truth files give GS1 with brackets and Codabar without its start and stop letters.
    """
    if symbology == "Codabar":
        return text.strip("ABCDabcd")
    if symbology == "DataBar Expanded":
        return re.sub(r"\((\d{2,4})\)", r"\1", text).replace("\x1d", "")
    return canonical(symbology, text)


def texts_of(seen: Iterable[Sighting]) -> tuple[str, ...]:
    """What was reported, as Result wants it."""
    return tuple(dict.fromkeys(plain(one.symbology, one.text) for one in seen))


def table(results: dict[str, Sequence[Result]]) -> str:
    """Lines for every symbology, all linear and all two-dimensional codes, and for each policy three columns."""
    [first, *_] = results.values()
    groups = [(name, {name}) for name in (*SYMBOLOGIES, NOTHING) if any(one.case.symbology == name for one in first)]
    groups.append(("linear codes", {name for name, one in SYMBOLOGIES.items() if not one.is_matrix}))
    groups.append(("two-dimensional codes", {name for name, one in SYMBOLOGIES.items() if one.is_matrix}))
    groups.append(("all pictures", {*SYMBOLOGIES, NOTHING}))
    head = f"{'':22} {'n':>4}" + "".join(f" | {name:>11} {'wrong':>5} {'ms':>6}" for name in results)
    return "\n".join([head, "-" * len(head), *(_line(name, members, results) for name, members in groups)])


def _line(name: str, members: set[str], results: dict[str, Sequence[Result]]) -> str:
    cells, count = "", 0
    for all_of_it in results.values():
        chosen = [one for one in all_of_it if one.case.symbology in members]
        count = len(chosen)
        correct, wrong = sum(one.is_correct for one in chosen), sum(one.is_wrong for one in chosen)
        share = f"{correct} {100 * correct / count:5.1f}%" if count else "-"
        cells += f" | {share:>11} {wrong:>5} {sum(one.ms for one in chosen) / max(1, count):>6.1f}"
    return f"{name:22} {count:>4}{cells}"
