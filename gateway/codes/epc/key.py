"""From the fields of an EPC to GS1 keys, back, and to a Digital Link path (TDS 2.3 section 7, DL URI syntax 1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.codes.checkdigit import check_digit
from gateway.codes.epc.bits import EpcError
from gateway.codes.epc.charset import check_digits, escape

Keys = tuple[tuple[str, str], ...]  # application identifier and value, primary key first
Fields = tuple[str, ...]

QUALIFIERS = frozenset({"21", "254", "8011"})  # those that stand in the path, behind their primary key


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _gtin(fields: Fields) -> str:
    return _checked(fields[1][0] + fields[0] + fields[1][1:])


def _extended(fields: Fields) -> str:
    """GLN and its kin: company prefix, reference, check digit."""
    return _checked(fields[0] + fields[1])


_TO_KEYS: dict[str, Callable[[Fields], Keys]] = {
    "sgtin": lambda f: (("01", _gtin(f)), ("21", f[2])),
    "sscc": lambda f: (("00", _checked(f[1][0] + f[0] + f[1][1:])),),
    "sgln": lambda f: (("414", _extended(f)), *((("254", f[2]),) if f[2] != "0" else ())),
    "grai": lambda f: (("8003", "0" + _extended(f) + f[2]),),
    "giai": lambda f: (("8004", f[0] + f[1]),),
    "gsrn": lambda f: (("8018", _extended(f)),),
    "gsrnp": lambda f: (("8017", _extended(f)),),
    "gdti": lambda f: (("253", _extended(f) + f[2]),),
    "cpi": lambda f: (("8010", f[0] + f[1]), ("8011", f[2])),
    "sgcn": lambda f: (("255", _extended(f) + f[2]),),
    "itip": lambda f: (("8006", _gtin(f) + f[2] + f[3]), ("21", f[4])),
}


def keys_of(family: str, fields: Fields) -> Keys:
    """GS1 keys of a pure identity; none for GID, USDOD and ADI, which are not GS1's."""
    to_keys = _TO_KEYS.get(family)
    return to_keys(fields) if to_keys else ()


def fields_of(keys: Mapping[str, str], prefix_digits: int) -> tuple[str, Fields]:
    """Family and fields of GS1 keys whose company prefix has so many digits, which the keys themselves do not tell."""
    for family, (primary, split) in _FROM_KEYS.items():
        if primary in keys and (family != "sgtin" or "21" in keys):
            return family, split(keys, prefix_digits)
    raise EpcError("EPC_NO_KEY", ", ".join(sorted(keys)), "an instance key, such as (00), or (01) with (21)")


def digital_link(keys: Keys) -> str:
    """The path and query of a GS1 Digital Link, "" without keys."""
    if not keys:
        return ""
    path = "".join(f"/{ai}/{escape(value)}" for n, (ai, value) in enumerate(keys) if n == 0 or ai in QUALIFIERS)
    query = "&".join(f"{ai}={escape(value)}" for ai, value in keys[1:] if ai not in QUALIFIERS)
    return f"{path}?{query}" if query else path


def _fixed(value: str, digits: int) -> str:
    """The digits before the check digit, which must be right."""
    check_digits(value, digits)
    if value[-1] != check_digit(value[:-1]):
        raise EpcError("EPC_CHECK_DIGIT", value, f"{value[:-1]}{check_digit(value[:-1])}")
    return value[:-1]


def _indicated(value: str, digits: int, prefix_digits: int) -> Fields:
    """Company prefix, then what stands before and behind it: GTIN and SSCC begin with another digit."""
    bare = _fixed(value, digits)
    return bare[1 : 1 + prefix_digits], bare[0] + bare[1 + prefix_digits :]


def _plain(value: str, digits: int, prefix_digits: int) -> Fields:
    bare = _fixed(value[:digits], digits)
    return bare[:prefix_digits], bare[prefix_digits:]


def _pieces(digits: str) -> Fields:
    """Number of this piece, and how many there are."""
    return digits[:2], digits[2:]


def _cut(value: str, prefix_digits: int) -> Fields:
    return check_digits(value[:prefix_digits], prefix_digits), value[prefix_digits:]


Split = Callable[[Mapping[str, str], int], Fields]
_FROM_KEYS: dict[str, tuple[str, Split]] = {
    "itip": ("8006", lambda k, n: (*_indicated(k["8006"][:14], 14, n), *_pieces(k["8006"][14:]), k.get("21", ""))),
    "sgtin": ("01", lambda k, n: (*_indicated(k["01"], 14, n), k["21"])),
    "sscc": ("00", lambda k, n: _indicated(k["00"], 18, n)),
    "sgln": ("414", lambda k, n: (*_plain(k["414"], 13, n), k.get("254", "0"))),
    "grai": ("8003", lambda k, n: (*_plain(k["8003"][1:14], 13, n), k["8003"][14:])),
    "giai": ("8004", lambda k, n: _cut(k["8004"], n)),
    "gsrn": ("8018", lambda k, n: _plain(k["8018"], 18, n)),
    "gsrnp": ("8017", lambda k, n: _plain(k["8017"], 18, n)),
    "gdti": ("253", lambda k, n: (*_plain(k["253"], 13, n), k["253"][13:])),
    "cpi": ("8010", lambda k, n: (*_cut(k["8010"], n), k.get("8011", ""))),
    "sgcn": ("255", lambda k, n: (*_plain(k["255"], 13, n), k["255"][13:])),
}  # fmt: skip
