"""Our own card code, version 1: `K1.<site>.<card>.<revision>.<pair>`, e.g. `K1.P1.K-000812-03.1.7Q`.

Upper-case letters, digits, '.' and '-' only, so that it fits the dense alphanumeric mode of QR and Code 128.
The revision tells an older print of a card from the valid one (K15); the pair ends with a check of all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.codes.checkpair import MAX_LENGTH as CHECKED_LENGTH
from gateway.codes.checkpair import check_pair
from gateway.model import Rejection
from gateway.text.sentence import say

PREFIX = "K1."
MAX_LENGTH = 48
MAX_REVISION = 9999

_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?", re.ASCII)
_REVISION = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_CHARACTERS = re.compile(r"[A-Z0-9.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CardCode:
    """What a printed card says of itself."""

    site: str
    card: str
    revision: int


def format_card(code: CardCode) -> str:
    """The text to print; ValueError when a part does not fit the code."""
    for what, part in (("site", code.site), ("card", code.card)):
        if not _NAME.fullmatch(part):
            raise ValueError(f"{what} {part!r} cannot be printed, expected upper-case letters, digits and inner '-'")
    if not 1 <= code.revision <= MAX_REVISION:
        raise ValueError(f"revision {code.revision} cannot be printed, expected 1 to {MAX_REVISION}")
    text = f"{PREFIX}{code.site}.{code.card}.{code.revision}"
    if len(text) > MAX_LENGTH - 3:
        raise ValueError(f"{text!r} is too long to print, expected at most {MAX_LENGTH - 3} characters before the pair")
    return f"{text}.{check_pair(text)}"


def parse_card(text: str, *, site: str) -> CardCode | Rejection:
    """What a text that begins with PREFIX says, or why it cannot be used at `site`."""
    if len(text) > MAX_LENGTH:
        return Rejection(
            "CODE_TOO_LONG",
            say("CARD_CODE_TOO_LONG", length=len(text), limit=MAX_LENGTH),
            text[:MAX_LENGTH],
            f"at most {MAX_LENGTH} characters",
        )
    body, _, pair = text.rpartition(".")
    expected = check_pair(body) if len(body) <= CHECKED_LENGTH and _CHARACTERS.fullmatch(body) else ""
    if not expected or pair != expected:
        return Rejection(
            "CHECK_CHARACTERS",
            say("CHECK_CHARACTERS"),
            text,
            f"{body}.{expected}" if expected else "upper-case letters, digits, '.' and '-'",
        )
    parts = body.split(".")
    if len(parts) != 4 or not all(map(_NAME.fullmatch, parts[1:3])) or not _REVISION.fullmatch(parts[3]):
        return Rejection(
            "UNKNOWN_CODE",
            say("NO_CARD_CODE"),
            text,
            "K1.<site>.<card>.<revision>.<check characters>",
        )
    code = CardCode(parts[1], parts[2], int(parts[3]))
    if code.site != site:
        return Rejection(
            "OTHER_PLANT",
            say("CARD_OTHER_PLANT", plant=code.site, here=site),
            code.site,
            site,
        )
    return code
