"""Reads a TOML file: its data, where each key stands, and every line that is not TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.mistake import Mistake
from gateway.toml_lines import Path as KeyPath
from gateway.toml_lines import TomlLines

SIZE_LIMIT_BYTES = 1_048_576
SYNTAX_MISTAKE_LIMIT = 20  # a file with more is no TOML at all

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_HINTS = (
    ("Invalid value", "a text stands in quotes; booleans are true and false"),
    ("Expected '='", "a key is followed by = and its value"),
    ("Invalid statement", "a line is [table], [[table]], key = value or # comment"),
    ("Expected newline", "only a # comment may follow a value"),
    ("Cannot overwrite a value", "this key stands in the table already"),
    ("Cannot declare", "this table stands in the file already"),
    ("Unescaped '\\'", "in double quotes a backslash is written \\\\, in single quotes \\"),
    ("Illegal character", "a text ends with the quote it began with, on the same line"),
)


def _first_line(_: KeyPath) -> int:
    return 1


@dataclass(frozen=True, slots=True)
class TomlSource:
    """What could be read. `is_whole` is False when the data says too little to be judged."""

    data: dict[str, Any] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    is_whole: bool = False
    line_of: Callable[[KeyPath], int] = _first_line


def read_toml(file: Path) -> TomlSource:
    """Never raises for what is wrong with the file; that is in `mistakes`."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        return _refused(f"cannot be read ({error.strerror}), expected a readable file")
    if len(raw) > SIZE_LIMIT_BYTES:
        return _refused(f"is larger than {SIZE_LIMIT_BYTES} bytes, expected a configuration file")
    try:
        text = raw.decode("utf-8-sig")  # some editors begin with a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _refused(f"byte 0x{raw[error.start]:02x} is not UTF-8, expected the file saved as UTF-8", line)
    return parse_toml(text.replace("\r\n", "\n"))


def parse_toml(text: str) -> TomlSource:
    """Like `read_toml`. A line that is not TOML is noted and left out, and the rest is read."""
    lines = text.split("\n")
    mistakes: list[Mistake] = []
    while len(mistakes) < SYNTAX_MISTAKE_LIMIT:
        rest = "\n".join(lines)
        try:
            data = tomllib.loads(rest)
            return TomlSource(data, tuple(mistakes), is_whole=True, line_of=TomlLines(rest).line_of)
        except RecursionError:
            return _refused("arrays or tables are nested too deeply to be read")
        except ValueError as error:  # TOMLDecodeError, and what int() says to a number of 5000 digits
            number, mistake = _syntax_mistake(error, lines)
        mistakes.append(mistake)
        # Without its header a table's keys would be judged as keys of the table above.
        if number is None or lines[number - 1].lstrip().startswith("[") or not lines[number - 1]:
            break
        lines[number - 1] = ""
    return TomlSource(mistakes=tuple(mistakes))


def _syntax_mistake(error: ValueError, lines: list[str]) -> tuple[int | None, Mistake]:
    """The line that is wrong (None: cannot be told) and what to say about it."""
    what = str(error)
    position = _POSITION.search(what)
    what = _POSITION.sub("", what)
    hint = next((hint for start, hint in _HINTS if what.startswith(start)), "")
    number = int(position["line"]) if position and position["line"] else None
    if number is not None and number > 1 and not lines[number - 1].strip():
        number -= 1  # the parser noticed at the end of the line before
    text = f"not TOML: {what[:1].lower()}{what[1:]}" + (f"; {hint}" if hint else "")
    return number, Mistake((), text, line=number or len(lines))


def _refused(what: str, line: int = 1) -> TomlSource:
    return TomlSource(mistakes=(Mistake((), what, line=line),))
