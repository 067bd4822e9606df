"""How the reads of each configured device are understood: settings become pure interpreters."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from drivers.base import DeviceSettings
from drivers.button_settings import MqttButtonSettings
from gateway.codes.button_json import ButtonMapping
from gateway.codes.button_layout import Layout
from gateway.codes.interpret import interpret_code
from gateway.credentials import CredentialStore
from gateway.pipeline import Source
from gateway.settings import Settings


def sources(settings: Settings, credentials: CredentialStore) -> dict[str, Source]:
    """One source per device id; ConfigError when a credential is missing."""
    name = settings.commands.secret_credential
    secret = credentials.text(name).encode() if name else b""
    patterns = [re.compile(pattern) for pattern in settings.cards.patterns]
    scanner = Source(
        partial(interpret_code, site=settings.gateway.site, patterns=patterns, secret=secret),
        settings.repeat.window_ms,
    )
    return {row.id: _source(row, scanner) for row in settings.devices}


def _source(row: DeviceSettings, scanner: Source) -> Source:
    if not isinstance(row, MqttButtonSettings):
        return scanner
    mapping = row.mapping
    interpreter = ButtonMapping.build(
        {binding.button: binding.card for binding in row.bindings if binding.card},
        button=mapping.button,
        event=mapping.event,
        actions={kind: action.value for kind, action in mapping.actions.items()},
        ignored=mapping.ignored,
        quantity=mapping.quantity,
        remainder=mapping.remainder,
    )
    amounts = (interpreter.quantity, interpreter.remainder)
    interpreter = replace(
        interpreter,
        calls={binding.button: binding.call for binding in row.bindings if binding.call},
        layout=Layout.build(mapping.button, mapping.event, mapping.each, mapping.natural_key, amounts),
    )
    return Source(interpreter.presses, row.min_interval_s * 1000, is_button=True)
