"""What GPIO lines and Modbus inputs have in common in the configuration."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.base import DeviceSettings
from drivers.button_contact import HoldRule

ContactAction = Literal["scan", "empty", "full", "release", "start", "ship", "undo"]


class ContactBinding(BaseModel):
    """What a contact stands for; subclasses say which contact."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    card: Annotated[str, StringConstraints(max_length=64)] = ""
    """The card it stands for; without one only the action `undo` has a meaning."""
    action: ContactAction = "scan"
    """What a press asks for."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The contact as it is called in events and messages."""

    @model_validator(mode="after")
    def _check_card(self) -> Self:
        if not self.card and self.action != "undo":
            raise ValueError('give the card it stands for, or action = "undo"')
        return self


class ContactSettings(DeviceSettings):
    """Keys of every device with contacts."""

    active_low: bool = False
    """True: the contact is closed when the signal is 0."""
    min_interval_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """The same press again within this time changes nothing."""
    long_press: ContactAction | Literal["none"] = "undo"
    """What a long press asks for; "none": there is no long press, and each press counts at once."""
    long_press_ms: Annotated[int, Field(ge=500, le=10_000)] = 3000
    """Held for so long it is a long press."""
    stuck_s: Annotated[int, Field(ge=11, le=3600)] = 60
    """Held for so long it is no press but stuck, which is told."""

    @property
    def rule(self) -> HoldRule:
        """How long is long, and how long is stuck."""
        return HoldRule(0 if self.long_press == "none" else self.long_press_ms, self.stuck_s * 1000)


def check_unique(bindings: tuple[ContactBinding, ...]) -> None:
    """ValueError when a contact is bound twice."""
    seen: set[str] = set()
    for binding in bindings:
        if binding.name in seen:
            raise ValueError(f"{binding.name} is bound twice; bind each contact once")
        seen.add(binding.name)
