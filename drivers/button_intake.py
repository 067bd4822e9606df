"""Whether a message is offered as a press at all: not an old state, and not the hundredth press of a stuck button."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from drivers.button_message import Message, read_of
from drivers.button_settings import MqttButtonSettings
from drivers.button_watch import ButtonWatch
from gateway.clock import Clock
from gateway.model import Read


class Skip(StrEnum):
    """Why a message is acknowledged and only counted."""

    RETAINED = "retained"  # a state from the past, sent again on every new subscription
    STUCK = "stuck"  # the first one is kept as evidence, the alarm stands as long as it goes on


def take(message: Message, settings: MqttButtonSettings, clock: Clock, watch: ButtonWatch) -> Read | Skip:
    """The message as a read, or why it is none. What it tells of the button's health is noted in any case."""
    is_live = not (message.is_retained or message.is_redelivered)
    topic = message.topic.decode(errors="replace")
    stuck = watch.take(topic, message.payload, clock.mono_ms(), is_live=is_live)
    if message.is_retained:
        return Skip.RETAINED
    if stuck is not None and not stuck.is_new:
        return Skip.STUCK
    read = read_of(message, settings, clock)
    return read if stuck is None else replace(read, fault=read.fault or stuck.rejection)
