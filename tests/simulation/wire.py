"""The network in memory: retained messages, sessions that break, and messages that are late, lost or doubled.

A session has the surface of sync.mqtt.MqttSession, so the real conversation runs on it. Within one
connection messages keep their order, as TCP gives it; between two connections they may not.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from sync.mqtt import Inbound, LinkError, Tally
from tests.simulation.world import World

SITE = "P1"
ROOM = 16


@dataclass
class Weather:
    """How bad the network is; all chances are per message. Changed by the fault plan while it runs."""

    lost: float = 0.0
    doubled: float = 0.0
    delay_ms: int = 0  # at most


@dataclass(frozen=True, slots=True, order=True)
class _Parcel:
    due_ms: int
    number: int
    topic: str
    payload: bytes
    is_retained: bool = False


class Wire:
    """Broker and cables of a site."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.weather = Weather()
        self.retained: dict[str, bytes] = {}
        self.cut: set[str] = set()  # gateways whose link is down
        self.sessions: dict[str, WireSession] = {}
        self._to_erp: list[_Parcel] = []
        self._waiting: dict[str, list[_Parcel]] = defaultdict(list)  # for gateways without a session
        self._number = 0
        self.longest = 0  # most parcels that were ever under way

    # -- gateways ----------------------------------------------------------------------------

    def connect(self, gateway: str) -> WireSession:
        """A new connection; an older one of the same name is thrown out, as brokers do."""
        if gateway in self.cut:
            raise LinkError("no route to the broker")
        if (old := self.sessions.get(gateway)) is not None:
            old.is_open = False
            self._keep(gateway, old)
        session = self.sessions[gateway] = WireSession(self, gateway)
        return session

    def break_link(self, gateway: str) -> None:
        """The connection ends now; what was on its way may still arrive, late."""
        session = self.sessions.pop(gateway, None)
        if session is not None:
            session.is_open = False
            self._keep(gateway, session)

    def _keep(self, gateway: str, session: WireSession) -> None:
        """The broker keeps what was not confirmed, except retained messages: those come by subscribing."""
        undelivered = [parcel for parcel in session.coming if not parcel.is_retained]
        self._waiting[gateway] += [*session.unconfirmed_parcels.values(), *undelivered]

    # -- messages ----------------------------------------------------------------------------

    def up(self, session: WireSession, topic: str, payload: bytes, *, is_retained: bool) -> None:
        if is_retained:
            self.retained[topic] = payload
        for due_ms in self._due(session, is_up=True):
            heapq.heappush(self._to_erp, _Parcel(due_ms, self._next(), topic, payload))
        self.longest = max(self.longest, len(self._to_erp))

    def down(self, gateway: str, level: str, payload: bytes, *, is_retained: bool = True) -> None:
        """From the ERP to `kgw/v1/<site>/<gateway>/<level>`."""
        topic = f"kgw/v1/{SITE}/{gateway}/{level}"
        if is_retained:
            self.retained[topic] = payload
        session = self.sessions.get(gateway)
        if session is None:
            if not is_retained:
                self._waiting[gateway].append(_Parcel(0, self._next(), topic, payload))
            return
        for due_ms in self._due(session, is_up=False):
            session.coming.append(_Parcel(due_ms, self._next(), topic, payload))

    def for_erp(self) -> list[tuple[str, bytes]]:
        """What has arrived at the ERP."""
        arrived = []
        while self._to_erp and self._to_erp[0].due_ms <= self.world.now_ms:
            parcel = heapq.heappop(self._to_erp)
            arrived.append((parcel.topic, parcel.payload))
        return arrived

    @property
    def is_quiet(self) -> bool:
        """Nothing is on its way."""
        return not self._to_erp and not any(session.coming for session in self.sessions.values())

    def greet_session(self, session: WireSession, topics: list[str]) -> None:
        """What a subscription brings at once: retained messages, and what waited."""
        for topic, payload in self.retained.items():
            if any(_fits(topic, wanted) for wanted in topics):
                session.coming.append(_Parcel(self.world.now_ms, self._next(), topic, payload, is_retained=True))
        session.coming += self._waiting.pop(session.gateway, [])

    def _due(self, session: WireSession, *, is_up: bool) -> list[int]:
        """When copies of a message arrive: usually one, now."""
        weather, dice = self.weather, self.world.dice
        if weather.lost and dice.random() < weather.lost:
            return []
        late = dice.randrange(weather.delay_ms) if weather.delay_ms else 0
        least = session.last_up_ms if is_up else session.last_down_ms
        due_ms = max(least, self.world.now_ms + late)  # order within a connection
        if is_up:
            session.last_up_ms = due_ms
        else:
            session.last_down_ms = due_ms
        return [due_ms, due_ms] if weather.doubled and dice.random() < weather.doubled else [due_ms]

    def _next(self) -> int:
        self._number += 1
        return self._number


class WireSession:
    """One connection of one gateway."""

    is_accepted = True
    is_subscribed = True
    receive_maximum = 32
    packet_bytes = 4 * 1024 * 1024 + 65_536
    unconfirmed = 0

    def __init__(self, wire: Wire, gateway: str) -> None:
        self._wire = wire
        self.gateway = gateway
        self.is_open = True
        self.coming: list[_Parcel] = []
        self.unconfirmed_parcels: dict[int, _Parcel] = {}
        self.tally = Tally()
        self.last_up_ms = self.last_down_ms = 0
        self.room = ROOM

    def subscribe(self, topics: list[str]) -> None:
        self._wire.greet_session(self, topics)

    def refusals(self) -> list[str]:
        return []

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        self._check()
        self._wire.up(self, topic, payload, is_retained=is_retained)

    def poll(self, timeout_s: float) -> list[Inbound]:
        self._check()
        now = self._wire.world.now_ms
        arrived = [parcel for parcel in self.coming if parcel.due_ms <= now]
        self.coming = [parcel for parcel in self.coming if parcel.due_ms > now]
        for parcel in arrived:
            if not parcel.is_retained:
                self.unconfirmed_parcels[parcel.number] = parcel
        return [
            Inbound(parcel.topic, parcel.payload, parcel.is_retained, is_redelivered=False, packet=parcel.number, qos=1)
            for parcel in arrived
        ]

    def confirm(self, message: Inbound) -> None:
        self.unconfirmed_parcels.pop(message.packet, None)

    def close(self) -> None:
        self.is_open = False

    def _check(self) -> None:
        if not self.is_open:
            raise LinkError("the connection is gone")


def _fits(topic: str, wanted: str) -> bool:
    return topic == wanted or (wanted.endswith("+") and topic.startswith(wanted[:-1]))
