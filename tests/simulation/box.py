"""One gateway, whole and real but for threads: store, writer, pipeline, decider and the sync conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.kanban.transition import FILLED
from gateway.master import PARSERS
from gateway.model import Action, Card, Intake, Read, Scan, Verdict
from gateway.pipeline import Pipeline, Source
from gateway.stations.station import Station
from gateway.store.outbox import OutboxReader
from gateway.store.store import Store
from gateway.store.writer import CommitReport, Limits, Request, Writer
from gateway.wake import Wake
from sync.conversation import Conversation
from sync.envelope import Sender
from sync.mqtt import LinkError, MqttSession
from sync.notebox import NoteBox
from sync.sender import Pace
from sync.topic import Topics
from sync.uplink import Uplink
from sync.warning import WarningBook
from tests.simulation.wire import SITE, Wire
from tests.simulation.world import BoxClock, World

REPEAT_MS = 3_000
REFRESH_MS = 1_000

OpenStore = Callable[[Path, BoxClock, str], Store]


def plain_store(place: Path, clock: BoxClock, gateway: str) -> Store:
    return Store(place, clock, PARSERS, site=SITE, gateway=gateway, ballast_kib=0)


class Box:
    """Driven by `scan` and `turn`; `stop` and `start` restart it on the same directory."""

    def __init__(
        self,
        world: World,
        wire: Wire,
        place: Path,
        gateway: str,
        stations: Mapping[str, Station],
        *,
        open_store: OpenStore = plain_store,
    ) -> None:
        self.world = world
        self.wire = wire
        self.place = place
        self.gateway = gateway
        self.stations = dict(stations)
        self.clock = BoxClock(world, gateway)
        self.warnings: Counter[str] = Counter()
        self.longest: Counter[str] = Counter()  # longest that each queue ever was
        self._open_store = open_store
        self.last_read = ""
        self.is_running = False
        self.start()

    # -- life --------------------------------------------------------------------------------

    def start(self) -> None:
        self.store = self._open_store(self.place, self.clock, self.gateway)
        self.writer = Writer(
            self.store, Decider(self.stations), self.clock, limits=Limits(), warn=self._warn,
        )  # fmt: skip
        source = Source(_as_told, REPEAT_MS)
        self.pipeline = Pipeline(dict.fromkeys(self.stations, source), self._submit)
        self.outbox = OutboxReader(self.store.database)
        self._wake = Wake()
        self._notes = NoteBox(self._wake)
        self._book = WarningBook(self._warn, self.clock)
        self._sender = Sender("prod", self.gateway, self.clock.boot)
        self.uplink = Uplink(
            self.outbox, self._sender, Pace(), self.world.dice.uniform, self._book, self._submit, self._notes.leave
        )
        self.writer.listen(self._on_commit)
        self.conversation: Conversation | None = None
        self._refreshed_ms = 0
        self.is_running = True

    def stop(self) -> None:
        """An orderly end."""
        self._hang_up()
        self.outbox.close()
        self.store.close()
        self.is_running = False

    def kill(self) -> None:
        """Nothing is checkpointed and nothing said: the reader is still open when the writer goes."""
        self._hang_up()
        self.store.connection.close()
        self.outbox.close()
        self.store.witness.close()
        self.store._lock.release()
        self.is_running = False

    def _hang_up(self) -> None:
        self.conversation = None
        self.wire.break_link(self.gateway)

    # -- work --------------------------------------------------------------------------------

    def scan(
        self,
        station: str,
        card: str,
        feedback: Callable[[Verdict], None],
        action: Action = Action.SCAN,
        *,
        operator: str = "",
        remainder: str = "",
    ) -> str:
        """A read at a station; the writer still has to turn. Returns the read's id."""
        clock = self.clock
        data = f"{action}|{card}|{remainder}".encode()
        read = Read(
            new_id(clock.wall_ms()), station, station, data, "]d2", clock.wall_ms(), clock.mono_ms(), clock.boot,
            clock.quality(), operator,
        )  # fmt: skip
        self.last_read = read.id
        self.pipeline.offer(read, feedback)
        return read.id

    def commit(self) -> None:
        """The writer's turns until nothing is queued."""
        queue = self.writer._queue
        self.longest["writer"] = max(self.longest["writer"], queue.qsize())
        while not queue.empty():
            self.writer.turn(0.0)

    def turn(self) -> None:
        """One turn of everything: writer, sync, writer."""
        self.writer.turn(0.0)
        self.commit()
        self._converse()
        self.commit()

    def _converse(self) -> None:
        self._note()
        try:
            if self.conversation is None:
                self._connect()
            conversation = cast("Conversation", self.conversation)
            conversation.listen()
            self._note()
            conversation.speak()
            downlink = conversation._downlink
            self.longest["downlink"] = max(self.longest["downlink"], downlink.pending if downlink else 0)
        except LinkError:
            self.conversation = None
            self.uplink.on_tick(self.clock.mono_ms())

    def _connect(self) -> None:
        session = cast("MqttSession", self.wire.connect(self.gateway))
        conversation = Conversation(
            session, self.uplink, Topics.of(SITE, self.gateway), self._sender, new_id(self.clock.wall_ms()),
            self._book, self.clock, self.world.dice.uniform,
        )  # fmt: skip
        conversation.open(self._submit, self._notes.leave, 8, _NEVER)
        self.conversation = conversation

    def _note(self) -> None:
        self._notes.read()
        now = self.clock.mono_ms()
        if now - self._refreshed_ms >= REFRESH_MS:
            self._refreshed_ms = now
            self.uplink.refresh()

    def _submit(self, intake: Intake, done: Any = None) -> None:
        self.writer.submit(intake, done)

    def _on_commit(self, report: CommitReport) -> None:
        self.uplink.on_commit(report.streams)

    def _warn(self, code: str, text: str) -> None:
        self.warnings[code] += 1

    # -- what it knows -----------------------------------------------------------------------

    @property
    def unsettled(self) -> int:
        return sum(state.head - state.cum for state in self.outbox.streams().values())

    @property
    def is_quiet(self) -> bool:
        """Connected, answered and with nothing to say, as far as it knows itself."""
        states = self.uplink.states()
        is_told = self.conversation is not None and self.uplink.is_answered
        return self.is_running and is_told and all(state.head == state.cum for state in states)

    def card(self, name: str) -> Card:
        card = self.store.view.card(name)
        assert card is not None, f"{self.gateway} does not know card {name}"
        return card

    def is_full(self, name: str) -> bool:
        return self.card(name).state in FILLED

    def stock(self, item: str, location: str) -> int:
        return self.store.view.stock(item, location, "available", "")

    def rows(self, query: str, *values: object) -> list[Any]:
        return self.store.connection.execute(query, values).fetchall()

    def submit_now(self, intake: Intake) -> Verdict:
        return self.writer.step([Request(intake)])[0].verdict


class _Never:
    def is_set(self) -> bool:
        return False


_NEVER = cast("Any", _Never())


def _as_told(read: Read) -> Scan:
    """The simulated scanner sends its action in plain words."""
    from gateway.quantity import parse_quantity

    action, card, remainder = read.data.decode().split("|")
    return Scan(read, Action(action), card, remainder=parse_quantity(remainder) if remainder else None)
