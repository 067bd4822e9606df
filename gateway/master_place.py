"""Where goods are and whom they come from or go to: locations with their bin labels, partners with their codes."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.master_row import Row, choice, text, words

PLACE_KINDS = ("", "dock", "bin", "line", "transit", "scrap")


@dataclass(frozen=True, slots=True)
class Location:
    """A storage location, a bin in it, or a production supply area."""

    id: str
    name: str
    code: str = ""  # printed on its label, when that is not our own bin code
    kind: str = ""
    area: str = ""  # where its stock counts for reordering; "" is the location itself

    @property
    def words(self) -> tuple[str, ...]:
        return (*((self.code,) if self.code else ()), *((kind_word(self.kind),) if self.kind else ()))

    @classmethod
    def parse(cls, row: Row) -> Location:
        kind = choice(row, "kind", PLACE_KINDS, "")
        return cls(text(row, "id"), text(row, "name", ""), text(row, "code", ""), kind, text(row, "area", ""))


@dataclass(frozen=True, slots=True)
class Partner:
    """A supplier, customer or carrier, and how labels name it (GLN, DUNS, the site's own number)."""

    id: str
    name: str
    codes: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return self.codes

    @classmethod
    def parse(cls, row: Row) -> Partner:
        return cls(text(row, "id"), text(row, "name", ""), words(row, "codes"))


def kind_word(kind: str) -> str:
    """What all locations of a kind are found by; a line feed stands in no code."""
    return f"kind\n{kind}"
