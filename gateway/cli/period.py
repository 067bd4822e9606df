"""`--from` and `--to`: which part of the journal counts, in days or instants of the plant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from gateway.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--from", "from_", default="", metavar="DAY", help="Not before this day, or instant, of the plant."),
    click.option("--to", "to", default="", metavar="DAY", help="Up to and with this day, or up to this instant."),
)
_END = 2**63 - 1


def period_options(command: Command) -> Command:
    """Adds the options of a `Period`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Period:
    """Milliseconds since 1970; the end belongs to it."""

    from_ms: int = 0
    to_ms: int = _END

    @classmethod
    def of(cls, options: dict[str, Any], settings: Settings) -> Period:
        """UsageError for what is no day or no instant, and for an end before the beginning."""
        zone = ZoneInfo(settings.gateway.timezone)
        begins, ends = options.pop("from_"), options.pop("to")
        from_ms = _instant("--from", begins, zone, ends_day=False) if begins else 0
        to_ms = _instant("--to", ends, zone, ends_day=True) - 1 if ends else _END
        if to_ms < from_ms:
            raise click.UsageError(f"--to {ends} lies before --from {begins}")
        return cls(from_ms, to_ms)


def _instant(option: str, text: str, zone: ZoneInfo, *, ends_day: bool) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(
            f"{option} is {text!r}, expected a day such as 2026-11-30 or an instant such as 2026-11-30T14:00"
        ) from error
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    if ends_day and len(text) <= len("2026-11-30"):
        at += timedelta(days=1)
    return int(at.timestamp() * 1000)
