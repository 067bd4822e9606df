"""What a mutant is: one sentence of the real code changed, and who must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Replace the one place where `old` stands in `module` by `new`."""

    module: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A deliberate fault in the real code and the method that has to notice it."""

    name: str
    breaks: str
    hunter: str  # a key of hunt.HUNTERS, or the path of the tests that must fail
    edits: tuple[Edit, ...]
