"""Which line of a TOML text each key stands on; the standard parser does not tell.

Only for text that `tomllib` has accepted: the scanner skips values, it does not judge them.
"""

from __future__ import annotations

import tomllib

Path = tuple[str | int, ...]  # ("device", 1, "baud"): keys by name, array elements by position


class TomlLines:
    """Line numbers (from 1) of every table header, key and array element of a text."""

    def __init__(self, text: str) -> None:
        self._lines = _Scanner(text).scan()

    def __contains__(self, path: Path) -> bool:
        return path in self._lines

    def line_of(self, path: Path) -> int:
        """Where `path` stands, or else the nearest enclosing table; 1 when nothing encloses it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


class _Scanner:
    """One pass over the text. `_here` is the table that key lines belong to."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._here: Path = ()
        self._lines: dict[Path, int] = {}
        self._lengths: dict[Path, int] = {}  # arrays of tables and how many elements they have so far

    def scan(self) -> dict[Path, int]:
        while self._skip_space():
            if self._text.startswith("[[", self._at):
                self._array_header()
            elif self._text[self._at] == "[":
                self._table_header()
            else:
                self._pair(self._here)
        return self._lines

    def _array_header(self) -> None:
        self._move(2)
        *parents, last = self._key("]")
        self._move(2)
        array = (*self._inside(parents), last)
        position = self._lengths.get(array, 0)
        self._lengths[array] = position + 1
        self._here = (*array, position)
        self._note(array)
        self._note(self._here)

    def _table_header(self) -> None:
        self._move(1)
        self._here = self._inside(self._key("]"))
        self._move(1)
        self._note(self._here)

    def _inside(self, names: list[str]) -> Path:
        """The path of a header: a name that is an array of tables means its latest element."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        path = table
        line = self._line
        for name in self._key("="):
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._move(1)
        self._value(path)

    def _key(self, end: str) -> list[str]:
        """The parts of a dotted key, up to (not including) the character `end`."""
        names = []
        while self._skip_space() and self._text[self._at] != end:
            if self._text[self._at] == ".":
                self._move(1)
                continue
            start = self._at
            if self._text[start] in "\"'":
                self._string()
                names.append(_unquote(self._text[start : self._at]))
                continue
            while self._at < len(self._text) and self._text[self._at] not in " \t.\"'" + end:
                self._at += 1
            names.append(self._text[start : self._at])
        return names

    def _value(self, path: Path) -> None:
        self._skip_space()
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self._at < len(self._text) and self._text[self._at] not in ",]}#\r\n":
                self._at += 1

    def _array(self, path: Path) -> None:
        self._move(1)
        position = 0
        while self._skip_space() and self._text[self._at] != "]":
            if self._text[self._at] == ",":
                self._move(1)
                continue
            self._note((*path, position))
            self._value((*path, position))
            position += 1
        self._move(1)

    def _inline_table(self, path: Path) -> None:
        self._move(1)
        while self._skip_space() and self._text[self._at] != "}":
            if self._text[self._at] == ",":
                self._move(1)
                continue
            self._pair(path)
        self._move(1)

    def _string(self) -> None:
        quote = self._text[self._at]
        long = quote * 3
        is_long = self._text.startswith(long, self._at)
        end = long if is_long else quote
        self._move(len(end))
        while not self._text.startswith(end, self._at):
            self._move(2 if quote == '"' and self._text[self._at] == "\\" else 1)
        self._move(len(end))
        while is_long and self._text.startswith(quote, self._at):  # up to two quotes may precede the end
            self._move(1)

    def _skip_space(self) -> bool:
        """Go to the next character that means something; False at the end of the text."""
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif character in " \t\r\n":
                self._move(1)
            else:
                return True
        return False

    def _move(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _note(self, path: Path) -> None:
        self._lines.setdefault(path, self._line)


def _unquote(source: str) -> str:
    [name] = tomllib.loads(f"{source} = 0")
    return name
