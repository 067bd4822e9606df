"""Random EPCs of the classic schemes, read by ours and by epcpy, a decoder that others wrote.

It fails on some escaped characters and does not know the schemes with a plus, so neither is asked of it.
"""

from __future__ import annotations

import random
from typing import Any

from epcpy import hex_to_tag_encodable

from gateway.codes.epc.epc import decode, parse_uri
from gateway.codes.epc.scheme import PREFIXES, SCHEMES, Field, Kind, Scheme
from tests.faults.report import Tally

ATTEMPT = 50_000
PARTS = 20  # of a campaign: a million
DIGITS, TEXT = "0123456789", "-0123456789ABCDEFGXYZ_abcdefgxyz"
SIX = "0123456789ABCXYZ-"


def attempt(seed: int, count: int = ATTEMPT) -> Tally:
    """So many EPCs: from a URI to bits and back, by both."""
    dice, tally = random.Random(seed), Tally()
    for _ in range(count):
        scheme = dice.choice(SCHEMES)
        uri = _random_uri(dice, scheme)
        tally.tried += 1
        tally.counts[scheme.family] += 1
        ours = parse_uri(uri)
        other: Any = hex_to_tag_encodable(ours.hex) if ours.hex else None
        read = decode.__wrapped__(ours.hex)
        if (ours.tag_uri, read.identity) != (uri, other and other.epc_uri):
            tally.fail(f"{uri}: {ours.hex} {ours.why_not}, ours {read.identity}, theirs {other and other.epc_uri}")
    return tally


def _text(dice: random.Random, field: Field, spare: int) -> str:
    length = field.limit - spare
    if field.kind is Kind.DIGITS:
        return "".join(dice.choices(DIGITS, k=length))
    if field.kind is Kind.MARKED:
        return "".join(dice.choices(DIGITS, k=dice.randint(1, length)))
    if field.kind in (Kind.TEXT, Kind.SIX):
        return "".join(dice.choices(TEXT if field.kind is Kind.TEXT else SIX, k=dice.randint(1, length)))
    bits = field.bits - (PREFIXES[12 - spare][0] if spare else 0)
    return str(dice.randrange(min(1 << bits, 10**length)))


def _random_uri(dice: random.Random, scheme: Scheme) -> str:
    prefix = "".join(dice.choices(DIGITS, k=dice.randint(6, 12)))
    fields = [prefix, _text(dice, scheme.reference, len(prefix))]
    fields += [_text(dice, one, 0) for one in scheme.tail if one.kind is not Kind.RESERVED]
    return f"urn:epc:tag:{scheme.name.lower()}:{dice.randrange(8)}.{'.'.join(fields)}"
