"""Where each key stands, in every way TOML allows to write it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.toml_lines import Path, TomlLines

TEXT = '''\
top = 1                      # 1
"quoted key".'other.one' = 2 # 2
[a]
x = "]#[" # 4 a string with brackets
y = \'\'\'
[not.a.table]
\'\'\'
z = """
x = 1 \\""" still inside
"""
after = 1 # 11
[a.b . c]
d = 1 # 13
[[row]]
one = { p = 1, q.r = [ 2,
  3 ] } # 16
[[row.child]]
n = 1 # 18
[[row.child]]
n = 2 # 20
[row.table]
m = 1 # 22
[[row]]
list = [
  "a", # 25

  # a comment with ] and "
  "b", # 28
  { k = 1 }, # 29
]
one = 1 # 31
[[row.child]]
n = 3 # 33
last = """"two quotes""""" # 34
end = 1 # 35
'''

WHERE: list[tuple[Path, int]] = [
    (("top",), 1),
    (("quoted key", "other.one"), 2),
    (("a",), 3),
    (("a", "x"), 4),
    (("a", "y"), 5),
    (("a", "after"), 11),
    (("a", "b", "c"), 12),
    (("a", "b", "c", "d"), 13),
    (("row", 0), 14),
    (("row", 0, "one", "p"), 15),
    (("row", 0, "one", "q", "r", 0), 15),
    (("row", 0, "one", "q", "r", 1), 16),
    (("row", 0, "child", 0, "n"), 18),
    (("row", 0, "child", 1, "n"), 20),
    (("row", 0, "table", "m"), 22),
    (("row", 1), 23),
    (("row", 1, "list", 0), 25),
    (("row", 1, "list", 1), 28),
    (("row", 1, "list", 2, "k"), 29),
    (("row", 1, "one"), 31),
    (("row", 1, "child", 0, "n"), 33),
    (("row", 1, "child", 0, "end"), 35),
]


def test_the_example_is_toml() -> None:
    assert tomllib.loads(TEXT)["row"][1]["child"][0]["end"] == 1


@pytest.mark.parametrize(("path", "line"), WHERE, ids=str)
def test_a_key_is_found_on_its_line(path: Path, line: int) -> None:
    assert TomlLines(TEXT).line_of(path) == line


def test_a_key_that_is_not_there_is_placed_at_its_table() -> None:
    assert TomlLines(TEXT).line_of(("row", 1, "child", 0, "missing", 3)) == 32
    assert TomlLines(TEXT).line_of(("nowhere", 1)) == 1


KEYS = st.sampled_from(["a", "b", "c", "d-1", "e e", "f.f", '"', "#", "键"])
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def render(value: Any, between: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        return f"[{between}" + f",{between}".join(render(one, between) for one in value) + f"{between}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quote(key)} = {render(one, between)}" for key, one in value.items()) + "}"
    return str(value)


def quote(text: str) -> str:
    escaped = "".join(f"\\U{ord(one):08X}" if one in '"\\' or not one.isprintable() else one for one in text)
    return f'"{escaped}"'


def paths(value: Any, path: Path) -> list[Path]:
    inside: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [path, *(deep for part, one in inside for deep in paths(one, (*path, part)))]


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), st.sampled_from(["", "\n", " # x ] } \n"]))
def test_every_key_of_any_document_is_found_between_its_neighbours(data: dict[str, Any], between: str) -> None:
    text, first = "", {}
    for key, value in data.items():
        first[key] = text.count("\n") + 1
        text += f"{quote(key)} = {render(value, between)}\n"
    assert tomllib.loads(text) == data
    lines = TomlLines(text)
    ends = [*list(first.values())[1:], text.count("\n") + 1]
    for (key, begin), end in zip(first.items(), ends, strict=True):
        assert lines.line_of((key,)) == begin
        assert all(begin <= lines.line_of(path) < end and path in lines for path in paths(data[key], (key,)))
