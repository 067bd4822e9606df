"""Configuration of RFID readers that call us: the keys of a `[[device]]` table with `type = "post-reader"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from drivers.rfid_settings import JsonReaderKeys
from gateway.setting_value import split_address


class PostReaderSettings(JsonReaderKeys):
    """A reader that posts its events: Zebra FX (IoT Connector, HTTP POST), Impinj R700 (webhooks)."""

    type: Literal["post-reader"]
    listen: Annotated[str, AfterValidator(lambda text: (split_address(text), text)[1])] = "127.0.0.1:8071"
    """Address and port; port 0 takes any free one."""
    public: bool = False
    """True lets the whole network call; needed for any address but this machine's own."""
    path: Annotated[str, StringConstraints(max_length=64, pattern=r"^(/[A-Za-z0-9._-]+)+$")] = "/tags"
    """Path of the events."""
    username: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "reader"
    """User name that the reader must send (basic authentication)."""
    password_credential: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Name of the credential with the password that it must send."""
    silence_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    """The reader is missed when nothing came for so long; 0: never, for one that tells only what it sees."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        return split_address(self.listen)
