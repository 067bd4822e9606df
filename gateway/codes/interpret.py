"""From the bytes of a scanner to what they say. Any bytes give a Scan; none raises.

A scanned code is hostile input: it is bounded first, decoded strictly, matched as a whole, and nothing
is stripped or repaired. What is no code of ours is looked up exactly, later and elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.codes import badge, card, command, quantity
from gateway.codes.parse import parse
from gateway.model import Action, Read, Rejection, Scan
from gateway.text.sentence import say

MAX_BYTES = 4096  # more is no barcode
FOREIGN_MAX_LENGTH = 200  # as long as master data may give a customer's own code

_SEPARATORS = b"\x04\x1d\x1e"  # EOT, GS and RS, which labels of goods are divided by
_NEWER_VERSION = re.compile(r"K[2-9][BCQR]?\.[A-Z0-9-]+\.[A-Z0-9.-]+\.[0-9A-Z]{2,}", re.ASCII)


def interpret_code(
    read: Read,
    *,
    site: str,
    patterns: Sequence[re.Pattern[str]] = (),
    badges: Sequence[re.Pattern[str]] = (),
    secret: bytes = b"",
) -> Scan:
    """What a scanner's read says at `site`.

    A text that fits one of a customer's `patterns` as a whole names the card by its group `card`; any
    other foreign text goes into `Scan.code` for the exact look-up among the cards' own codes. Both are
    set for a pattern, so that its group may be a card's id or the code printed on it. A text that fits one of
    `badges` as a whole is the badge that its group `badge` says.
    """
    text = _decode(read.data)
    if isinstance(text, Rejection):
        return _label(read, text)
    if text.startswith(card.PREFIX):
        parsed = card.parse_card(text, site=site)
        if isinstance(parsed, Rejection):
            return Scan(read, fault=parsed)
        return Scan(read, card=parsed.card, revision=parsed.revision)
    if (scan := _order(read, text, site, secret)) is not None:
        return scan
    if len(text) > FOREIGN_MAX_LENGTH:
        return _label(read, _too_long(len(text), FOREIGN_MAX_LENGTH, "characters"))
    for pattern in badges:
        found = pattern.fullmatch(text)
        if found and found["badge"]:
            return Scan(read, action=Action.BADGE, badge=found["badge"])
    return _foreign(read, text, patterns)


def _order(read: Read, text: str, site: str, secret: bytes) -> Scan | None:
    """Our other own codes: command cards, badges and quantities; None for any other text."""
    if text.startswith(command.PREFIX):
        return _command(read, text, site, secret)
    if text.startswith(badge.PREFIX):
        named = badge.parse_badge(text, site=site, secret=secret)
        if isinstance(named, Rejection):
            return Scan(read, fault=named)
        # whoever has a signed badge's text can print it again: the journal and the ERP get it unsigned
        unsigned = replace(read, data=text.rpartition(".")[0].encode())
        return Scan(unsigned, action=Action.BADGE, badge=named)
    if text.startswith((quantity.PREFIX, quantity.REST_PREFIX)):
        amount = quantity.parse_amount(text)
        if isinstance(amount, Rejection):
            return Scan(read, fault=amount)
        if text.startswith(quantity.PREFIX):
            return Scan(read, action=Action.QUANTITY, quantity=amount)
        return Scan(read, action=Action.QUANTITY, remainder=amount)
    return None


def _label(read: Read, otherwise: Rejection) -> Scan:
    """A label of goods may be long and hold separators; anything else like that is `otherwise`."""
    if any(byte < 0x20 and byte not in _SEPARATORS for byte in read.data):
        return Scan(read, fault=otherwise)
    label = parse(read.data, read.aim)
    return Scan(read, label=label) if label.is_goods else Scan(read, fault=otherwise)


def _command(read: Read, text: str, site: str, secret: bytes) -> Scan:
    action = command.parse_command(text, site=site, secret=secret)
    if isinstance(action, Rejection):
        return Scan(read, fault=action)
    return Scan(read, action=action, code=command.operation_of(text) if action is Action.OPERATION else "")


def _foreign(read: Read, text: str, patterns: Sequence[re.Pattern[str]]) -> Scan:
    for pattern in patterns:
        found = pattern.fullmatch(text)
        name = found["card"] if found else None
        if name:
            return Scan(read, card=name, code=name)
    if _NEWER_VERSION.fullmatch(text):
        hint = say("CODE_VERSION")
        return Scan(read, fault=Rejection("CODE_VERSION", hint, text[:3], "K1"))
    return Scan(read, code=text, label=parse(read.data, read.aim))


def _decode(data: bytes) -> str | Rejection:
    if not data:
        return Rejection("EMPTY_READ", say("EMPTY_READ"))
    if len(data) > MAX_BYTES:
        return _too_long(len(data), MAX_BYTES, "bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Rejection("NOT_TEXT", say("NOT_TEXT"))
    if not text.isprintable():
        return Rejection("NOT_TEXT", say("NOT_PRINTABLE"))
    return text


def _too_long(length: int, limit: int, unit: str) -> Rejection:
    text = say("CODE_TOO_LONG", length=f"{length} {unit}", limit=limit)
    return Rejection("CODE_TOO_LONG", text, f"{length} {unit}", f"at most {limit} {unit}")
