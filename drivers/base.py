"""What every driver shares: the values at its edges, its settings base and its back-off.

A driver runs in a thread of its own. It turns bytes into `Read`s, hands them to a `Sink` and
answers the device only when the sink calls back with a verdict, which is after the commit (R1).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints

from drivers.plug import Plugs
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.model import Read, Rejection, Verdict
from gateway.tag import InputEdge, ReadsLost, TagRead

HEARTBEAT_S = 1.0  # a living device thread reports its health at least this often
STOP_LATENCY_S = 0.2  # longest wait of a device thread that cannot be interrupted by its stop event

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """What a device says of itself, on every change and at least every HEARTBEAT_S."""

    is_up: bool
    text: str = ""  # one sentence for people: why it is down, or what it is connected to
    counters: Mapping[str, int] = field(default_factory=dict)
    alarms: Mapping[str, str] = field(default_factory=dict)  # by part, a button say: what a person should look after


class Sink(Protocol):
    """Where reads go: the pipeline."""

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        """Take a read. `feedback` is called exactly once, in any thread, after the commit or its failure."""


class TagSink(Protocol):
    """Where a reader at a portal sends everything it sees. Called by one thread of the device at a time, never blocks
    or raises."""

    def tags(self, device: str, reads: Sequence[TagRead]) -> None:
        """What was read since the last call, in the order of receipt; never empty."""

    def edge(self, device: str, edge: InputEdge) -> None:
        """An input changed."""

    def lost(self, device: str, lost: ReadsLost) -> None:
        """Reads are missing. After CUT_OFF nothing comes until `restored`."""

    def restored(self, device: str, at_ms: int) -> None:
        """It reads, for the first time or again; what it kept meanwhile comes now, with times of the past."""


class Device(Protocol):
    """One configured device."""

    id: str

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        """Block until `stop` is set. TransientDeviceError asks for a restart with back-off,
        PermanentDeviceError for a person."""

    def notify(self, verdict: Verdict) -> None:
        """A verdict nobody at the device is waiting for, such as an ERP refusal. Never blocks."""


class Credentials(Protocol):
    """Secrets by name; they never stand in the configuration (each raises ConfigError)."""

    def text(self, name: str) -> str: ...
    def path(self, name: str) -> Path: ...


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What a driver gets from the application besides its own settings."""

    clock: Clock
    credentials: Credentials
    gateway: str  # id of this gateway; part of identities a device's network side sees
    plugs: Plugs = field(default_factory=Plugs)  # what is plugged in
    tag_sink: TagSink | None = None  # for RFID readers: the portal they belong to; None: they look after bins


class DeviceSettings(BaseModel):
    """Keys that every `[[device]]` table has. A subclass adds `type` as a Literal and its own keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Identifier
    """Name of the device; unique within the gateway."""
    station: Identifier
    """The station it belongs to."""

    def notes(self, *, has_light: bool = False) -> tuple[str, ...]:
        """Sentences for `check` and `status`: what this device does that nobody can see in its keys.

        `has_light`: an output shows the verdicts of its station.
        """
        return ()


@dataclass(frozen=True, slots=True)
class DeviceType:
    """One line of the registry: the value of `type`, its settings model and how to build the device."""

    name: str
    settings: type[DeviceSettings]
    open: Callable[[Any, DeviceContext], Device]


def read_now(
    clock: Clock,
    device: str,
    station: str,
    data: bytes,
    *,
    aim: str = "",
    read_id: str = "",
    fault: Rejection | None = None,
    is_key_chosen: bool = False,
) -> Read:
    """A read of this instant; its id is minted here unless the device names its reads itself."""
    wall_ms = clock.wall_ms()
    return Read(
        id=read_id or new_id(wall_ms),
        device=device,
        station=station,
        data=data,
        aim=aim,
        wall_ms=wall_ms,
        mono_ms=clock.mono_ms(),
        boot=clock.boot,
        quality=clock.quality(),
        fault=fault,
        is_key_chosen=is_key_chosen,
    )


class Backoff:
    """Delays that double from `first_s` to `limit_s`, each drawn from its upper half.

    The jitter keeps many gateways from knocking at a returning broker in the same instant.
    """

    def __init__(self, first_s: float, limit_s: float) -> None:
        self._first_s = first_s
        self._limit_s = limit_s
        self._next_s = first_s

    def next_s(self) -> float:
        """The delay before the next attempt; each call doubles the one after it."""
        delay_s = self._next_s
        self._next_s = min(delay_s * 2, self._limit_s)
        return delay_s * (0.5 + random.random() / 2)

    def reset(self) -> None:
        """Something worked: begin again with the first delay."""
        self._next_s = self._first_s


def wait_beating(
    stop: threading.Event, delay_s: float, beat: Callable[[], None], news: Callable[[float], bool] | None = None
) -> None:
    """Wait before the next attempt, telling on: a device that is away must not look like a hung thread.

    `news` waits so many seconds in place of the stop event, and says whether there is no more to wait for.
    """
    wait = news or stop.wait
    while delay_s > 0:
        beat()
        if wait(min(delay_s, HEARTBEAT_S)):
            return
        delay_s -= HEARTBEAT_S
