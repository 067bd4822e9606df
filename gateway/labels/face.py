"""What stands on a label. Pure: nothing of how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.codes.checkdigit import check_digit, has_check_digit, is_digits

COUNT_LIMIT = 99_999_999  # AI 37, GS1 General Specifications 3.6.6
LOT_LIMIT = 20  # AI 10
# Lots that every reader carries alike: the characters of GS1's set 82 that are no separators in a bracketed text
_LOT_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-./_+")


@dataclass(frozen=True, slots=True)
class CardFace:
    """A kanban card."""

    code: str  # codes.card.format_card: ends with check characters
    card: str
    revision: int
    loop: str
    item: str
    item_name: str
    quantity: str  # with unit, e.g. "40 PCE"
    consumer: str
    source: str
    number: int  # card `number` of `count` in the loop
    count: int

    def shows(self) -> dict[str, str]:
        """What is printed, member by member: kept, and compared when the loop changes."""
        return {
            "print": str(self.revision), "loop": self.loop, "item": self.item, "name": self.item_name,
            "quantity": self.quantity, "to": self.consumer, "from": self.source,
            "number": f"{self.number} of {self.count}",
        }  # fmt: skip


def differences(printed: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Members that a card shows otherwise than it would if it were printed now: (printed, now)."""
    members = [*now, *(name for name in printed if name not in now)]
    return {
        name: (printed.get(name, ""), now.get(name, ""))
        for name in members
        if printed.get(name, "") != now.get(name, "")
    }


@dataclass(frozen=True, slots=True)
class BinFace:
    """A place where goods are put away."""

    code: str
    location: str
    name: str


@dataclass(frozen=True, slots=True)
class SignedFace:
    """A command card or a badge."""

    code: str  # with its signature
    title: str  # the command, or the person's name
    below: str  # the person's id


@dataclass(frozen=True, slots=True)
class PalletFace:
    """A logistic label (GS1 Logistic Label Guideline): one SSCC, and the content if it is all alike."""

    sscc: str  # 18 digits
    content: str  # GTIN of what is inside, 14 digits, "" for mixed or none
    count: int  # trade items inside, 0 when there is no content
    lot: str
    lines: tuple[str, ...]  # in plain words: from, to, purchase order

    @classmethod
    def build(
        cls, sscc: str, *, content: str = "", count: int = 0, lot: str = "", lines: tuple[str, ...] = ()
    ) -> PalletFace:
        """ValueError for what cannot be printed; an SSCC of 17 digits gets its check digit."""
        if (count > 0) != bool(content):
            raise ValueError("content and count go together: GS1 wants AI 37 with AI 02")
        if not 0 <= count <= COUNT_LIMIT:
            raise ValueError(f"count is {count}, expected 1 to {COUNT_LIMIT}")
        if len(lot) > LOT_LIMIT or not set(lot) <= _LOT_CHARACTERS:
            raise ValueError(f"lot is {lot!r}, expected up to {LOT_LIMIT} letters, digits and -./_+")
        if lot and not content:
            raise ValueError("a lot stands for the content: give that too")
        return cls(_checked("SSCC", sscc, 18), _checked("GTIN", content, 14) if content else "", count, lot, lines)

    @property
    def sscc_text(self) -> str:
        """Bracketed, as GS1 symbols are made of it and as people read it."""
        return f"(00){self.sscc}"

    @property
    def content_text(self) -> str:
        """AI 02, 37 and 10; "" without a content."""
        if not self.content:
            return ""
        return f"(02){self.content}(37){self.count}" + (f"(10){self.lot}" if self.lot else "")


def _checked(what: str, number: str, length: int) -> str:
    """The number with its check digit, which is added or compared."""
    if not is_digits(number) or not length - 1 <= len(number) <= length:
        raise ValueError(f"{what} is {number!r}, expected {length} digits, or {length - 1} without the check digit")
    if len(number) < length:
        return number + check_digit(number)
    if not has_check_digit(number):
        raise ValueError(f"{what} is {number!r}, its check digit should be {check_digit(number[:-1])}")
    return number
