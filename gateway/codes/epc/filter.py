"""Which EPCs a reader, portal or shelf is to look at: by scheme, company prefix or pattern (ALE 1.1 section 8.2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.codes.epc.charset import escape
from gateway.codes.epc.epc import Epc

_PATTERN = "urn:epc:pat:"
_INDICATED = frozenset({"00", "01", "8006"})  # keys that have a digit before the company prefix
_LED_BY_ZERO = frozenset({"8003"})


@dataclass(frozen=True, slots=True)
class EpcFilter:
    """Empty parts let everything pass; given ones must all agree, one of each is enough."""

    schemes: tuple[str, ...] = ()  # "SGTIN-96", or a family such as "sscc"
    company_prefixes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()  # urn:epc:pat:sgtin-96:3.0614141.*.[100-199]

    def passes(self, epc: Epc) -> bool:
        """Whether this EPC is wanted. What is no EPC passes an empty filter only."""
        if self.schemes and not {epc.scheme, epc.family} & set(self.schemes):
            return False
        if self.company_prefixes and not _company_digits(epc).startswith(self.company_prefixes):
            return False
        return not self.patterns or any(_fits(pattern, epc) for pattern in self.patterns)


def pattern_mistake(pattern: str) -> str:
    """What is wrong with a pattern, "" when it is one."""
    head, colon, body = pattern.removeprefix(_PATTERN).partition(":")
    if not pattern.startswith(_PATTERN) or not colon or not head:
        return f"expected {_PATTERN}SCHEME:FIELDS, for example {_PATTERN}sgtin-96:3.0614141.*.*"
    for part in body.split("."):
        low, dash, high = part.removeprefix("[").removesuffix("]").partition("-")
        is_range = part.startswith("[") and part.endswith("]") and dash and low.isdigit() and high.isdigit()
        if not part or ("[" in part and not (is_range and int(low) <= int(high))):
            return f"{part!r}: expected a value, * or a range such as [100-199]"
    return ""


def _company_digits(epc: Epc) -> str:
    """Digits that begin with the company prefix, "" when there is none."""
    if epc.family and epc.fields:
        return epc.fields[0]
    if not epc.keys:
        return ""
    ai, value = epc.keys[0]
    return value[1:] if ai in _INDICATED | _LED_BY_ZERO else value


def _fits(pattern: str, epc: Epc) -> bool:
    scheme, _, body = pattern.removeprefix(_PATTERN).partition(":")
    if not epc.scheme or scheme != epc.scheme.lower():
        return False
    values = [*([] if epc.filter is None else [str(epc.filter)]), *map(escape, epc.fields)]
    parts = body.split(".")
    return len(parts) == len(values) and all(map(_part_fits, parts, values))


def _part_fits(part: str, value: str) -> bool:
    if part in ("*", value):
        return True
    low, dash, high = part.removeprefix("[").removesuffix("]").partition("-")
    is_range = part.startswith("[") and bool(dash) and low.isdigit() and high.isdigit()
    return is_range and value.isdigit() and int(low) <= int(value) <= int(high)
