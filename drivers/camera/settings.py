"""Configuration of a camera: the keys of a `[[device]]` table with `type = "camera"`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BeforeValidator, Field, model_validator

from drivers.base import DeviceSettings
from drivers.camera.code import SYMBOLOGIES, Sighting
from drivers.camera.folder import SUFFIXES
from drivers.camera.limit import DecoderLimits

URL_SCHEMES = ("rtsp", "rtsps", "http", "https")
ITF_LENGTH_LIMIT = 80

Percent = Annotated[int, Field(ge=0, le=100)]


def _check_symbology(name: object) -> object:
    if name not in SYMBOLOGIES:
        raise ValueError(f"expected one of {', '.join(SYMBOLOGIES)}")
    return name


SymbologyName = Annotated[str, BeforeValidator(_check_symbology)]


class CameraSettings(DeviceSettings):
    """A camera over the belt, a network stream, a video file, or a directory that pictures are put into."""

    type: Literal["camera"]
    source: Annotated[str, Field(min_length=1, max_length=500)]
    """A device (/dev/v4l/by-id/...), a stream (rtsp://, http://), a video file or a directory of pictures."""
    username: Annotated[str, Field(max_length=100)] = ""
    """Account at the stream."""
    password_credential: Annotated[str, Field(max_length=64)] = ""
    """Name of the credential with its password."""
    width: Annotated[int, Field(ge=160, le=4096)] = 1280
    """Pixels asked of a device."""
    height: Annotated[int, Field(ge=120, le=4096)] = 720
    """Pixels asked of a device."""
    frames_per_s: Annotated[int, Field(ge=1, le=60)] = 10
    """Frames looked at in a second, at most."""
    region: tuple[Percent, Percent, Percent, Percent] = (0, 0, 100, 100)
    """Left, top, width and height of what is looked at, in percent of the frame."""
    symbologies: Annotated[tuple[SymbologyName, ...], Field(max_length=len(SYMBOLOGIES))] = ()
    """What is looked for; empty for all. Fewer are faster, and fewer misreads."""
    itf_lengths: Annotated[tuple[Annotated[int, Field(ge=2, le=ITF_LENGTH_LIMIT)], ...], Field(max_length=8)] = ()
    """Lengths of ITF codes that are taken; empty for any of 6 or more. A part of an ITF code is one, too."""
    rearm_ms: Annotated[int, Field(ge=200, le=600_000)] = 2000
    """A code must be out of sight for so long to be read again."""
    settle_ms: Annotated[int, Field(ge=0, le=60_000)] = 500
    """A picture in a directory is complete when it has not changed for so long."""
    after: Literal["move", "delete"] = "move"
    """What becomes of a picture that was read: moved into done/ or refused/ beside it, or deleted."""
    memory_mib: Annotated[int, Field(ge=256, le=4096)] = DecoderLimits().memory_mib
    """Address space of the process that decodes."""
    answer_s: Annotated[int, Field(ge=1, le=60)] = int(DecoderLimits().answer_s)
    """A picture that takes longer kills the process that decodes; another one goes on."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        x, y, w, h = self.region
        if w == 0 or h == 0 or x + w > 100 or y + h > 100:
            raise ValueError("region lies outside of the frame: left + width and top + height are at most 100")
        parts = urlsplit(self.source)
        if parts.scheme and "://" in self.source and parts.scheme not in URL_SCHEMES:
            raise ValueError(f"source is {parts.scheme}://, expected {', '.join(URL_SCHEMES)} or a path")
        if parts.password:
            raise ValueError("source holds a password: use username and password_credential")
        if not self.is_url and self.path.suffix.lower() in SUFFIXES:
            raise ValueError("source is a picture: name the directory that pictures are put into")
        if not self.is_url and not self.source.startswith("/"):
            raise ValueError("source is no full path: begin it with '/'")
        return self

    @property
    def is_url(self) -> bool:
        return "://" in self.source

    @property
    def names(self) -> list[str]:
        """What is looked for."""
        return list(self.symbologies or SYMBOLOGIES)

    @property
    def path(self) -> Path:
        return Path(self.source)

    @property
    def limits(self) -> DecoderLimits:
        return DecoderLimits(memory_mib=self.memory_mib, frame_cpu_s=self.answer_s, answer_s=float(self.answer_s))

    def address(self, password: str) -> str:
        """The source with its account, as only the decoder process gets to see it."""
        if not self.is_url or not self.username:
            return self.source
        parts = urlsplit(self.source)
        account = quote(self.username, safe="") + (":" + quote(password, safe="") if password else "")
        return urlunsplit(parts._replace(netloc=f"{account}@{parts.netloc.rpartition('@')[2]}"))

    def takes(self, one: Sighting) -> bool:
        """Whether a code of this length is taken at all."""
        return one.symbology != "ITF" or not self.itf_lengths or len(one.text) in self.itf_lengths

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        if has_light:
            return ()
        return ("nobody sees at the camera whether a code was stored: give its station a light ([[output]])",)
