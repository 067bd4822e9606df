"""Configuration of buttons at GPIO lines: the keys of a `[[device]]` table with `type = "gpio-button"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from drivers.button_contact_settings import ContactBinding, ContactSettings, check_unique


class LineBinding(ContactBinding):
    """A line and what it stands for."""

    line: Annotated[int, Field(ge=0, le=1023)]
    """Offset of the line on its chip; `gpioinfo` lists them."""

    @property
    def name(self) -> str:
        return f"line {self.line}"


class GpioButtonSettings(ContactSettings):
    """Buttons at lines of one GPIO chip."""

    type: Literal["gpio-button"]
    chip: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Device path such as /dev/gpiochip0, or the chip's label, which survives renumbering."""
    bias: Literal["as-is", "disabled", "pull-up", "pull-down"] = "as-is"
    """Resistor of the line; a button between line and ground needs "pull-up" and `active_low`."""
    debounce_ms: Annotated[int, Field(ge=1, le=500)] = 30
    """A level counts when it lasted so long."""
    bindings: Annotated[tuple[LineBinding, ...], Field(min_length=1, max_length=64)]
    """Which line stands for which card."""

    @model_validator(mode="after")
    def _check_bindings(self) -> Self:
        check_unique(self.bindings)
        return self
