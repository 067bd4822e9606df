"""What the documents say is so: commands, options, targets, links; and they speak of the project only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from firmware_sim.cli import main as floor
from gateway.cli import main as gateway

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted(file for file in [*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/**/*.md")] if ".venv" not in file.parts)
TEXT_SUFFIXES = {
    ".py", ".md", ".toml", ".lock", ".json", ".service", ".rules", ".conf", ".html", ".css", ".js", ".sql", "",
}  # fmt: skip
SKIPPED = {
    ".git", ".venv", "__pycache__", "build", "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
}  # fmt: skip

# Paths of one machine, hosts of package registries, promises to come.
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|tmp|root|home)/|pypi\.|files\.pythonhosted|\b(?:TODO|FIXME|XXX)\b|coming soon|will be added",
    re.IGNORECASE,
)


def commands(group: click.Command) -> Iterator[tuple[str, click.Command]]:
    assert isinstance(group, click.Group)
    yield from sorted(group.commands.items())


def words_of(command: click.Command) -> Iterator[click.Command]:
    """A command and, when it is a family, those under it."""
    yield command
    if isinstance(command, click.Group):
        yield from command.commands.values()


EVERY_COMMAND = [(group, name, command) for group in (gateway, floor) for name, command in commands(group)]


@pytest.mark.parametrize(("group", "name", "command"), EVERY_COMMAND, ids=str)
def test_every_command_and_option_has_a_help_text(group: click.Group, name: str, command: click.Command) -> None:
    assert command.get_short_help_str() != ""
    for one in words_of(command):
        assert one.get_short_help_str() != "", one.name
        silent = [option.name for option in one.params if isinstance(option, click.Option) and not option.help]
        assert silent == []


@pytest.mark.parametrize("name", [name for name, _ in commands(gateway)])
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"`kanban-gateway {name}\b", README)


def test_every_command_and_option_in_the_readme_exists() -> None:
    unknown = []
    for line in re.findall(r"`kanban-gateway ([a-z][^`]*)`", README):
        name, *_ = line.split()
        command = gateway.commands.get(name)
        params = [one for word in words_of(command) for one in word.params] if command else []
        known = {option for one in params for option in one.opts}
        unknown += [f"{name} {option}" for option in re.findall(r"--[a-z-]+", line) if option not in known]
        unknown += [] if command else [name]
    assert unknown == []


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for file in DOCUMENTS for name in re.findall(r"(?:`|^)make ([a-z-]+)", file.read_text(), re.MULTILINE)
    }  # fmt: skip
    assert named - targets == set()
    assert {"demo", "test"} <= named


def test_the_test_command_of_the_readme_is_what_ci_runs() -> None:
    assert "make test" in README
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_in_a_document_leads_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read_text())
    missing = [link for link in links if "://" not in link and not (file.parent / link).exists()]
    assert missing == []


def test_every_file_and_directory_the_readme_names_exists() -> None:
    named = re.findall(r"`((?:config|systemd|tests|sync|gateway|drivers)/[\w./-]*)`", README)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_file_speaks_of_one_machine_or_of_what_is_to_come() -> None:
    found = []
    for file in _text_files(ROOT):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if file != Path(__file__) and FOREIGN.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_file_holds_both_sides_of_a_merge() -> None:
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in _text_files(ROOT)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if line.startswith(marks)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["cd /work/x", "see (/tmp/a)", "# TODO later", "from https://pypi.org/simple"])
def test_a_foreign_word_would_be_found(line: str) -> None:
    assert FOREIGN.search(line)


@pytest.mark.parametrize("line", ["steps/work/x", "PrivateTmp=yes", "https://erp.example/home/", "network/tmp_path"])
def test_ordinary_text_is_left_alone(line: str) -> None:
    assert not FOREIGN.search(line)


def test_the_licence_is_apache_2_and_said_so_everywhere() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert "Apache-2.0" in README


def test_every_library_is_pinned_to_one_version() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line)] == []
    declared = re.findall(r'^ {4}"([a-z-]+)[>=<",]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in pins}
    assert {"paho-mqtt", "pyserial", "pyzbar", "sqlite-utils", "tenacity"} <= set(declared) & pinned


def _text_files(directory: Path) -> Iterator[Path]:
    for entry in sorted(directory.iterdir()):
        if entry.name in SKIPPED:  # .git may be a file
            continue
        if entry.is_dir() and not entry.name.endswith(".egg-info"):
            yield from _text_files(entry)
        elif entry.is_file() and entry.suffix in TEXT_SUFFIXES and entry.name != ".git":  # a worktree's, not ours
            yield entry
