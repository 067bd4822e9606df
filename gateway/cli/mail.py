"""`export --unsynced --sealed` and `import`: what a dead box still had for the ERP, carried by another one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import click

from gateway.cli.option import config_option
from gateway.clock import SystemClock
from gateway.credentials import CredentialStore
from gateway.errors import GatewayError
from gateway.offline import import_offline
from gateway.seal import PASSPHRASE_LEAST, check_passphrase, seal, unseal
from gateway.settings import Settings, load_settings
from gateway.store.mail import incoming, outgoing
from gateway.systemd import boot_id

passphrase_option = click.option(
    "--passphrase-credential", "credential", default="",
    help=f"Credential that holds the passphrase ({PASSPHRASE_LEAST} characters or more); asked for if not given.",
)  # fmt: skip


def export_sealed(settings: Settings, target: Path, credential: str) -> int:
    """Write what is unsynced to `target`, which must not exist yet; returns how many events."""
    if target.exists():
        raise GatewayError(f"{target} exists already", hint="choose another name; nothing was overwritten")
    passphrase = _passphrase(settings, credential, is_new=True)
    check_passphrase(passphrase)
    part = target.with_name(f"{target.name}.part")
    lines = outgoing(settings.gateway.data_dir, settings.gateway.env, SystemClock(boot_id()))
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            count = seal(lines, passphrase, file) - 1  # the head is no event
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as error:
        raise GatewayError(f"{target} cannot be written: {error}", hint="is there space there?") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return count


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@passphrase_option
def import_(config: Path, file: Path, credential: str) -> None:
    """Take over what another box had not delivered (made by `export --unsynced --sealed`); stop the gateway first.

    The events keep their ids, so the ERP books each once, however often and by whomever it is brought.
    """
    settings = load_settings(config)
    passphrase = _passphrase(settings, credential, is_new=False)
    with file.open("rb") as sealed:
        head, letters = incoming(unseal(sealed, passphrase))
        for _ in letters:  # read to the end first: only then is it known to be whole
            pass
    with file.open("rb") as sealed:
        head, letters = incoming(unseal(sealed, passphrase))
        brought = import_offline(settings, head, letters)
    known = f", {brought.known} were here already" if brought.known else ""
    click.echo(f"{brought.new} events of gateway {head.gateway} taken over{known}; they go out when the gateway runs")


def _passphrase(settings: Settings, credential: str, *, is_new: bool) -> str:
    if credential:
        return CredentialStore(settings.config_dir).text(credential)
    prompted: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return prompted
