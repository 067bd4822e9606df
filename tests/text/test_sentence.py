"""Texts for people: every key in every language, with the same arguments, and no text nobody uses."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from gateway.setting_table import StationSettings
from gateway.text import (
    en,
    goods_en,
    goods_zh_cn,
    kanban_en,
    kanban_zh_cn,
    portal_en,
    portal_zh_cn,
    reorder_en,
    reorder_zh_cn,
    zh_cn,
)  # fmt: skip
from gateway.text.sentence import LANGUAGES, Sentence, from_json, render, say, to_json

ROOT = Path(__file__).parents[2]
ENGLISH = LANGUAGES["en"]
# Whoever makes a sentence: by name, where its key stands among the arguments.
SPEAKERS = {"say": 0, "refuse": 0, "already": 0, "ask_for": 1}
NO_ARGUMENTS = {"got", "expected", "task"}  # of refuse


def uses() -> Iterator[tuple[str, str, set[str]]]:
    """(place, key, arguments) of every `say("KEY", …)` in the code."""
    for package in ("gateway", "drivers", "sync"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                    first = node.args[SPEAKERS[node.func.id]]
                    if isinstance(first, ast.Constant):
                        keys = [str(first.value)]
                    elif isinstance(first, ast.IfExp):
                        keys = [str(one.value) for one in (first.body, first.orelse) if isinstance(one, ast.Constant)]
                    else:
                        keys = []
                    names = {one.arg for one in node.keywords if one.arg} - NO_ARGUMENTS
                    for key in keys:
                        yield f"{file.name}:{node.lineno}", key, names


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_key_of_the_code_is_written_and_gets_its_arguments() -> None:
    for place, key, names in uses():
        assert key in ENGLISH, f"{place}: {key} stands in no text file"
        assert places(ENGLISH[key]) == names, f"{place}: {key} has {places(ENGLISH[key])}, is given {names}"


def test_no_text_is_left_behind() -> None:
    by_name = tuple(key for key in ENGLISH if key.startswith(("STATE_", "SLOT_")))
    assert sorted(ENGLISH) == sorted({key for _, key, _ in uses()} | set(by_name))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_says_everything_with_the_same_arguments(language: str) -> None:
    texts = LANGUAGES[language]
    assert sorted(texts) == sorted(ENGLISH)
    for key, text in texts.items():
        assert places(text) == places(ENGLISH[key]), key
        assert text.strip() == text != "", key
        assert len(text) <= 200, key


def test_a_sentence_is_english_and_renders_in_any_language_with_what_it_quotes() -> None:
    late = say("FLOW_TIMED_OUT", asked=say("NOTHING_TO_CANCEL"))
    assert late.startswith("Nobody answered: There is nothing to cancel")
    assert render(late, "zh-CN").startswith("无人回答:此处没有")
    assert render(late, "xx") == render("plain", "zh-CN").replace("plain", str(late))


def test_a_sentence_survives_the_journal() -> None:
    late = say("FLOW_TIMED_OUT", asked=say("NOTHING_TO_CANCEL"))
    again = from_json(json.loads(json.dumps(to_json(late))))
    assert isinstance(again, Sentence)
    assert (again, render(again, "zh-CN")) == (late, render(late, "zh-CN"))
    assert from_json({"key": "OF_A_NEWER_VERSION", "args": {"x": "1"}}) == "OF_A_NEWER_VERSION"
    assert from_json(to_json("no sentence")) == "no sentence"


def test_what_is_scanned_can_neither_format_nor_flood_a_sentence() -> None:
    said = say("FLOW_TIMED_OUT", asked="{0.__class__} {asked}" + "x" * 1000)
    assert "{0.__class__} {asked}" in render(said, "zh-CN")
    assert len(said) < 300
    with pytest.raises(KeyError):
        say("NO_SUCH_KEY")


def test_no_key_is_written_twice() -> None:
    for parts in (
        (en.ENGLISH, kanban_en.KANBAN_ENGLISH, goods_en.GOODS_ENGLISH, portal_en.PORTAL_ENGLISH,
         reorder_en.REORDER_ENGLISH),
        (zh_cn.CHINESE, kanban_zh_cn.KANBAN_CHINESE, goods_zh_cn.GOODS_CHINESE, portal_zh_cn.PORTAL_CHINESE,
         reorder_zh_cn.REORDER_CHINESE),
    ):
        assert len({key for part in parts for key in part}) == sum(map(len, parts))


def test_a_station_may_be_set_to_every_language_there_is() -> None:
    assert get_args(StationSettings.model_fields["language"].annotation) == tuple(LANGUAGES)
