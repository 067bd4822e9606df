"""GS1 Digital Link URIs: keys in the path, further identifiers in the query (GS1 Digital Link: URI syntax 1.6)."""

from __future__ import annotations

import re

from gateway.codes.checkdigit import is_digits
from gateway.codes.gs1_message import ELEMENT_LIMIT, Split
from gateway.codes.gs1_table import IDENTIFIERS, Identifier
from gateway.parsed import Element, Flaw

# What may stand in a URI at all (RFC 3986), and before the first slash of the path.
_URI = re.compile(r"https?://([A-Za-z0-9.:\[\]_~-]+)/([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
# Words that older URIs have in place of the identifier; deprecated since 1.3, still on labels.
_WORDS = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "shipTo": "410", "billTo": "411",
    "purchasedFrom": "412", "shipFor": "413", "gln": "414", "payTo": "415", "glnProd": "416", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003",
    "giai": "8004", "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|%")


def is_web_address(text: str) -> bool:
    """Whether a text is meant as a URI of the web."""
    return text[:8].lower().startswith(("http://", "https://"))


def split_link(text: str) -> Split:
    """The elements of a Digital Link, keys first; a flaw when it is none."""
    match = _URI.fullmatch(text) if _CHARACTERS.fullmatch(text) else None
    if match is None:
        return (), _no_link("it is no URI")
    path = match[2].split("/")
    start = _key_at(path)
    if start is None:
        return (), _no_link("there is no GS1 key in its path")
    elements, flaw = _from_path(path[start:])
    if flaw is None:
        more, flaw = _from_query(match[3] or "", elements)
        elements += more
    if flaw is None and len(elements) > ELEMENT_LIMIT:
        flaw = _no_link(f"it has more than {ELEMENT_LIMIT} identifiers")
    return elements[:ELEMENT_LIMIT], flaw


def _key_at(path: list[str]) -> int | None:
    """Where the key stands: behind any number of other steps come pairs of identifier and value."""
    for place in range(len(path) - 2, -1, -2):
        identifier = _identifier(path[place])
        if identifier is None:
            return None
        if identifier.qualifiers is not None:
            return place
    return None


def _from_path(path: list[str]) -> Split:
    elements: list[Element] = []
    ways: tuple[tuple[str, ...], ...] = ()
    for word, escaped in zip(path[::2], path[1::2], strict=False):
        identifier, value = _identifier(word), _unescaped(escaped)
        if identifier is None or value is None:
            return tuple(elements), _no_link(f"{word[:20]!r} with {escaped[:40]!r} is no element")
        if not elements:
            ways = identifier.qualifiers or ()
            value = _padded(identifier, value)
        elif not (ways := _behind(ways, identifier.ai)):
            text = f"({identifier.ai}) must not stand there: ({elements[0].id}) has other qualifiers or another order"
            return tuple(elements), _no_link(text)
        elements.append(Element(identifier.ai, value))
    return tuple(elements), None


def _behind(ways: tuple[tuple[str, ...], ...], ai: str) -> tuple[tuple[str, ...], ...]:
    """What may still follow once this qualifier stood there; nothing when it must not stand there."""
    return tuple((*way[way.index(ai) + 1 :], "") for way in ways if ai in way)


def _from_query(query: str, in_path: tuple[Element, ...]) -> Split:
    """Attributes that are application identifiers; other words belong to the web site and say nothing of goods."""
    elements: list[Element] = []
    present = {element.id for element in in_path}
    qualifiers = {ai for way in IDENTIFIERS[in_path[0].id].qualifiers or () for ai in way}
    for pair in query.replace(";", "&").split("&"):
        word, _, escaped = pair.partition("=")
        if not is_digits(word):
            continue
        value = _unescaped(escaped)
        if word not in IDENTIFIERS or not value:
            return tuple(elements), _no_link(f"{word[:20]!r} with {escaped[:40]!r} is no element")
        if word in present:
            return tuple(elements), _no_link(f"({word}) stands in it twice")
        if word in qualifiers:
            return tuple(elements), _no_link(f"({word}) qualifies ({in_path[0].id}) and belongs in the path")
        present.add(word)
        elements.append(Element(word, value))
        if len(elements) > ELEMENT_LIMIT:
            break
    return tuple(elements), None


def _identifier(word: str) -> Identifier | None:
    return IDENTIFIERS.get(_WORDS.get(word, word))


def _padded(identifier: Identifier, value: str) -> str:
    """A GTIN in the path may leave its leading zeros away."""
    return value.zfill(14) if identifier.ai == "01" and is_digits(value) and len(value) in (8, 12, 13) else value


def _unescaped(text: str) -> str | None:
    """Percent-escapes undone; None when one is broken or makes anything but a printable ASCII character."""
    if any(match[1] is None or not 0x20 < int(match[1], 16) < 0x7F for match in _ESCAPE.finditer(text)):
        return None
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _no_link(why: str) -> Flaw:
    text = f"This web address is no GS1 Digital Link: {why}."
    return Flaw("NO_DIGITAL_LINK", text, why[:80], "https://…/01/<GTIN>… or another GS1 key")
