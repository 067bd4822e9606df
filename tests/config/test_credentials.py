"""Secrets come from systemd or from private files, by name, and from nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.credentials import SIZE_LIMIT_BYTES, CredentialStore, read_credential
from gateway.errors import ConfigError


@pytest.fixture(autouse=True)
def _outside_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def private_file(config_dir: Path, name: str, content: bytes, mode: int = 0o600) -> Path:
    file = config_dir / "credentials" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_private_file_beside_the_configuration_is_read(tmp_path: Path) -> None:
    file = private_file(tmp_path, "mqtt-password", b"hunter2\n")
    assert read_credential("mqtt-password", tmp_path) == b"hunter2\n"
    assert CredentialStore(tmp_path).text("mqtt-password") == "hunter2"
    assert CredentialStore(tmp_path).path("mqtt-password") == file


def test_a_credential_given_by_systemd_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_file(tmp_path, "pw", b"from the file")
    given = tmp_path / "given"
    given.mkdir()
    (given / "pw").write_bytes(b"from systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert read_credential("pw", tmp_path) == b"from systemd"


def test_what_systemd_does_not_give_may_still_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_file(tmp_path, "pw", b"from the file")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    assert read_credential("pw", tmp_path) == b"from the file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    file = private_file(tmp_path, "pw", b"x", mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o}, expected 0600; run chmod 600 {file}"):
        read_credential("pw", tmp_path)


def test_a_missing_credential_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"LoadCredential=pw:… in the unit or a file .*/credentials/pw of mode 0600"):
        read_credential("pw", tmp_path)


@pytest.mark.parametrize("name", ["../gateway.toml", "/etc/passwd", "", ".", "..", "a/b", "a\0b", "-x", "x" * 65])
def test_a_name_cannot_lead_out_of_the_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="expected a name of up to 64"):
        read_credential(name, tmp_path)


def test_a_pipe_or_a_directory_is_no_credential_and_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "credentials" / "directory").mkdir(parents=True)
    os.mkfifo(tmp_path / "credentials" / "pipe", 0o600)
    for name in ("directory", "pipe"):
        with pytest.raises(ConfigError, match="is not a plain file"):
            read_credential(name, tmp_path)


@pytest.mark.parametrize(("content", "says"), [(b"\n", "is empty"), (b"x" * (SIZE_LIMIT_BYTES + 1), "is larger than")])
def test_an_unusable_content_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    private_file(tmp_path, "pw", content)
    with pytest.raises(ConfigError, match=says):
        read_credential("pw", tmp_path)


def test_bytes_that_are_no_text_are_no_password(tmp_path: Path) -> None:
    private_file(tmp_path, "pw", b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        CredentialStore(tmp_path).text("pw")
