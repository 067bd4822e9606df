"""The composition root: the only file that names concrete store, devices, carrier and page together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from drivers.base import Device, DeviceContext, DeviceHealth, DeviceSettings
from drivers.output_base import Output, OutputSettings
from drivers.output_registry import OUTPUT_TYPES
from drivers.registry import DEVICE_TYPES
from gateway.board import Board
from gateway.clock import Clock, SystemClock
from gateway.control import ControlDoor
from gateway.credentials import CredentialStore
from gateway.epcis_capture import open_capture
from gateway.errors import ConfigError, GatewayError
from gateway.health import Health
from gateway.ids import new_id
from gateway.interpret import sources
from gateway.kanban.flow import FLOW_FACT
from gateway.lights import Lights, VerdictTap
from gateway.loop_colour import loops_json
from gateway.model import Instruction, Verdict
from gateway.pipeline import Pipeline
from gateway.portal.booking import OPEN_FACT
from gateway.portal_desk import PortalDesk
from gateway.rule_file import load_rules
from gateway.setting_table import StationSettings
from gateway.settings import Settings
from gateway.station_printer import StationPrinter
from gateway.store.outbox import OutboxReader
from gateway.store.reader import StoreReader
from gateway.store.store import Store
from gateway.store.writer import CommitReport, Condition, Request, Writer
from gateway.supervisor import Supervisor
from gateway.systemd import Notifier, boot_id, watchdog_interval_s
from gateway.web.page import create_app
from gateway.web.server import PageServer
from gateway.wiring import decider, limits, open_store, planner
from sync.engine import Identity, SyncEngine
from sync.rest.engine import RestEngine

_LOG = logging.getLogger(__name__)

WATCH_S = 1.0  # how often the main thread looks after the others
SILENCE_LIMIT_MS = 60_000  # of a thread that should turn about once a second; longer than any back-off


class Gateway:
    """One gateway process: built from its settings, runs until told to stop."""

    def __init__(self, settings: Settings, *, notifier: Notifier, clock: Clock | None = None) -> None:
        self._settings = settings
        self._notifier = notifier
        self._clock = clock or SystemClock(boot_id())
        self._health = Health(self._clock)
        self._credentials = CredentialStore(settings.config_dir)
        self._store = self._open_store()
        self._writer = Writer(
            self._store, decider(settings), self._clock,
            limits=limits(settings), warn=self._health.warn, clear=self._health.clear, follow=planner(settings),
        )  # fmt: skip
        self._load_rules()
        self._pipeline = Pipeline(sources(settings, self._credentials), self._writer.submit)
        self._lights = self._open_lights()
        self._board = Board({row.id: row.language for row in settings.stations})
        self._board.ask_again(self._store.view.facts(FLOW_FACT))
        self._outputs = [self._open_output(row) for row in settings.outputs]
        self._portals = self._open_portals()
        self._devices = [self._open_device(row) for row in settings.devices]
        self._printers = [self._open_printer(row) for row in settings.stations if row.printer]
        self._control = ControlDoor(settings.gateway.data_dir, self._writer.submit, self._clock)
        self._sync = self._open_sync() if settings.sync.enabled else None
        self._page = self._open_page() if settings.web.enabled else None
        self._supervisor = Supervisor(self._health)
        self._alarms: dict[str, Mapping[str, str]] = {}  # by device, what it last told of its parts
        self._heard_ms: dict[str, int] = {}  # when each thread last showed a sign of life
        self._writer.listen(self._on_commit)

    @property
    def page_url(self) -> str:
        """Where the page is served, "" when it is switched off."""
        return f"http://{self._settings.web.host}:{self._page.port}/" if self._page else ""

    def run(self, stop: threading.Event) -> None:
        """Start everything, watch over it, stop in the reverse order when `stop` is set."""
        supervisor = self._supervisor
        try:
            supervisor.start("writer", self._writer.run, is_essential=True)
            self._start_outputs()
            if self._sync is not None:
                for name, run in self._sync.threads:
                    supervisor.start(name, run)
            if self._portals is not None:
                supervisor.start("portals", self._portals.run)
            if self._settings.epcis.enabled:
                tell = (self._health.warn, self._health.clear, self._credentials.path)
                supervisor.start("epcis", open_capture(self._settings, self._writer.submit, self._clock, *tell))
            sink = VerdictTap(self._pipeline, self._show)
            for device in self._devices:
                run = partial(device.run, sink=sink, health=partial(self._on_device, device.id))
                supervisor.start(f"device {device.id}", run)
            for name, printer in self._printers:
                supervisor.start(f"printer {name}", printer.run)
            supervisor.start("control", self._control.run)
            if self._page is not None:
                supervisor.start("page", self._page.run)
            self._notifier.ready()
            _LOG.info("gateway %s is ready %s", self._settings.gateway.id, self.page_url)
            self._watch(stop)
        finally:
            self._notifier.stopping()
            supervisor.stop()
            self._store.close()
            self._notifier.close()
        if supervisor.failure is not None:
            raise GatewayError(f"the gateway stopped: {supervisor.failure}") from supervisor.failure

    def _start_outputs(self) -> None:
        """Before the devices, and so stopped after them: a light outlives whatever it shows."""
        for output in self._outputs:
            run = partial(output.run, shown=self._lights.panel(output.id), health=partial(self._on_output, output.id))
            self._supervisor.start(f"output {output.id}", run)
        if self._outputs:
            self._supervisor.start("lights", self._lights.run)

    def _watch(self, stop: threading.Event) -> None:
        """Feed the watchdog as long as there is real progress; a failing disk is reported, not killed."""
        interval_s = min(watchdog_interval_s() or WATCH_S, WATCH_S)
        writer, sync = -1, -1
        while not stop.is_set() and not self._supervisor.wake.is_set():
            if self._writer.progress != writer and self._supervisor.alive():
                self._notifier.watchdog()
            writer = self._writer.progress
            if self._sync is not None and self._sync.progress != sync:
                sync = self._sync.progress
                self._hear("sync")
            self._miss_the_silent()
            stop.wait(interval_s)

    def _hear(self, name: str) -> None:
        self._heard_ms[name] = self._clock.mono_ms()
        self._health.clear(f"SILENT:{name}")

    def _miss_the_silent(self) -> None:
        """A thread that hangs is told; it must not cost the others their gateway."""
        now = self._clock.mono_ms()
        for name, heard_ms in list(self._heard_ms.items()):
            if now - heard_ms > SILENCE_LIMIT_MS:
                text = f"{name} has shown no sign of life for {SILENCE_LIMIT_MS // 1000} s"
                self._health.warn(f"SILENT:{name}", text)

    # -- wiring ----------------------------------------------------------------------------

    def _open_store(self) -> Store:
        store = open_store(self._settings, self._clock)
        for code, text in store.notes:
            self._health.warn(code, text)
        return store

    def _load_rules(self) -> None:
        """The configured rule file comes into force before anything is read, if it is another one than before."""
        if self._settings.reorder.rules is not None:
            try:
                body = load_rules(self._settings.reorder.rules).body(self._settings.gateway.timezone)
            except ConfigError as error:  # people must go on scanning, and the rules in force hold
                self._health.warn("RULES", f"the rule file is wrong, the rules in force stay: {error.mistakes[0]}")
                return
            instruction = Instruction(new_id(self._clock.wall_ms()), "rules.load", body, "start")
            verdict = self._writer.step([Request(instruction)])[0].verdict
            if not verdict.is_good:
                self._health.warn("RULES", verdict.text)

    def _open_device(self, row: DeviceSettings) -> Device:
        kind = next(kind for kind in DEVICE_TYPES if isinstance(row, kind.settings))
        portals = self._portals if self._portals and row.id in self._portals.readers else None
        context = DeviceContext(self._clock, self._credentials, self._settings.gateway.id, tag_sink=portals)
        return kind.open(row, context)

    def _open_portals(self) -> PortalDesk | None:
        rows = [(row.layout, row.station) for row in self._settings.portals]
        if not rows:
            return None
        desk = PortalDesk(
            rows, self._writer.submit, self._clock, self._tell, warn=self._health.warn, clear=self._health.clear
        )
        desk.resume(self._store.view.facts(OPEN_FACT))
        return desk

    def _open_lights(self) -> Lights:
        return Lights(
            self._settings.outputs, self._store.data_dir, self._clock,
            lambda: self._writer.condition is not Condition.HEALTHY, warn=self._health.warn, clear=self._health.clear,
        )  # fmt: skip

    def _open_output(self, row: OutputSettings) -> Output:
        kind = next(kind for kind in OUTPUT_TYPES if isinstance(row, kind.settings))
        return kind.open(row, DeviceContext(self._clock, self._credentials, self._settings.gateway.id))

    def _open_printer(self, row: StationSettings) -> tuple[str, StationPrinter]:
        printer = StationPrinter(
            row, self._store.data_dir, self._clock, self._writer.submit, warn=self._health.warn,
            clear=self._health.clear,
        )  # fmt: skip
        return row.id, printer

    def _open_sync(self) -> SyncEngine | RestEngine:
        table = self._settings.gateway
        engine = RestEngine if self._settings.sync.carrier == "rest" else SyncEngine
        return engine(
            self._settings.sync, Identity(table.site, table.id, table.env), partial(OutboxReader, self._store.database),
            self._writer.submit, self._clock, self._health.warn,
            credential=self._credentials.path, clear=self._health.clear,
        )  # fmt: skip

    def _open_page(self) -> PageServer:
        web = self._settings.web
        app = create_app(
            partial(StoreReader, self._store.data_dir), self._health, self._sync_state, self._allowed_hosts,
            partial(loops_json, self._store.data_dir, self._clock), self._board.rows,
        )  # fmt: skip
        try:
            return PageServer(app, web.host, web.port)
        except OSError as error:
            self._store.close()
            hint = "choose another [web] listen, or enabled = false"
            raise GatewayError(f"the page cannot listen on {web.listen}: {error}", hint=hint) from error

    def _allowed_hosts(self) -> frozenset[str]:
        """Host headers the page answers to; a public page is reached under names we cannot know."""
        if self._settings.web.public or self._page is None:
            return frozenset()
        port = self._page.port
        return frozenset(f"{name}:{port}" for name in (self._settings.web.host, "localhost", "127.0.0.1", "[::1]"))

    # -- what happens ----------------------------------------------------------------------

    def _on_commit(self, report: CommitReport) -> None:
        if self._sync is not None:
            self._sync.wake(report.streams)
        self._lights.wake()
        for _, printer in self._printers:
            printer.wake()
        for notice in report.notices:
            self._tell(notice.station, notice.verdict)

    def _tell(self, station: str, verdict: Verdict) -> None:
        """A verdict that nobody at a device is waiting for."""
        self._show(station, verdict)
        for device in self._devices_at(station):
            device.notify(verdict)

    def _show(self, station: str, verdict: Verdict) -> None:
        self._lights.show(station, verdict)
        self._board.show(station, verdict)

    def _devices_at(self, station: str) -> list[Device]:
        ids = {row.id for row in self._settings.devices if row.station == station}
        return [device for device in self._devices if device.id in ids]

    def _on_device(self, device: str, told: DeviceHealth) -> None:
        self._hear(device)
        if told.is_up:
            self._health.clear(f"DEVICE:{device}")
            self._supervisor.is_well(f"device {device}")
        else:
            self._health.warn(f"DEVICE:{device}", f"{device}: {told.text}")
        self._pass_on(device, told.alarms)

    def _pass_on(self, device: str, alarms: Mapping[str, str]) -> None:
        """What became worse or better with a part of a device, such as one of its buttons."""
        known = self._alarms.get(device, {})
        self._alarms[device] = alarms
        for name in known.keys() - alarms.keys():
            self._health.clear(f"DEVICE:{device}/{name}")
        for name, text in alarms.items():
            if known.get(name) != text:
                self._health.warn(f"DEVICE:{device}/{name}", f"{device}, {name}: {text}")

    def _on_output(self, output: str, told: DeviceHealth) -> None:
        self._hear(f"output {output}")
        if told.is_up:
            self._health.clear(f"OUTPUT:{output}")
            self._supervisor.is_well(f"output {output}")
        else:
            self._health.warn(f"OUTPUT:{output}", f"{output}: {told.text}")

    def _sync_state(self) -> Mapping[str, Any]:
        return (
            asdict(self._sync.status())
            if self._sync is not None
            else {"is_connected": False, "why_not": "switched off"}
        )
