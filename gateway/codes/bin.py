"""The code of a bin or another place for goods: `K1L.<site>.<location>.<pair>`, e.g. `K1L.P1.A-01-03.6W`.

As with cards: upper-case letters, digits, '.' and '-' only, ending with a check of all. A location whose id has
other characters needs a `code` of its own in the master data.
"""

from __future__ import annotations

import re

from gateway.codes.checkpair import MAX_LENGTH as CHECKED_LENGTH
from gateway.codes.checkpair import check_pair
from gateway.model import Rejection

PREFIX = "K1L."
MAX_LENGTH = CHECKED_LENGTH + 3  # the check and its dot

_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?", re.ASCII)
_CHARACTERS = re.compile(r"[A-Z0-9.-]*", re.ASCII)


def format_bin(site: str, location: str) -> str:
    """The text to print; ValueError when a part does not fit the code."""
    for what, part in (("site", site), ("location", location)):
        if not _NAME.fullmatch(part):
            expected = "upper-case letters, digits and inner '-', or a `code` in the master data"
            raise ValueError(f"{what} {part!r} cannot be printed, expected {expected}")
    text = f"{PREFIX}{site}.{location}"
    if len(text) > MAX_LENGTH - 3:
        raise ValueError(f"{text!r} is too long to print, expected at most {MAX_LENGTH - 3} characters before the pair")
    return f"{text}.{check_pair(text)}"


def parse_bin(text: str, *, site: str) -> str | Rejection:
    """The location that a text which begins with PREFIX names, or why it cannot be used at `site`."""
    body, _, pair = text.rpartition(".")
    expected = check_pair(body) if len(body) <= CHECKED_LENGTH and _CHARACTERS.fullmatch(body) else ""
    parts = body.split(".")
    if not expected or pair != expected or len(parts) != 3:
        hint = "The label of the place was read wrongly or is damaged: scan again, or have it printed again."
        return Rejection("BIN_CODE", hint, text[:MAX_LENGTH], f"{PREFIX}<site>.<location>.<check characters>")
    if parts[1] != site:
        hint = f"This place belongs to plant {parts[1]}, this is {site}."
        return Rejection("OTHER_PLANT", hint, parts[1], site)
    return parts[2]
