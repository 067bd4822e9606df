"""Characters of EPC fields: which there are, how they stand in bits and in URIs (TDS 2.3 sections 6.3 and 14)."""

from __future__ import annotations

from gateway.codes.epc.bits import BitReader, BitWriter, EpcError

_DIGITS = "0123456789"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SET_82 = frozenset("!\"%&'()*+,-./:;<=>?_" + _DIGITS + _UPPER + _UPPER.lower())
SET_39 = frozenset("#-/" + _DIGITS + _UPPER)  # component/part identifiers, and ADI
_ESCAPED = '"#%&/<>?'  # what a URI needs escaped, of these sets


def escape(text: str) -> str:
    """As it stands in a URI."""
    return "".join(f"%{ord(char):02X}" if char in _ESCAPED else char for char in text)


def unescape(text: str) -> str:
    """The characters of a URI's field; EpcError when an escape is broken."""
    head, *parts = text.split("%")
    done = [head]
    for part in parts:
        code = part[:2]
        if len(code) != 2 or any(char not in "0123456789abcdefABCDEF" for char in code):
            raise EpcError("EPC_BAD_ESCAPE", f"%{part[:2]}", "% and two hexadecimal digits")
        done.append(chr(int(code, 16)) + part[2:])
    return "".join(done)


def read_text(bits: BitReader, room: int) -> str:
    """7-bit characters in a field of `room` bits, filled up with zero bits."""
    field = BitReader(bits.take(room), room)
    chars = []
    while field.left >= 7 and field.rest():
        chars.append(chr(field.take(7)))
    return check("".join(chars), SET_82)


def write_text(bits: BitWriter, text: str, room: int, limit: int) -> None:
    """The reverse of `read_text`; at most `limit` characters."""
    if len(check(text, SET_82)) > limit:
        raise EpcError("EPC_VALUE_TOO_LONG", text, f"at most {limit} characters")
    for char in text:
        bits.put(ord(char), 7)
    bits.put(0, room - 7 * len(text))


def read_six(bits: BitReader, limit: int) -> str:
    """6-bit characters up to the all-zero one."""
    chars = []
    while code := bits.take(6):
        chars.append(chr(code if code >= 32 else code + 64))
    text = check("".join(chars), SET_39) if chars else ""
    if len(text) > limit:
        raise EpcError("EPC_VALUE_TOO_LONG", text, f"at most {limit} characters")
    return text


def write_six(bits: BitWriter, text: str, limit: int) -> None:
    """The reverse of `read_six`."""
    if len(text) > limit or not set(text) <= SET_39:
        raise EpcError("EPC_BAD_CHARACTER", text, f"at most {limit} of 0-9 A-Z # - /")
    for char in text:
        bits.put(ord(char) & 63, 6)
    bits.put(0, 6)


def check(text: str, allowed: frozenset[str]) -> str:
    """`text` itself; EpcError when it is empty or has a foreign character."""
    if not text or not set(text) <= allowed:
        raise EpcError("EPC_BAD_CHARACTER", repr(text), "one or more characters of the GS1 set")
    return text


def check_digits(text: str, count: int | None = None) -> str:
    """`text` itself; EpcError when it is not made of (exactly `count`) decimal digits."""
    if any(char not in _DIGITS for char in text) or (count is None and not text) or count not in (None, len(text)):
        raise EpcError("EPC_NOT_DIGITS", text, "digits" if count is None else f"{count} digits")
    return text
