"""Options and the shape of commands that several command files share."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.settings import DEFAULT_FILE

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_FILE,
    show_default=True,
    help="Configuration file.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class Family(click.Group):
    """Commands under one word. Options may stand before or after the second word; without one it is `usual`."""

    usual = ""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        place = next((n for n, word in enumerate(args) if self._is_second_word(args, n, word)), None)
        if place is not None:
            args = [args[place], *args[:place], *args[place + 1 :]]
        elif self.usual and args and args[0] not in ctx.help_option_names:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def _is_second_word(self, args: list[str], place: int, word: str) -> bool:
        before = args[place - 1] if place else ""
        is_value = before.startswith("--") and "=" not in before and before != "--json"
        return word in self.commands and not is_value
