"""What every output shares: what it can show, its settings base and how it is run.

An output is a stack light, a lamp, a beeper. It shows the verdicts of a station, the colour of loops and items, or
both: a verdict for `hold_ms`, then the colour again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.base import DeviceContext, DeviceHealth, Identifier
from gateway.wake import Wake

ItemName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LoopName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Lamp(StrEnum):
    """Colours of a light; off says nothing at all."""

    OFF = "off"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Tone(StrEnum):
    """What a beeper sounds once."""

    NONE = ""
    GOOD = "good"
    BAD = "bad"


class Why(StrEnum):
    """What a light stands for at the moment."""

    IDLE = "idle"  # nothing is known, or the gateway does not run
    VERDICT = "verdict"
    LOOPS = "loops"
    STORE = "store"  # nothing can be stored


@dataclass(frozen=True, slots=True)
class Light:
    """What an output has to show now. `tone` is to be sounded once, when the light is first shown."""

    lamp: Lamp
    tone: Tone = Tone.NONE
    why: Why = Why.IDLE
    code: str = ""  # of the verdict, such as CARD_EMPTIED


DARK = Light(Lamp.OFF)  # before anything is known and after the gateway has ended


class Shown(Protocol):
    """What a driver asks what to show; it is woken when that has changed."""

    wake: Wake

    def look(self, now_ms: int) -> Light:
        """The light now; its tone is handed out once."""

    def change_ms(self, now_ms: int) -> int | None:
        """In how many milliseconds the light changes by itself; None: it does not."""


class Output(Protocol):
    """One configured output."""

    id: str

    def run(self, stop: threading.Event, shown: Shown, health: Callable[[DeviceHealth], None]) -> None:
        """Show what there is until `stop` is set, then go dark. Never shows an old state after a reconnect."""


class OutputSettings(BaseModel):
    """Keys that every `[[output]]` table has."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Identifier
    """Name of the output; unique within the gateway."""
    station: Identifier | None = None
    """Shows the verdicts of this station."""
    loop: LoopName | None = None
    """Shows the colour of this loop."""
    loops: Annotated[tuple[LoopName, ...], Field(max_length=500)] = ()
    """Shows the worst colour of these loops."""
    items: Annotated[tuple[ItemName, ...], Field(max_length=500)] = ()
    """Shows the worst colour of these items, each ITEM or ITEM@LOCATION, by the reorder rules of kind item_colour."""
    hold_ms: Annotated[int, Field(ge=100, le=60_000)] = 2000
    """How long a verdict is shown."""

    @model_validator(mode="after")
    def _check_purpose(self) -> Self:
        if not (self.station or self.watched or self.items):
            raise ValueError("an output shows a station, loops or items: give `station`, `loop`, `loops` or `items`")
        return self

    @property
    def watched(self) -> frozenset[str]:
        """All loops whose colour it shows."""
        return frozenset(self.loops) | ({self.loop} if self.loop else frozenset())


@dataclass(frozen=True, slots=True)
class OutputType:
    """One line of the registry: the value of `type`, its settings model and how to build the output."""

    name: str
    settings: type[OutputSettings]
    open: Callable[[Any, DeviceContext], Output]
