"""One mistake in a configuration file, in words a person can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gateway.setting_tree import Found, find
from gateway.toml_lines import Path

SHOWN_CHARACTERS = 60  # of a wrong value

_SECRET_NAME = re.compile(
    r"(^|.*[_-])(password|passwd|passphrase|pwd|secret|token|pin|api_?key|private_?key|credentials?)$", re.IGNORECASE
)
_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$": "1 to 32 of A-Z a-z 0-9 . _ - beginning with a letter or digit",
    r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$": "the name of a credential: up to 64 of A-Z a-z 0-9 . _ -",
    r"^[a-z0-9-]{1,16}$": "1 to 16 of a-z 0-9 -",
    r"^\S(.*\S)?$": "a text without space at its ends",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}/[0-9]{1,2}$": "reader/number, such as door-1/2",
    r"^/": "an absolute path",
    r"^(/.+|id:[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?|usb-port:\d+-\d+(\.\d+)*)$": (
        "an absolute path, id:VENDOR:PRODUCT (four hexadecimal digits each), id:VENDOR:PRODUCT:SERIAL or usb-port:1-1.4"
    ),
    r"^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$": "VENDOR:PRODUCT, four hexadecimal digits each, such as 05e0:1200",
    r"^\$(\.[^.\[\]]+|\[\d{1,4}\])+$": "a path into the JSON body such as $.button or $.events[0].type",
    r"^(/[A-Za-z0-9._-]+)+$": "a path such as /press",
}
_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "tuple_type": "an array: [ ... ]",
    "list_type": "an array: [ ... ]",
    "path_type": "a path in quotes",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} or fewer characters",
}
_BOUNDS = {
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt}",
    "less_than_equal": "{le} or less",
    "less_than": "less than {lt}",
}
_KINDS: dict[Any, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    tuple: "an array: [ ... ]",
}
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Mistake:
    """`path` is the key concerned; `line` is set where the text itself, not a key, is wrong."""

    path: Path
    text: str
    line: int | None = None
    is_missing: bool = False  # something that should be there is not

    @property
    def message(self) -> str:
        return f"{show_path(self.path)}: {self.text}" if self.path else self.text

    @property
    def place(self) -> tuple[Path, int | None]:
        """Two mistakes at one place are one for the reader."""
        return self.path, self.line


def show_path(path: Path) -> str:
    """`device[1].baud` for `("device", 1, "baud")`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def suggest(wrong: object, names: Sequence[str]) -> str:
    """`, did you mean 'baud'?` or nothing."""
    word = str(wrong).lower()
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(word, by_lower, n=3, cutoff=0.65)
    close.sort(key=lambda name: sorted(name) != sorted(word))  # swapped letters are the likeliest slip
    return f", did you mean '{by_lower[close[0]]}'?" if close else ""


def explain(detail: ErrorDetails, root: type[BaseModel]) -> Mistake:
    """A mistake for one of pydantic's error details on `root`."""
    found = find(root, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return Mistake(found.path, f"missing{_expected_sentence(found.field)}", is_missing=True)
    if kind == "extra_forbidden":
        return Mistake(found.path, _explain_unknown(found, root))
    if kind == "union_tag_not_found":
        return Mistake((*found.path, "type"), f"missing, expected the kind of {found.path[0]}", is_missing=True)
    if kind == "union_tag_invalid":
        return Mistake((*found.path, "type"), _explain_choice(context["tag"], str(context["expected_tags"])))
    if kind in ("literal_error", "enum"):
        return Mistake(found.path, _explain_choice(detail["input"], str(context["expected"])))
    if kind in ("too_short", "too_long"):
        return Mistake(found.path, _explain_count(len(detail["input"]), context))
    value = detail["input"]
    if kind == "value_error":  # our own validators say what they expect
        wrong = "" if isinstance(value, dict) else f"{_show(value, found.path)} is not possible: "
        return Mistake(found.path, f"{wrong}{context['error']}")
    return Mistake(found.path, f"{_show(value, found.path)} {_explain_value(kind, context, found)}")


def is_echo(detail: ErrorDetails) -> bool:
    """Whether this only repeats that elements are wrong: pydantic counts the right ones and finds too few."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _explain_unknown(found: Found, root: type[BaseModel]) -> str:
    key = str(found.path[-1])
    if _SECRET_NAME.match(key):
        names = [name for name in found.siblings if name.endswith("_credential")]
        name = next((name for name in names if name.startswith(key)), names[0] if names else "")
        where = f" and name it with '{name}'" if name else ""
        return f"a secret must not stand in this file; put it into a credential{where}, expected no such key"
    near = suggest(key, found.siblings)
    if near:
        return f"unknown key{near}"
    tables = [table for table in find(root, ("?",)).siblings if key in find(root, (table, "?")).siblings]
    elsewhere = f" ('{key}' belongs to [{tables[0]}])" if tables else ""
    return f"unknown key{elsewhere}, expected one of {', '.join(sorted(found.siblings))}"


def _explain_choice(value: object, choices: str) -> str:
    return f"{_show(value)} is not possible, expected {choices}{suggest(value, _QUOTED.findall(choices))}"


def _explain_count(count: int, context: dict[str, Any]) -> str:
    limit = f"{context['min_length']} or more" if "min_length" in context else f"{context['max_length']} or fewer"
    return f"has {count} entries, expected {limit}"


def _explain_value(kind: str, context: dict[str, Any], found: Found) -> str:
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"is not possible, expected {_PATTERNS.get(pattern, f'a text that fits {pattern}')}"
    if kind in _BOUNDS:
        return f"is out of range, expected {found.bounds or _BOUNDS[kind].format(**context)}"
    expected = _TYPES.get(kind, f"something else ({kind.replace('_', ' ')})").format(**context)
    bounds = f" from {found.bounds}" if kind.startswith("int_") and found.bounds else ""
    return f"is not possible, expected {expected}{bounds}"


def _expected_sentence(field: FieldInfo | None) -> str:
    if field is None:
        return ", expected a value"
    if field.description:
        return f", expected: {field.description}"
    return f", expected {_KINDS.get(get_origin(field.annotation) or field.annotation, 'a value')}"


def _show(value: object, path: Path = ()) -> str:
    """The value as it stands in TOML, shortened; never anything that may be a secret or a login."""
    if isinstance(value, dict):
        return "a table or a date"
    text = json.dumps(value, ensure_ascii=False, default=str)
    is_private = any(isinstance(part, str) and _SECRET_NAME.match(part) for part in path)
    if is_private or "@" in text or "-----BEGIN" in text:
        return "this value"
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
