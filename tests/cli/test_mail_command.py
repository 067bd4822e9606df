"""`export --unsynced --sealed` and `import`: what is wrong with file, passphrase or place is said."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway import seal
from gateway.cli import main
from tests.cli.test_store_commands import _CONFIG
from tests.store.rig import Rig

WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "_COST", 2**14)


def _box(directory: Path, gateway: str = "G1", extra: str = "") -> Path:
    directory.mkdir()
    config = directory / "gateway.toml"
    config.write_text(_CONFIG.replace('id = "G1"', f'id = "{gateway}"{extra}', 1))
    (directory / "credentials").mkdir(mode=0o700)
    key = directory / "credentials" / "travel"
    key.write_text(WORDS)
    key.chmod(0o600)
    return config


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    config = _box(tmp_path / "dead")
    rig = Rig(tmp_path / "dead" / "data")
    rig.scan("K-1", "K-2")
    rig.close()
    return config


def run(config: Path, *arguments: str, words: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)], input=words or None)


def sealed(config: Path, target: Path) -> Path:
    result = run(config, "export", "--unsynced", "--sealed", str(target), "--passphrase-credential", "travel")
    assert (result.exit_code, "2 events sealed" in result.output) == (0, True), result.output
    return target


def test_it_travels_with_a_passphrase_that_is_typed(dead: Path, tmp_path: Path) -> None:
    target = tmp_path / "travel"
    assert run(dead, "export", "--unsynced", "--sealed", str(target), words=f"{WORDS}\n{WORDS}\n").exit_code == 0
    new = _box(tmp_path / "new", "G2")
    result = run(new, "import", str(target), words=f"{WORDS}\n")
    assert "2 events of gateway G1 taken over" in result.output
    assert "2 were here already" in run(new, "import", str(target), words=f"{WORDS}\n").output
    assert run(new, "verify").exit_code == run(new, "rebuild").exit_code == 0


def test_the_passphrase_must_be_typed_alike_and_be_long_enough(dead: Path, tmp_path: Path) -> None:
    target = tmp_path / "travel"
    assert "do not match" in run(dead, "export", "--unsynced", "--sealed", str(target), words="a\nb\n").output
    result = run(dead, "export", "--unsynced", "--sealed", str(target), words="short\nshort\n")
    assert (result.exit_code, "expected 12 to 1024" in result.output) == (1, True)
    assert list(tmp_path.glob("travel*")) == []


def test_nothing_is_overwritten(dead: Path, tmp_path: Path) -> None:
    target = sealed(dead, tmp_path / "travel")
    before = target.read_bytes()
    result = run(dead, "export", "--unsynced", "--sealed", str(target), "--passphrase-credential", "travel")
    assert (result.exit_code, "exists already" in result.output) == (1, True)
    assert target.read_bytes() == before


@pytest.mark.parametrize("options", [("--unsynced",), ("--sealed", "x")])
def test_both_options_belong_together(dead: Path, options: tuple[str, ...]) -> None:
    result = run(dead, "export", *options)
    assert (result.exit_code, "belong together" in result.output) == (2, True)


def test_a_wrong_passphrase_or_a_broken_file_costs_nothing(dead: Path, tmp_path: Path) -> None:
    target, new = sealed(dead, tmp_path / "travel"), _box(tmp_path / "new", "G2")
    content = target.read_bytes()
    assert "not the one this file was sealed with" in run(new, "import", str(target), words="another one\n").output
    flipped = content[:-30] + bytes([content[-30] ^ 1]) + content[-29:]
    for damaged in (content[:-20], content[:-1], content[:400], flipped):
        target.write_bytes(damaged)
        result = run(new, "import", str(target), words=f"{WORDS}\n")
        assert (result.exit_code, "chunk 0" in result.output) == (1, True), result.output
    assert not (tmp_path / "new" / "data").exists()
    target.write_bytes(content)
    assert "2 events" in run(new, "import", str(target), words=f"{WORDS}\n").output


def test_another_site_or_environment_is_refused(dead: Path, tmp_path: Path) -> None:
    target, new = sealed(dead, tmp_path / "travel"), _box(tmp_path / "new", "G2", '\nenv = "test"')
    result = run(new, "import", str(target), "--passphrase-credential", "travel")
    assert (result.exit_code, "expected 'P1' and 'test'" in result.output) == (1, True)


def test_the_gateway_must_be_stopped(dead: Path, tmp_path: Path) -> None:
    target, new = sealed(dead, tmp_path / "travel"), _box(tmp_path / "new", "G2")
    data = tmp_path / "new" / "data"
    data.mkdir()
    with (data / "gateway.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run(new, "import", str(target), "--passphrase-credential", "travel")
    assert (result.exit_code, "in use by process" in result.output) == (1, True)


def test_a_store_that_does_not_exist_has_nothing_to_seal(tmp_path: Path) -> None:
    config = _box(tmp_path / "none")
    result = run(config, "export", "--unsynced", "--sealed", str(tmp_path / "x"), "--passphrase-credential", "travel")
    assert (result.exit_code, "there is no store" in result.output) == (1, True)
