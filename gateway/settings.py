"""The configuration as a whole, and how a file becomes one; its tables stand in setting_table.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field, PrivateAttr, ValidationError

from drivers.base import DeviceSettings
from drivers.output_base import OutputSettings
from drivers.output_registry import OUTPUT_TYPES
from drivers.registry import DEVICE_TYPES
from gateway.crosscheck import cross_check
from gateway.errors import ConfigError
from gateway.mistake import Mistake, explain, is_echo
from gateway.portal_settings import PortalSettings
from gateway.setting_table import (
    AndonSettings,
    BadgeSettings,
    CardSettings,
    CommandSettings,
    EpcisTable,
    GatewaySettings,
    GoodsSettings,
    ReorderSettings,
    RepeatSettings,
    StationSettings,
    StoreSettings,
    SyncTable,
    Table,
    TemplateSettings,
    WebSettings,
)
from gateway.toml_lines import Path as KeyPath
from gateway.toml_source import read_toml

DEFAULT_FILE = Path("/etc/kanban-gateway/gateway.toml")
MISTAKE_LIMIT = 100  # more are counted, not listed

if TYPE_CHECKING:
    AnyDevice = DeviceSettings
    AnyOutput = OutputSettings
else:
    AnyDevice = Annotated[Union[tuple(kind.settings for kind in DEVICE_TYPES)], Field(discriminator="type")]  # noqa: UP007
    AnyOutput = Annotated[Union[tuple(kind.settings for kind in OUTPUT_TYPES)], Field(discriminator="type")]  # noqa: UP007


class Settings(Table):
    """The whole file. `stations`, `devices`, `outputs` are the `[[station]]`, `[[device]]`, `[[output]]` tables."""

    gateway: GatewaySettings
    store: StoreSettings = StoreSettings()
    repeat: RepeatSettings = RepeatSettings()
    cards: CardSettings = CardSettings()
    commands: CommandSettings = CommandSettings()
    badges: BadgeSettings = BadgeSettings()
    andon: AndonSettings = AndonSettings()
    goods: GoodsSettings = GoodsSettings()
    reorder: ReorderSettings = ReorderSettings()
    sync: SyncTable = SyncTable()
    epcis: EpcisTable = EpcisTable()
    web: WebSettings = WebSettings()
    stations: Annotated[tuple[StationSettings, ...], Field(alias="station", max_length=200)]
    """Places where people scan or press."""
    devices: Annotated[tuple[AnyDevice, ...], Field(alias="device", max_length=64)]
    """Scanners and buttons."""
    outputs: Annotated[tuple[AnyOutput, ...], Field(alias="output", max_length=64)] = ()
    """Stack lights and beepers."""
    portals: Annotated[tuple[PortalSettings, ...], Field(alias="portal", max_length=16)] = ()
    """Doors with RFID antennas."""
    templates: Annotated[tuple[TemplateSettings, ...], Field(alias="template", max_length=64)] = ()
    """Layouts of suppliers' own labels; the first that fits is taken, before any standard."""

    _file: Path = PrivateAttr(default=DEFAULT_FILE)

    @property
    def notes(self) -> list[str]:
        """What a person should know of devices that are configured rightly, such as a beep we do not control (R1)."""
        lit = {output.station for output in self.outputs}
        return [f"{one.id}: {note}" for one in self.devices for note in one.notes(has_light=one.station in lit)]

    @property
    def config_dir(self) -> Path:
        """Directory of the configuration file; `credentials/` is looked for in it."""
        return self._file.parent


def load_settings(file: Path) -> Settings:
    """The settings in `file`; ConfigError with every mistake, each as `file:line: key: what, expected what`."""
    source = read_toml(file)
    mistakes = list(source.mistakes)
    if source.is_whole:
        settings, found = _validate(source.data, file)
        # A line that could not be read was left out: what seems missing may stand on it.
        mistakes += [one for one in found if not (source.mistakes and one.is_missing)]
        if settings is not None and not mistakes:
            return settings
    raise ConfigError(_report(file, source.line_of, mistakes))


def settings_schema() -> dict[str, Any]:
    """JSON schema of the configuration file, for editors that complete and check TOML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}


def _validate(data: dict[str, Any], file: Path) -> tuple[Settings | None, list[Mistake]]:
    settings = None
    mistakes = []
    try:
        # By way of JSON, where strict means: a text is no number, but an array may become a tuple.
        context = {"directory": file.absolute().parent}
        document = json.dumps(data, default=lambda _: {})  # a date, which no key takes
        settings = Settings.model_validate_json(document, strict=True, context=context)
        settings._file = file.absolute()
    except ValidationError as error:
        mistakes = [explain(detail, Settings) for detail in error.errors() if not is_echo(detail)]
    return settings, mistakes + cross_check(data)


def _report(file: Path, line_of: Callable[[KeyPath], int], mistakes: list[Mistake]) -> list[str]:
    """One message per key, in the order of the file."""
    first: dict[tuple[KeyPath, int | None], Mistake] = {}
    for mistake in mistakes:
        first.setdefault(mistake.place, mistake)
    placed = sorted((one.line or line_of(one.path), number, one) for number, one in enumerate(first.values()))
    messages = [f"{file}:{line}: {one.message}" for line, _, one in placed[:MISTAKE_LIMIT]]
    if len(placed) > MISTAKE_LIMIT:
        messages.append(f"{file}: and {len(placed) - MISTAKE_LIMIT} more mistakes")
    return messages
