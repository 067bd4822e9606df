"""Label assembly: a label with one symbol for each value, scanned one after another, becomes one `Label`.

AIAG and VDA labels have P, Q, S, V, 1T … as separate symbols. Pure: the caller keeps the assembly (it has a JSON
form) and brings the time. Nothing of an assembly that was given up is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.codes.merge import merged
from gateway.parsed import Flaw, Keys, Label

PART_LIMIT = 16  # symbols of one label; the largest have ten
TIMEOUT_MS = 30_000  # between two scans of one label


class Progress(StrEnum):
    """What a scan did to the assembly."""

    ADDED = "added"
    REPEATED = "repeated"  # this very symbol is in it already
    COMPLETE = "complete"
    RESTARTED = "restarted"  # it contradicted the parts so far, or came too late: they are given up
    REFUSED = "refused"  # it cannot be a part at all; the assembly is as before


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one label so far. `needed` are names of `Keys`; `item|supplier_item` asks for either."""

    needed: tuple[str, ...]
    parts: tuple[Label, ...] = ()
    last_ms: int = 0  # monotonic, when the last part was scanned

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still needed."""
        keys = merged(self.parts).keys if self.parts else Keys()
        return tuple(one for one in self.needed if not any(getattr(keys, name) for name in one.split("|")))

    def is_late(self, now_ms: int, timeout_ms: int = TIMEOUT_MS) -> bool:
        """Whether the worker has gone away from the label."""
        return bool(self.parts) and now_ms - self.last_ms > timeout_ms

    def as_json(self) -> dict[str, Any]:
        """JSON values only. The parts are kept as they were read, so that nothing is lost on the way."""
        parts = [[part.raw.hex(), part.aim] for part in self.parts]
        return {"needed": list(self.needed), "parts": parts, "last_ms": self.last_ms}

    @classmethod
    def from_json(cls, body: dict[str, Any], read: Callable[[bytes, str], Label]) -> Assembly:
        """The same again; `read` parses a part as it was parsed when it was scanned."""
        parts = tuple(read(bytes.fromhex(raw), aim) for raw, aim in body["parts"])
        return cls(tuple(body["needed"]), parts, body["last_ms"])


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one scan."""

    assembly: Assembly  # to keep; empty once the label is complete
    progress: Progress
    label: Label | None = None  # the whole label, when complete
    missing: tuple[str, ...] = ()
    given_up: tuple[Label, ...] = ()  # parts that were scanned before and are no longer used
    flaw: Flaw | None = None  # why the scan was refused or began anew


def add(assembly: Assembly, part: Label, now_ms: int, *, timeout_ms: int = TIMEOUT_MS) -> Step:
    """Take one more scan of a label."""
    if part.errors or (not part.keys.as_json() and not part.elements):
        flaw = (
            part.errors[0]
            if part.errors
            else Flaw("NO_LABEL", "This says nothing of goods.", part.text[:80], "a label")
        )
        return Step(assembly, Progress.REFUSED, missing=assembly.missing, flaw=flaw)
    if assembly.is_late(now_ms, timeout_ms):
        text = "The label begun before was not completed in time; this scan begins another one."
        return _anew(assembly, part, now_ms, Flaw("ASSEMBLY_TIMEOUT", text, "", f"within {timeout_ms // 1000} s"))
    if any(part.raw == one.raw for one in assembly.parts):
        same = Assembly(assembly.needed, assembly.parts, now_ms)
        return Step(same, Progress.REPEATED, missing=same.missing)
    parts = (*assembly.parts, part)
    together = merged(parts)
    if together.errors and len(parts) > 1:
        return _anew(assembly, part, now_ms, together.errors[0])
    if len(parts) > PART_LIMIT:
        text = f"A label has at most {PART_LIMIT} codes; this scan begins another one."
        return _anew(assembly, part, now_ms, Flaw("TOO_MANY_PARTS", text, str(len(parts)), f"at most {PART_LIMIT}"))
    return _grown(Assembly(assembly.needed, parts, now_ms), Progress.ADDED)


def _anew(assembly: Assembly, part: Label, now_ms: int, flaw: Flaw) -> Step:
    """The other parts are given up, and said to be."""
    step = _grown(Assembly(assembly.needed, (part,), now_ms), Progress.RESTARTED)
    return Step(step.assembly, step.progress, step.label, step.missing, assembly.parts, flaw)


def _grown(assembly: Assembly, progress: Progress) -> Step:
    missing = assembly.missing
    if missing:
        return Step(assembly, progress, missing=missing)
    done = Progress.COMPLETE if progress is Progress.ADDED else progress
    return Step(Assembly(assembly.needed), done, merged(assembly.parts))
