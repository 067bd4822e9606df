"""Configuration of outputs: the keys of an `[[output]]` table, by `type`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.broker_settings import BrokerKeys
from drivers.output_base import OutputSettings

Topic = Annotated[str, StringConstraints(max_length=512, pattern=r"^[^\x00+#]*$")]
LineOffset = Annotated[int, Field(ge=0, le=1023)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class LightMessage(_Table):
    """One fixed message."""

    topic: Annotated[Topic, StringConstraints(min_length=1)]
    """Where it is published."""
    payload: Annotated[str, StringConstraints(max_length=1024)]
    """Exactly what is published."""


Messages = Annotated[tuple[LightMessage, ...], Field(max_length=8)]


class LightMessages(_Table):
    """Fixed messages for lights with a language of their own; all that stand in a list are sent, in order."""

    off: Messages = ()
    """Nothing to show; the first of them is also left with the broker for the case that the gateway dies."""
    green: Messages = ()
    """The light turns green."""
    yellow: Messages = ()
    """The light turns yellow."""
    red: Messages = ()
    """The light turns red."""
    good: Messages = ()
    """The good tone, once."""
    bad: Messages = ()
    """The bad tone, once."""

    @model_validator(mode="after")
    def _check_colours(self) -> Self:
        given = [name for name in ("off", "green", "yellow", "red") if getattr(self, name)]
        if given and len(given) < 4:
            missing = ", ".join(name for name in ("off", "green", "yellow", "red") if name not in given)
            raise ValueError(f"messages for {missing} are missing: without them the light keeps an old colour")
        return self


class MqttLightSettings(BrokerKeys, OutputSettings):
    """A light that is switched by MQTT messages."""

    type: Literal["mqtt-light"]
    qos: Literal[0, 1] = 1
    """1: the broker confirms each message."""
    retain: bool = False
    """True: the broker keeps the last state for lights that come later; never for commands such as Tasmota's."""
    topic: Topic = ""
    """Where the state is published as JSON; empty when `messages` are given."""
    messages: LightMessages = LightMessages()
    """Fixed messages per colour and tone, instead of or beside the JSON."""

    @model_validator(mode="after")
    def _check_messages(self) -> Self:
        if not self.topic and not self.messages.off:
            raise ValueError("nothing would be published: give `topic` for JSON, or `messages` for each colour")
        return self


class GpioLightSettings(OutputSettings):
    """Lamps and a beeper on the output lines of a GPIO chip (libgpiod)."""

    type: Literal["gpio-light"]
    chip: Annotated[str, Field(pattern=r"^/")] = "/dev/gpiochip0"
    """The chip's device."""
    red: LineOffset | None = None
    """Line of the red lamp."""
    yellow: LineOffset | None = None
    """Line of the yellow lamp."""
    green: LineOffset | None = None
    """Line of the green lamp."""
    beeper: LineOffset | None = None
    """Line of the beeper: one short beep is good, three long ones are bad."""
    active_low: bool = False
    """True: a lamp is lit by a low level, as with most relay boards."""

    @model_validator(mode="after")
    def _check_lines(self) -> Self:
        given = list(self.lines.values())
        if not given:
            raise ValueError("no line is given: give at least one of `red`, `yellow`, `green`, `beeper`")
        if len(set(given)) < len(given):
            raise ValueError("one line cannot be two things: give each of `red`, `yellow`, `green`, `beeper` its own")
        return self

    @property
    def lines(self) -> dict[str, int]:
        """Line offsets by name, of those that are given."""
        named = {"red": self.red, "yellow": self.yellow, "green": self.green, "beeper": self.beeper}
        return {name: offset for name, offset in named.items() if offset is not None}
