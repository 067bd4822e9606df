"""The configuration files we ship are valid and complete, and the schema is the one of this code."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from drivers.base import DeviceType
from drivers.output_base import OutputType
from drivers.output_registry import OUTPUT_TYPES
from drivers.registry import DEVICE_TYPES
from gateway.rule_file import load_rules
from gateway.setting_tree import keys_of, models_in
from gateway.settings import Settings, load_settings, settings_schema

CONFIG = Path(__file__).parents[2] / "config"
RULES = CONFIG / "rules.toml"
SAMPLES = sorted(file for file in CONFIG.rglob("*.toml") if file != RULES)

KINDS: dict[str, tuple[DeviceType | OutputType, ...]] = {"device": DEVICE_TYPES, "output": OUTPUT_TYPES}

_SWITCHED_OFF = re.compile(r"^#(?=[a-z_]+ = )", re.MULTILINE)


def tables() -> Iterator[tuple[str, type[BaseModel], dict[str, Any], dict[str, Any]]]:
    """(name, model, as it stands, with every commented key switched on) of each table in gateway.toml."""
    text = (CONFIG / "gateway.toml").read_text()
    plain, full = tomllib.loads(text), tomllib.loads(_SWITCHED_OFF.sub("", text))
    for key, field in keys_of(Settings):
        if key in KINDS:
            for kind in KINDS[key]:
                [number] = [number for number, row in enumerate(full[key]) if row["type"] == kind.name]
                yield from _inside(f"{key} {kind.name}", kind.settings, plain[key][number], full[key][number])
        elif key in ("station", "template", "portal"):
            together = {name: value for row in full[key] for name, value in row.items()}
            yield from _inside(key, models_in(field.annotation)[0], together, together)
        else:
            yield from _inside(key, models_in(field.annotation)[0], plain.get(key, {}), full[key])


def _inside(
    name: str, model: type[BaseModel], plain: dict[str, Any], full: dict[str, Any]
) -> Iterator[tuple[str, type[BaseModel], dict[str, Any], dict[str, Any]]]:
    yield name, model, plain, full
    for key, field in keys_of(model):
        for inner in models_in(field.annotation):
            row, other = full.get(key, {}), plain.get(key, {})
            if isinstance(row, list):
                rows = (row, other or row)  # a list that is switched off as a whole hides no defaults
                row, other = ({name: value for one in part for name, value in one.items()} for part in rows)
            yield from _inside(f"{name}.{key}", inner, other, row)


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_a_sample_is_valid_as_it_is(file: Path) -> None:
    assert load_settings(file).stations != ()


def test_gateway_toml_with_every_option_switched_on_is_valid_too(tmp_path: Path) -> None:
    text = _SWITCHED_OFF.sub("", (CONFIG / "gateway.toml").read_text())
    (tmp_path / "gateway.toml").write_text(text)
    assert load_settings(tmp_path / "gateway.toml").cards.patterns != ()


def test_gateway_toml_shows_every_option() -> None:
    missing = [
        f"{name}.{key}" for name, model, _, full in tables() for key, _ in keys_of(model) if key not in full
    ]  # fmt: skip
    assert missing == []


def test_a_commented_option_shows_its_default_or_an_example_where_there_is_none() -> None:
    wrong = [
        f"{name}.{key} shows {full[key]!r}, the default is {field.default!r}"
        for name, model, plain, full in tables()
        for key, field in keys_of(model)
        if key in full and key not in plain and not _is_shown(field, full[key])
    ]
    assert wrong == []


def _is_shown(field: FieldInfo, value: Any) -> bool:
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    return bool(value == default) or default in ("", None, [])


@pytest.mark.parametrize("kind", DEVICE_TYPES, ids=lambda kind: kind.name)
def test_every_device_type_has_a_sample_of_its_name(kind: Any) -> None:
    settings = load_settings(CONFIG / "devices" / f"{kind.name}.toml")
    assert [type(device) for device in settings.devices] == [kind.settings]


@pytest.mark.parametrize("kind", OUTPUT_TYPES, ids=lambda kind: kind.name)
def test_every_output_type_has_a_sample_of_its_name(kind: Any) -> None:
    settings = load_settings(CONFIG / "outputs" / f"{kind.name}.toml")
    assert [type(output) for output in settings.outputs] == [kind.settings]


def test_the_published_schema_is_the_one_of_this_code() -> None:
    stored = json.loads((CONFIG / "gateway.schema.json").read_text())
    assert stored == settings_schema(), "run `make schema`"


def test_the_sample_of_rules_is_valid_and_shows_every_way_of_writing_one() -> None:
    rules = load_rules(RULES).rules.rules
    assert {bool(one.overrides) for one in rules} == {one.schedule is None for one in rules} == {True, False}
    assert any(one.when for one in rules)
    assert {one.mode for one in rules} == {"live", "shadow"}
