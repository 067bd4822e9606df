"""The list of output types: one line each, and the only place that names them all."""

from __future__ import annotations

from drivers.output_base import OutputType
from drivers.output_gpio import GpioLight
from drivers.output_mqtt import MqttLight
from drivers.output_settings import GpioLightSettings, MqttLightSettings

OUTPUT_TYPES: tuple[OutputType, ...] = (
    OutputType("mqtt-light", MqttLightSettings, MqttLight),
    OutputType("gpio-light", GpioLightSettings, GpioLight),
)
