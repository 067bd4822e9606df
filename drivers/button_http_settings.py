"""Configuration of buttons that call us: the keys of a `[[device]]` table with `type = "http-button"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.base import DeviceSettings
from drivers.button_settings import Bindings, PressAction
from gateway.setting_value import split_address

# Where a value stands in the JSON body: "$.a.b[0].c".
_PLACE = r"^\$(\.[^.\[\]]+|\[\d{1,4}\])+$"
BodyPlace = Annotated[str, StringConstraints(max_length=256, pattern=_PLACE)]


class BodyMapping(BaseModel):
    """How to read a body."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    button: Annotated[tuple[BodyPlace, ...], Field(min_length=1, max_length=4)] = ("$.button",)
    """Where the button's id stands; several places are joined with a slash."""
    event: BodyPlace | None = None
    """Where the kind of press stands; without it every message is a plain press."""
    actions: Annotated[dict[str, PressAction], Field(max_length=32)] = Field(default_factory=dict)
    """What each kind of press asks for."""
    ignored: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """Kinds that are no presses, such as release."""
    quantity: BodyPlace | None = None
    """Where the quantity taken stands, for the action `withdraw`."""
    remainder: BodyPlace | None = None
    """Where the remainder counted in the bin stands, for the action `empty`."""

    @model_validator(mode="after")
    def _check_events(self) -> Self:
        if (self.event is None) != (not self.actions):
            raise ValueError("`event` and the `actions` it chooses among belong together")
        return self


class HttpButtonSettings(DeviceSettings):
    """Buttons or programs that report a press with an HTTP POST."""

    type: Literal["http-button"]
    listen: Annotated[str, AfterValidator(lambda text: (split_address(text), text)[1])] = "127.0.0.1:8070"
    """Address and port; port 0 takes any free one."""
    public: bool = False
    """True lets the whole network call; needed for any address but this machine's own."""
    path: Annotated[str, StringConstraints(max_length=64, pattern=r"^(/[A-Za-z0-9._-]+)+$")] = "/press"
    """Path of the presses."""
    token_credential: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Name of the credential with the token that callers must send."""
    min_interval_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """The same press again within this time changes nothing, even under a new key."""
    mapping: BodyMapping = BodyMapping()
    """How to read a body."""
    bindings: Bindings
    """Which button stands for which card."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        return split_address(self.listen)
