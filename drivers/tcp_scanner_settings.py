"""Configuration of network scanners and smart cameras: a `[[device]]` table with `type = "tcp-scanner"`."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from drivers.framing import Framer
from drivers.scanner_settings import AnsweredSettings, ByteText, to_bytes
from gateway.setting_value import is_this_machine, split_address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CONNECTIONS_LIMIT = 32


def _check_address(text: str) -> str:
    if text:
        split_address(text)
    return text


def _check_network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address, expected one such as 192.168.1.50 or 192.168.1.0/24") from error
    return text


Address = Annotated[str, AfterValidator(_check_address), Field(max_length=262)]


class TcpScannerSettings(AnsweredSettings):
    """A scanner or camera that sends its codes over TCP; it calls us, or we call it."""

    type: Literal["tcp-scanner"]
    connect: Address = ""
    """Address and port of the scanner, which listens; instead of `listen`."""
    listen: Address = ""
    """Our address and port, which scanners call; port 0 takes any free one."""
    allow: Annotated[tuple[Annotated[str, AfterValidator(_check_network)], ...], Field(max_length=64)] = ()
    """Addresses that may call, such as "192.168.1.50" or "192.168.1.0/24"; needed for any but this machine's own."""
    connections: Annotated[int, Field(ge=1, le=CONNECTIONS_LIMIT)] = 4
    """Most callers at once; a further one is hung up, unless it takes the place of an older call of its own."""
    heartbeat: ByteText = ""
    """What the scanner sends to say that it is there; never a code."""
    silence_limit_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    """A connection that brings nothing for so long is ended; 0: never, for scanners without heartbeat."""
    probe: ByteText = ""
    """What we send while the line is quiet, for scanners that expect it."""
    probe_s: Annotated[int, Field(ge=1, le=3600)] = 10
    """How often."""

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if bool(self.connect) == bool(self.listen):
            raise ValueError("expected either `connect`, the scanner's address, or `listen`, our own")
        if self.connect and self.allow:
            raise ValueError("`allow` belongs to `listen`; who is called is said by `connect`")
        if self.listen and not self.allow and not is_this_machine(split_address(self.listen)[0]):
            raise ValueError('`allow` is missing, expected the scanners\' addresses such as ["192.168.1.0/24"]')
        return self

    @property
    def heartbeat_bytes(self) -> bytes:
        """The heartbeat as it is left by the framing: a code or nothing, b"" when there is none."""
        framer = Framer(self.rule())
        frames = framer.feed(to_bytes(self.heartbeat), 0) + framer.expire(self.gap_ms)
        return frames[0].data if frames else b""

    def is_allowed(self, host: str) -> bool:
        """Whether this address may call."""
        address = ipaddress.ip_address(host.split("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not self.allow:
            return bool(mapped.is_loopback)
        return any(mapped in ipaddress.ip_network(one, strict=False) for one in self.allow)
