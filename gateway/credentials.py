"""Secrets by name: from systemd's credentials, or from a file of mode 0600 beside the configuration."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from gateway.errors import ConfigError

SIZE_LIMIT_BYTES = 65_536

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class CredentialStore:
    """The credentials of one gateway. Nothing is kept: a replaced secret is found by the next reader."""

    def __init__(self, config_dir: Path) -> None:
        self._config_dir = config_dir

    def text(self, name: str) -> str:
        """The secret as text, without the line break that editors add; ConfigError if unusable."""
        raw = read_credential(name, self._config_dir)
        try:
            return raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ConfigError([f"credential {name!r}: is not UTF-8 text, expected a password or token"]) from error

    def path(self, name: str) -> Path:
        """The checked file, for libraries that want to read a private key themselves; ConfigError if unusable."""
        return find_credential(name, self._config_dir)


def read_credential(name: str, config_dir: Path) -> bytes:
    """The content of a credential, 1 byte to 64 KiB; ConfigError with what to do if there is none."""
    file = find_credential(name, config_dir)
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"credential {name!r}: {file} cannot be read ({error.strerror})"]) from error
    if not content.strip():
        raise ConfigError([f"credential {name!r}: {file} is empty, expected the secret"])
    if len(content) > SIZE_LIMIT_BYTES:
        raise ConfigError([f"credential {name!r}: {file} is larger than {SIZE_LIMIT_BYTES} bytes, expected a secret"])
    return content


def find_credential(name: str, config_dir: Path) -> Path:
    """The file of a credential: $CREDENTIALS_DIRECTORY first, then `credentials/` in `config_dir`."""
    if not _NAME.fullmatch(name):  # never a way out of the directory
        raise ConfigError([f"credential {name!r}: expected a name of up to 64 of A-Z a-z 0-9 . _ -"])
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and Path(given, name).is_file():
        return Path(given, name)
    file = config_dir / "credentials" / name
    try:
        _check_private(name, file)
    except FileNotFoundError as error:
        wanted = f"expected LoadCredential={name}:… in the unit or a file {file} of mode 0600"
        raise ConfigError([f"credential {name!r}: not found, {wanted}"]) from error
    except OSError as error:
        raise ConfigError([f"credential {name!r}: {file} cannot be read ({error.strerror})"]) from error
    return file


def _check_private(name: str, file: Path) -> None:
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError([f"credential {name!r}: {file} is not a plain file, expected one of mode 0600"])
    if status.st_mode & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        raise ConfigError([f"credential {name!r}: {file} has mode {mode}, expected 0600; run chmod 600 {file}"])
