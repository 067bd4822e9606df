"""URIs in EPCIS documents: what each may name, and its canonical GS1 Digital Link (CBV 2.0 section 8)."""

from __future__ import annotations

import re
from enum import Enum

from gateway.codes.checkdigit import check_digit, has_check_digit
from gateway.codes.epc.charset import escape
from gateway.codes.epc.epc import parse_uri

LINK = "https://id.gs1.org"
URI_LIMIT = 500  # characters; what is longer is nothing that a repository could index


class Names(Enum):
    """What a URI may name."""

    INSTANCE = "one object: urn:epc:id:…, a Digital Link with a serial number, https://…/obj/… or urn:uuid:…"
    CLASS = "a class of objects: urn:epc:class:lgtin:…, urn:epc:idpat:sgtin:…*, a Digital Link, https://…/class/…"
    PLACE = "a place: urn:epc:id:sgln:…, a Digital Link with 414, geo:…, https://…/loc/…"
    TRANSACTION = "a business transaction: urn:epcglobal:cbv:bt:<GLN>:…, a GDTI, https://…/bt/…"
    NOTHING = "nothing that CBV 2.0 knows"


_WEB = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)(\?\S*)?", re.ASCII)
_KEY = re.compile(r"/(00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018)/([^/]+)((?:/[0-9]{2,4}/[^/]+)*)$")
_LGTIN = re.compile(r"urn:epc:class:lgtin:([0-9]{6,12})\.([0-9]{1,7})\.(\S+)", re.ASCII)
_PATTERN = re.compile(r"urn:epc:idpat:sgtin:([0-9]{6,12})\.([0-9]{1,7})\.\*", re.ASCII)
_LEGACY = re.compile(r"urn:epcglobal:cbv:bt:([0-9]{13}):([A-Za-z0-9%._~-]+)", re.ASCII)
_PRIVATE = re.compile(r"/(obj|class|loc|bt)/[^/]+$")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_GEO = re.compile(r"geo:-?[0-9.]+,-?[0-9.]+(,-?[0-9.]+)?(;\S+)?", re.ASCII)

# Qualifiers that belong to the finest level of a key, in their order (CBV 2.0, hash algorithm, rule 18).
_FINEST = {"01": ("21", "10", "235"), "414": ("254",), "8006": ("21", "10"), "8010": ("8011",)}
_LENGTHS = {"00": 18, "01": 14, "414": 13, "417": 13, "8017": 18, "8018": 18}  # keys that are digits with a check digit
_OF_KEY = {"414": Names.PLACE, "253": Names.TRANSACTION}
_ALWAYS_INSTANCE = frozenset(("00", "8004", "8017", "8018", "401", "402", "417", "253", "414"))
_SERIAL_BEHIND = {"8003": 14, "255": 13}  # digits before the serial number
_SERIAL_BESIDE = {"01": ("21", "235"), "8006": ("21",), "8010": ("8011",)}
_PRIVATE_NAMES = {"obj": Names.INSTANCE, "class": Names.CLASS, "loc": Names.PLACE, "bt": Names.TRANSACTION}


def named_by(uri: str) -> frozenset[Names]:
    """What a URI may name, empty when it is no URI that CBV 2.0 allows."""
    if not uri.isascii() or len(uri) > URI_LIMIT:
        return frozenset()
    if uri.startswith("urn:epc:id:"):
        return _of_identity(uri)
    if _LGTIN.fullmatch(uri) or _PATTERN.fullmatch(uri):
        return frozenset({Names.CLASS}) if canonical(uri) != uri else frozenset()
    if legacy := _LEGACY.fullmatch(uri):
        return frozenset({Names.TRANSACTION}) if has_check_digit(legacy[1]) else frozenset()
    if _UUID.fullmatch(uri):
        return frozenset({Names.INSTANCE})
    if _GEO.fullmatch(uri):
        return frozenset({Names.PLACE})
    return _of_web(uri)


def canonical(uri: str) -> str:
    """The constrained canonical Digital Link of a URI with a GS1 key, any other URI as it is."""
    if uri.startswith("urn:epc:id:"):
        keys = parse_uri(uri).keys
        return _link([(ai, value) for ai, value in keys]) if keys else uri
    if found := _LGTIN.fullmatch(uri):
        gtin = _gtin(found[1], found[2])
        return f"{LINK}/01/{gtin}/10/{_more_escaped(found[3])}" if gtin else uri
    if found := _PATTERN.fullmatch(uri):
        gtin = _gtin(found[1], found[2])
        return f"{LINK}/01/{gtin}" if gtin else uri
    web = _WEB.fullmatch(uri)
    key = _KEY.search(web[1]) if web else None
    return _finest(key) if key else uri


def link(*pairs: tuple[str, str]) -> str:
    """A Digital Link of application identifiers and values."""
    return _link(list(pairs))


def escaped(text: str) -> str:
    """One segment of a private URI."""
    plain = "-._~"
    return "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in plain) else f"%{byte:02X}"
        for byte in text.encode()
    )


def _of_identity(uri: str) -> frozenset[Names]:
    epc = parse_uri(uri)
    if epc.why_not is not None:
        return frozenset()
    found = {Names.INSTANCE}
    found |= {Names.PLACE} if epc.family == "sgln" else set()
    found |= {Names.TRANSACTION} if epc.family == "gdti" else set()
    return frozenset(found)


def _of_web(uri: str) -> frozenset[Names]:
    web = _WEB.fullmatch(uri)
    if web is None:
        return frozenset()
    if private := _PRIVATE.search(web[1]):
        return frozenset({_PRIVATE_NAMES[private[1]]})
    key = _KEY.search(web[1])
    if key is None or not _is_key(key[1], key[2]):
        return frozenset()
    ai, qualifiers = key[1], key[3].split("/")[1::2]
    is_one = ai in _ALWAYS_INSTANCE or any(one in qualifiers for one in _SERIAL_BESIDE.get(ai, ()))
    is_one = is_one or len(key[2]) > _SERIAL_BEHIND.get(ai, len(key[2]))
    found = {Names.INSTANCE if is_one else Names.CLASS}
    return frozenset(found | ({_OF_KEY[ai]} if ai in _OF_KEY else set()))


def _is_key(ai: str, value: str) -> bool:
    length = _LENGTHS.get(ai)
    return length is None or (len(value) == length and has_check_digit(value))


def _finest(key: re.Match[str]) -> str:
    parts = key[3].split("/")[1:]
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    for qualifier in _FINEST.get(key[1], ()):
        if qualifier in told:
            return f"{LINK}/{key[1]}/{key[2]}/{qualifier}/{told[qualifier]}"
    return f"{LINK}/{key[1]}/{key[2]}"


def _link(pairs: list[tuple[str, str]]) -> str:
    return LINK + "".join(f"/{ai}/{_more_escaped(escape(value))}" for ai, value in pairs)


def _more_escaped(text: str) -> str:
    """What a Digital Link wants escaped beyond what a URN does (Digital Link URI syntax, table 7-1)."""
    return "".join(f"%{ord(char):02X}" if char in "!()*+,:" else char for char in text)


def _gtin(prefix: str, reference: str) -> str:
    if len(prefix) + len(reference) != 13:
        return ""
    bare = reference[0] + prefix + reference[1:]
    return bare + check_digit(bare)
