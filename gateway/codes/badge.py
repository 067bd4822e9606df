"""Badges: `K1B.<site>.<badge>.<signature>`, e.g. `K1B.P1.4471.JBSWY3DPEB`. Whose it is stands in the master data."""

from __future__ import annotations

import re

from gateway.codes.signature import genuine_body, signed
from gateway.model import Rejection
from gateway.text.sentence import say

PREFIX = "K1B."

_BADGE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?", re.ASCII)


def format_badge(site: str, badge: str, secret: bytes) -> str:
    """The text to print; ValueError for a badge that cannot be printed or an empty secret."""
    if not _BADGE.fullmatch(badge):
        raise ValueError(f"badge {badge!r} cannot be printed, expected up to 32 upper-case letters, digits, inner '-'")
    return signed(f"{PREFIX}{site}.{badge}", secret)


def parse_badge(text: str, *, site: str, secret: bytes) -> str | Rejection:
    """The badge that a text which begins with PREFIX names. Without a secret none is accepted."""
    if not secret:
        return Rejection("BADGES_OFF", say("BADGES_OFF"), text)
    body = genuine_body(text, secret)
    if body is None:
        return Rejection("BADGE_SIGNATURE", say("BADGE_SIGNATURE"), text.rpartition(".")[0])
    _, badge_site, badge = body.split(".", 2) if body.count(".") == 2 else ("", "", body)
    if badge_site != site:
        return Rejection("OTHER_PLANT", say("BADGE_OTHER_PLANT", plant=badge_site, here=site), badge_site, site)
    return badge
