"""Labels as suppliers print them, and the gateway's own command cards, written independently of what reads them."""

from __future__ import annotations

import hmac
from base64 import b32encode

GS, RS, EOT = "\x1d", "\x1e", "\x04"
GS1_128, DATA_MATRIX, CODE_128 = "]C1", "]d1", "]C0"


def sscc(serial: int, company: str = "4012345", extension: str = "3") -> str:
    """A serial shipping container code: 17 digits and the GS1 check digit."""
    digits = f"{extension}{company}{serial:0{16 - len(company)}d}"
    odd, even = digits[-1::-2], digits[-2::-2]
    return f"{digits}{-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10}"


def pallet(number: str) -> str:
    """The content of a GS1-128 symbol with an SSCC."""
    return f"00{number}"


def logistic(item: str, quantity: str, order: str, lot: str) -> str:
    """The content of a GS1-128 symbol: lot, customer's part number, quantity, order; FNC1 arrives as GS."""
    return f"10{lot}{GS}241{item}{GS}30{quantity}{GS}400{order}"


def envelope(item: str, quantity: str, order: str, supplier: str, lot: str = "") -> str:
    """An ISO 15434 message of format 06 in a Data Matrix."""
    fields = [f"P{item}", f"Q{quantity}", f"K{order}", f"V{supplier}", *([f"1T{lot}"] if lot else [])]
    return f"[)>{RS}06{GS}{GS.join(fields)}{RS}{EOT}"


def without_separators(label: str) -> str:
    """What a scanner sends that drops control characters."""
    return label.replace(GS, "").replace(RS, "").replace(EOT, "")


def command_card(site: str, command: str, secret: bytes) -> str:
    """A signed command card: base32 of the first 50 bits of an HMAC-SHA256."""
    text = f"K1C.{site}.{command}"
    return f"{text}.{b32encode(hmac.digest(secret, text.encode(), 'sha256'))[:10].decode()}"
