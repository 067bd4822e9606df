"""From the bytes of a scanner to what they say. Any bytes give a Scan; none raises.

A scanned code is hostile input: it is bounded first, decoded strictly, matched as a whole, and nothing
is stripped or repaired. What is no code of ours is looked up exactly, later and elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.codes import badge, card, command, quantity
from gateway.codes.bin import PREFIX as BIN_PREFIX
from gateway.codes.bin import parse_bin
from gateway.codes.parse import MAX_BYTES, parse
from gateway.codes.profile import PLAIN, Profile
from gateway.codes.template import Template
from gateway.codes.wedge import elements_of, wedged_epc
from gateway.model import Action, Read, Rejection, Scan
from gateway.parsed import Label
from gateway.text.sentence import say

FOREIGN_MAX_LENGTH = 200  # as long as master data may give a customer's own code

_SEPARATORS = b"\x04\x1d\x1e"  # EOT, GS and RS, which labels of goods are divided by
_NEWER_VERSION = re.compile(r"K[2-9][BCQR]?\.[A-Z0-9-]+\.[A-Z0-9.-]+\.[0-9A-Z]{2,}", re.ASCII)


def interpret_code(
    read: Read, *, site: str, patterns: Sequence[re.Pattern[str]] = (),
    badges: Sequence[re.Pattern[str]] = (), secret: bytes = b"",
    profile: Profile = PLAIN, templates: Sequence[Template] = (),
) -> Scan:  # fmt: skip
    """What a scanner's read says at `site`: one of our cards, a command, a customer's card, or a label of goods.

    A text that fits one of a customer's `patterns` as a whole names the card by its group `card`; any
    other foreign text goes into `Scan.code` for the exact look-up among the cards' own codes. Both are
    set for a pattern, so that its group may be a card's id or the code printed on it. The hexadecimal digits of an EPC,
    as RFID wedges type them, name the tag as an RFID reader would. A text that fits one of
    `badges` as a whole is the badge that its group `badge` says. What is none of our
    own codes is also read as a label, into `Scan.label`; whether it is wanted is decided where it was scanned.
    """
    text = _decode(read.data)
    if not isinstance(text, Rejection):
        if (scan := _ours(read, text, site, secret)) is not None:
            return scan
        if len(text) <= FOREIGN_MAX_LENGTH:
            scan = _of_a_customer(read, text, patterns, badges)
            if not scan.code or scan.card:
                return scan
            return _of_a_tag(read, text) or replace(scan, label=_label(read, profile, templates))
        text = _too_long(len(text), FOREIGN_MAX_LENGTH, "characters")
    if not 0 < len(read.data) <= MAX_BYTES:
        return Scan(read, fault=text)
    return _only_a_label(read, _label(read, profile, templates), text)


def _ours(read: Read, text: str, site: str, secret: bytes) -> Scan | None:
    """A code that this gateway prints; None when the text is none."""
    if text.startswith(card.PREFIX):
        parsed = card.parse_card(text, site=site)
        if isinstance(parsed, Rejection):
            return Scan(read, fault=parsed)
        return Scan(read, card=parsed.card, revision=parsed.revision)
    if text.startswith(BIN_PREFIX):
        place = parse_bin(text, site=site)
        return Scan(read, fault=place) if isinstance(place, Rejection) else Scan(read, code=place)
    return _order(read, text, site, secret)


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


def _of_a_tag(read: Read, text: str) -> Scan | None:
    """What an RFID wedge typed; what is printed as a bar code is what it says."""
    epc = None if read.aim else wedged_epc(text)
    if epc is None:
        return None
    elements = elements_of(epc).encode()
    return Scan(read, code=epc.name, label=parse(elements, "", profile=PLAIN) if elements else None)


def _label(read: Read, profile: Profile, templates: Sequence[Template]) -> Label:
    return parse(read.data, read.aim, profile=profile, templates=templates)


def _only_a_label(read: Read, label: Label, otherwise: Rejection) -> Scan:
    """What no card can be, being too long or no printable text: a label, or rubbish."""
    has_noise = any(byte < 0x20 and byte not in _SEPARATORS for byte in read.data)
    if not label.is_goods or label.is_guess or (has_noise and label.errors):
        return Scan(read, fault=otherwise)
    return Scan(read, label=label)


def _command(read: Read, text: str, site: str, secret: bytes) -> Scan:
    action = command.parse_command(text, site=site, secret=secret)
    if isinstance(action, Rejection):
        return Scan(read, fault=action)
    return Scan(
        read, action=action, code=command.operation_of(text) if action is Action.OPERATION else command.loop_of(text)
    )


def _of_a_customer(
    read: Read, text: str, patterns: Sequence[re.Pattern[str]], badges: Sequence[re.Pattern[str]]
) -> Scan:
    """A badge or a card that somebody else prints."""
    for pattern in badges:
        found = pattern.fullmatch(text)
        if found and found["badge"]:
            return Scan(read, action=Action.BADGE, badge=found["badge"])
    return _foreign(read, text, patterns)


def _foreign(read: Read, text: str, patterns: Sequence[re.Pattern[str]]) -> Scan:
    for pattern in patterns:
        found = pattern.fullmatch(text)
        name = found["card"] if found else None
        if name:
            return Scan(read, card=name, code=name)
    if _NEWER_VERSION.fullmatch(text):
        hint = say("CODE_VERSION")
        return Scan(read, fault=Rejection("CODE_VERSION", hint, text[:3], "K1"))
    return Scan(read, code=text)


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
