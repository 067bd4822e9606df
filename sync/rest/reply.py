"""What is asked over HTTP and what comes back, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.errors import TransientDeviceError


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `limit_s` bounds all of it and `limit_bytes` the answer's body, packed and unpacked."""

    method: str
    path: str  # behind base_url
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    limit_s: float = 30.0
    limit_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, or why there is none."""

    status: int = 0  # 0: none that could be used
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    fault: str = ""


class HeldError(TransientDeviceError):
    """Nothing can be had from the ERP now; `code` is told to people, `wait_s` is the least to wait."""

    def __init__(self, code: str, what: str, *, wait_s: float = 0.0, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.code = code
        self.wait_s = wait_s
