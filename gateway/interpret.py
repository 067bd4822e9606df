"""How the reads of each configured device are understood: settings become pure interpreters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from drivers.base import DeviceSettings
from drivers.button_contact_settings import ContactBinding, ContactSettings
from drivers.button_gpio_settings import GpioButtonSettings
from drivers.button_http_settings import HttpButtonSettings
from drivers.button_modbus_settings import ModbusButtonSettings
from drivers.button_settings import MqttButtonSettings
from drivers.camera.settings import CameraSettings
from drivers.rfid_settings import TagReaderKeys
from drivers.scanner_separators import LabelScannerSettings
from gateway.codes.button_json import ButtonMapping
from gateway.codes.button_layout import Layout
from gateway.codes.contact import ContactMeaning, interpret_contact
from gateway.codes.epc.filter import EpcFilter
from gateway.codes.interpret import interpret_code
from gateway.codes.profile import KEPT, PLAIN, PROFILES, Profile
from gateway.codes.tag import interpret_tag
from gateway.codes.webhook_json import interpret_webhook
from gateway.credentials import CredentialStore
from gateway.model import Action
from gateway.pipeline import Source
from gateway.settings import Settings

TAG_WINDOW_MS = 1_000  # the reader's driver knows when a tag has come; this is only for what it repeats at once


def sources(settings: Settings, credentials: CredentialStore) -> dict[str, Source]:
    """One source per device id; ConfigError when a credential is missing."""
    name = settings.commands.secret_credential
    secret = credentials.text(name).encode() if name else b""
    patterns = [re.compile(pattern) for pattern in settings.cards.patterns]
    badges = [re.compile(pattern) for pattern in settings.badges.patterns]
    templates = [row.template for row in settings.templates]
    codes = partial(
        interpret_code, site=settings.gateway.site, patterns=patterns, badges=badges, secret=secret, templates=templates
    )
    window_ms = settings.repeat.window_ms
    return {
        row.id: _source(row, Source(partial(codes, profile=profile_of(row)), window_ms)) for row in settings.devices
    }


def profile_of(row: DeviceSettings) -> Profile:
    """What is known of the way a device sends separators; a camera's decoders hand on what is in the symbol."""
    if isinstance(row, CameraSettings):
        return PROFILES[KEPT]
    if not isinstance(row, LabelScannerSettings):
        return PLAIN
    arrival = row.separators
    return Profile(row.id, arrival.gs, arrival.rs, arrival.eot, row.aim_required)


def _source(row: DeviceSettings, scanner: Source) -> Source:
    if isinstance(row, HttpButtonSettings):
        return _webhook(row)
    if isinstance(row, GpioButtonSettings | ModbusButtonSettings):
        return _contacts(row, row.bindings)
    if isinstance(row, TagReaderKeys):
        wanted = EpcFilter(row.schemes, row.company_prefixes, row.patterns)
        # "none" never comes here: the driver makes no read of it
        arrival, departure = (Action(one) if one != "none" else Action.SCAN for one in (row.arrival, row.departure))
        tags = partial(interpret_tag, wanted=wanted, arrival=arrival, departure=departure)
        return Source(tags, TAG_WINDOW_MS, is_button=True)
    if not isinstance(row, MqttButtonSettings):
        return scanner
    mapping, interpreter = row.mapping, _messages(row)
    amounts = (interpreter.quantity, interpreter.remainder)
    layout = Layout.build(mapping.button, mapping.event, mapping.each, mapping.natural_key, amounts)
    return Source(replace(interpreter, layout=layout).presses, row.min_interval_s * 1000, is_button=True)


def _messages(row: MqttButtonSettings | HttpButtonSettings) -> ButtonMapping:
    """How the messages of these buttons are read."""
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
    return replace(interpreter, calls={binding.button: binding.call for binding in row.bindings if binding.call})


def _webhook(row: HttpButtonSettings) -> Source:
    return Source(partial(interpret_webhook, mapping=_messages(row)), row.min_interval_s * 1000, is_button=True)


def _contacts(row: ContactSettings, bindings: Iterable[ContactBinding]) -> Source:
    meanings = {
        one.name: ContactMeaning(
            one.card, Action(one.action), Action(one.action if row.long_press == "none" else row.long_press)
        )
        for one in bindings
    }
    return Source(partial(interpret_contact, meanings=meanings), row.min_interval_s * 1000, is_button=True)
