"""Configuration of MQTT buttons: the keys of a `[[device]]` table with `type = "mqtt-button"`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.base import DeviceSettings
from drivers.broker_settings import BrokerKeys
from drivers.button_preset import PresetName, fill_in
from gateway.codes.place import PLACE_PATTERN
from gateway.model import Action

PRESSES_IN_FLIGHT_LIMIT = 1000  # most presses a broker may have delivered before the first is acknowledged

TopicFilter = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00]+$")]
# Where a value stands: "topic", "topic[1]" (its second level), "$.a.b[0].c" in the JSON payload; see codes/place.py.
Place = Annotated[str, StringConstraints(max_length=256, pattern=PLACE_PATTERN)]
Entries = Annotated[str, StringConstraints(max_length=256, pattern=r"^\$(\.[^.\[\]()]+|\[\d{1,4}\])*$")]
Kinds = Annotated[tuple[str, ...], Field(max_length=32)]


class ButtonBinding(BaseModel):
    """Which card a button stands for, or whom it calls."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    button: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """The button's id, as `mapping.button` finds it."""
    card: Annotated[str, StringConstraints(max_length=64)] = ""
    """The card the button stands for."""
    call: Literal["", "maintenance", "purchasing"] = ""
    """Instead of a card: whom a press calls to the station. A long press takes the call back."""

    @model_validator(mode="after")
    def _check_meaning(self) -> Self:
        if bool(self.card) == bool(self.call):
            raise ValueError("expected either the `card` the button stands for or whom it is to `call`")
        return self


def _check_bound_once(bindings: tuple[ButtonBinding, ...]) -> tuple[ButtonBinding, ...]:
    seen: set[str] = set()
    for binding in bindings:
        if binding.button in seen:
            raise ValueError(f"button {binding.button!r} is bound twice; bind each button to one card")
        seen.add(binding.button)
    return bindings


Bindings = Annotated[tuple[ButtonBinding, ...], Field(max_length=10_000), AfterValidator(_check_bound_once)]

# A press can ask for no more than this: a dialogue needs a scanner.
PressAction = Literal[
    Action.SCAN, Action.EMPTY, Action.FULL, Action.WITHDRAW, Action.RELEASE, Action.START, Action.SHIP, Action.UNDO
]


class ButtonMapping(BaseModel):
    """How to read a message. Messages without an event, such as battery reports, are not presses."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    button: Annotated[tuple[Place, ...], Field(min_length=1, max_length=4)] = ("topic",)
    """Where the button's id stands; several places are joined with a slash."""
    each: Entries | None = None
    """Where a list or an object stands whose entries are read one by one, each with places such as `@.event`."""
    event: Place | None = None
    """Where the kind of press stands; without it every message is a press."""
    actions: Annotated[dict[str, PressAction], Field(max_length=32)] = Field(default_factory=dict)
    """What each kind of press asks for."""
    ignored: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """Kinds that are no presses, such as release."""
    natural_key: Annotated[tuple[Place, ...], Field(max_length=8)] = ()
    """What makes a press different from every other one, for ever: with it a press is never taken twice."""
    quantity: Place | None = None
    """Where the quantity taken stands, for the action `withdraw`."""
    remainder: Place | None = None
    """Where the remainder counted in the bin stands, for the action `empty`."""

    @model_validator(mode="after")
    def _check_events(self) -> Self:
        if self.event is not None and not self.actions:
            raise ValueError("`event` is given but `actions` says of none of its values what to do")
        if self.event is None and self.actions:
            raise ValueError("`actions` is given but not the `event` that chooses among them")
        return self


class ButtonHealth(BaseModel):
    """What the buttons say of themselves, and when a person should look after one."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    battery: Place | None = None
    """Where the battery's charge in percent stands."""
    battery_low_percent: Annotated[int, Field(ge=0, le=100)] = 15
    """Below it the battery should be changed."""
    link: Place | None = None
    """Where the quality or strength of the radio link stands."""
    link_low: Annotated[int, Field(ge=-200, le=255)] = 20
    """Below it the link is weak; in the unit of the device."""
    status: Place | None = None
    """Where it stands whether the device is there."""
    online: Kinds = ()
    """What stands there when it is ..."""
    offline: Kinds = ()
    """... and when it is not."""
    heartbeat_s: Annotated[int, Field(ge=0, le=31_536_000)] = 0
    """A bound button that is silent for longer is reported; 0: never."""
    releases: Kinds = ()
    """Kinds of event that say the button was let go."""
    stuck_presses: Annotated[int, Field(ge=0, le=100)] = 20
    """More presses than this without a release ..."""
    stuck_within_s: Annotated[int, Field(ge=1, le=3600)] = 10
    """... within this time: the button is stuck, which is an alarm and no order. 0 presses: never."""


class MqttButtonSettings(BrokerKeys, DeviceSettings):
    """Buttons that publish JSON to a broker; one table per broker and kind of message."""

    type: Literal["mqtt-button"]
    preset: PresetName | None = None
    """Make of the buttons: fills in topics, mapping and health; every key given here wins over it."""
    session_expiry_s: Annotated[int, Field(ge=60, le=4_294_967_294)] = 604_800
    """How long the broker keeps presses while the gateway is away (MQTT 5)."""
    in_flight: Annotated[int, Field(ge=1, le=PRESSES_IN_FLIGHT_LIMIT)] = 500
    """Presses the broker may send before the first is acknowledged (MQTT 5)."""
    topics: Annotated[tuple[TopicFilter, ...], Field(min_length=1, max_length=64)] = ()
    """Topic filters to subscribe to; needed without a preset."""
    payload_limit_bytes: Annotated[int, Field(ge=16, le=65536)] = 4096
    """Longest message; a longer one is refused."""
    min_interval_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """The same press again within this time changes nothing."""
    mapping: ButtonMapping = ButtonMapping()
    """How to read a message."""
    health: ButtonHealth = ButtonHealth()
    """What to look after."""
    bindings: Bindings
    """Which button stands for which card, or calls whom."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in_preset(cls, table: Any) -> Any:
        return _with_tuples(fill_in(table)) if isinstance(table, dict) else table

    @model_validator(mode="after")
    def _check_topics(self) -> Self:
        if not self.topics:
            raise ValueError("`topics` is missing, expected topic filters or a `preset` that knows them")
        return self


def _with_tuples(value: Any) -> Any:
    """Arrays as the tuples that they become: once a table is an object of ours, strict means that a list is none."""
    if isinstance(value, dict):
        return {key: _with_tuples(one) for key, one in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value
