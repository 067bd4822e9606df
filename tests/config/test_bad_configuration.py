"""Every mistake in gateway.toml is reported at its line, by its key, and all of them at once (F19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.settings import load_settings
from tests.config.bad_case import BAD, GOOD, MARK


def mistakes_in(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    return caught.value.mistakes


def test_the_file_the_cases_start_from_is_good(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(GOOD)
    assert load_settings(file).gateway.id == "L3-07"


@pytest.mark.figure("F19")
@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_reported_alone_at_its_line_and_key(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    assert GOOD.count(bad.old) == 1
    text = GOOD.replace(bad.old, bad.new)
    [line] = [number for number, one in enumerate(text.split("\n"), 1) if MARK in one]
    [mistake] = mistakes_in(tmp_path / "gateway.toml", text)
    where = f"{tmp_path}/gateway.toml:{line}: {bad.key}{': ' if bad.key else ''}"
    assert mistake.startswith(where)
    assert bad.says in mistake
    assert "hunter2" not in mistake


@pytest.mark.figure("F19")
def test_there_are_at_least_sixty_cases() -> None:
    assert len(BAD) >= 60
