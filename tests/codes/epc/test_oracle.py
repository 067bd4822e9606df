"""Another decoder, written by others, reads random EPCs as ours does.

`KANBAN_EPC_COUNT` gives another number of them. It fails on some escaped characters and does not know the schemes with
a plus, so neither is asked of it; ours are compared with themselves there.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from epcpy import hex_to_tag_encodable

from gateway.codes.epc.epc import decode, parse_uri
from gateway.codes.epc.scheme import PREFIXES, SCHEMES, Field, Kind, Scheme

COUNT = int(os.environ.get("KANBAN_EPC_COUNT", "4000"))
DIGITS, TEXT = "0123456789", "-0123456789ABCDEFGXYZ_abcdefgxyz"
SIX = "0123456789ABCXYZ-"


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


@pytest.mark.timeout(900)
def test_another_decoder_reads_random_epcs_as_we_do() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(COUNT):
        scheme = dice.choice(SCHEMES)
        uri = _random_uri(dice, scheme)
        ours = parse_uri(uri)
        assert ours.tag_uri == uri, f"seed {seed}: {uri} {ours.why_not}"
        other: Any = hex_to_tag_encodable(ours.hex)
        assert other.epc_uri == decode(ours.hex).identity, f"seed {seed}: {uri}"
