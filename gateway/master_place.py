"""Where goods are and whom they come from or go to: locations with their bin labels, partners with their codes."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codes.checkdigit import has_check_digit
from gateway.codes.epc.charset import SET_82
from gateway.master_row import Row, choice, fail, text, words

GLN_DIGITS = 13
EXTENSION_LIMIT = 20  # GS1 General Specifications, AI 254
PLACE_KINDS = ("", "dock", "bin", "line", "transit", "scrap")


@dataclass(frozen=True, slots=True)
class Location:
    """A storage location, a bin in it, or a production supply area."""

    id: str
    name: str
    code: str = ""  # printed on its label, when that is not our own bin code
    kind: str = ""
    area: str = ""  # where its stock counts for reordering; "" is the location itself
    gln: str = ""  # its GS1 number, for partners
    gln_extension: str = ""  # which part of what the GLN names

    @property
    def words(self) -> tuple[str, ...]:
        return (*((self.code,) if self.code else ()), *((kind_word(self.kind),) if self.kind else ()))

    @classmethod
    def parse(cls, row: Row) -> Location:
        kind, gln = choice(row, "kind", PLACE_KINDS, ""), text(row, "gln", "")
        if gln and not (len(gln) == GLN_DIGITS and has_check_digit(gln)):
            raise fail(row, "gln", "13 digits, the last one the check digit of the others")
        extension = text(row, "gln_extension", "")
        if extension and not (gln and len(extension) <= EXTENSION_LIMIT and set(extension) <= SET_82):
            raise fail(row, "gln_extension", f"up to {EXTENSION_LIMIT} characters of GS1 set 82 beside a gln")
        return cls(text(row, "id"), text(row, "name", ""), text(row, "code", ""), kind, text(row, "area", ""), gln,
                   extension)  # fmt: skip


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
