"""The signature of codes that only this site may print: command cards and badges.

A shortened HMAC-SHA256 (50 bits in base32) over all that stands before it, so that nobody prints one at home.
"""

from __future__ import annotations

import hmac
from base64 import b32encode

LENGTH = 10


def signed(text: str, secret: bytes) -> str:
    """The text with its signature; ValueError for an empty secret."""
    if not secret:
        raise ValueError("no secret to sign with")
    return f"{text}.{_signature(text, secret)}"


def genuine_body(text: str, secret: bytes) -> str | None:
    """What was signed, None when the signature is not ours."""
    body, _, signature = text.rpartition(".")
    # as bytes, because a scan may hold any character
    is_ours = hmac.compare_digest(_signature(body, secret).encode(), signature.encode())
    return body if is_ours else None


def _signature(text: str, secret: bytes) -> str:
    return b32encode(hmac.digest(secret, text.encode(), "sha256"))[:LENGTH].decode()
