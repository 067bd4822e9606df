"""Replay recorded messages through the configured interpretation and, on a scratch store, the real decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from drivers.base import DeviceSettings
from drivers.button_intake import Skip, take
from drivers.button_message import Message
from drivers.button_settings import MqttButtonSettings
from drivers.button_watch import ButtonWatch
from drivers.framing import Frame, Framer
from drivers.scanner_settings import FramedSettings
from gateway.capture import Capture
from gateway.clock import SystemClock
from gateway.credentials import CredentialStore
from gateway.errors import ConfigError, GatewayError
from gateway.ids import new_id
from gateway.interpret import sources
from gateway.model import Intake, Outcome, Read, Rejection, Scan, Verdict
from gateway.pipeline import Pipeline, Source
from gateway.rehearsal import copied_store
from gateway.settings import Settings
from gateway.store.writer import Request, Writer
from gateway.wiring import decider, planner

_YEAR_2001_MS = 10**12  # a smaller `at_ms` counts from the beginning of the recording
_SILENCE_MS = 3_600_000  # after the last bytes of a recording


class ReplayClock:
    """The time of the recording: the wall clock as told, the monotonic one never back."""

    def __init__(self) -> None:
        self._start_ms = self._wall_ms = SystemClock("replay").wall_ms()
        self._first_ms: int | None = None
        self._mono_ms = 1_000_000

    @property
    def boot(self) -> str:
        return "replay"

    def wall_ms(self) -> int:
        return self._wall_ms

    def mono_ms(self) -> int:
        return self._mono_ms

    def quality(self) -> str:
        return "unknown"

    def set(self, at_ms: int | None) -> None:
        """It is as late as a recorded message says."""
        if at_ms is None:
            return
        if self._first_ms is None:
            self._first_ms = at_ms
            self._start_ms = at_ms if at_ms >= _YEAR_2001_MS else self._start_ms
        passed_ms = at_ms - self._first_ms
        self._wall_ms = self._start_ms + passed_ms
        self._mono_ms = max(self._mono_ms, 1_000_000 + passed_ms)


@dataclass(slots=True)
class Told:
    """What became of one recorded message."""

    line: int
    means: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    alarms: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """One line of `replay --json`."""
        verdicts = [{"status": one.status.value, "code": one.code, "text": one.text} for one in self.verdicts]
        return {"line": self.line, "means": self.means, "verdicts": verdicts, "alarms": self.alarms}


class Replay:
    """One device of a configuration; `dry` only says what each message means. Use it in a `with` statement."""

    def __init__(self, settings: Settings, row: DeviceSettings, *, dry: bool) -> None:
        self._clock = ReplayClock()
        self._stack = ExitStack()
        self._row = row
        self.has_store = False
        self._source = sources(settings, CredentialStore(settings.config_dir))[row.id]
        self._offer = self._open_pipeline(settings, self._source) if not dry else None
        self._reader = _reader(row, self._clock)

    def __enter__(self) -> Replay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def play(self, captures: Iterator[Capture]) -> Iterator[Told]:
        """What becomes of each message, in order; GatewayError for a message that this device cannot have sent."""
        for capture in captures:
            self._clock.set(capture.at_ms)
            yield self._tell(Told(capture.line), self._reader.reads(capture))
        if rest := self._reader.end():
            yield self._tell(Told(0), rest)

    def _tell(self, told: Told, found: list[Read | Skip]) -> Told:
        for one in found:
            if isinstance(one, Skip):
                told.means.append({"skipped": one.value})
                continue
            told.means += _meanings(self._source, one)
            if self._offer is not None:
                self._offer(one, told.verdicts.append)
        told.alarms = self._reader.alarms()
        return told

    def _open_pipeline(self, settings: Settings, source: Source) -> Callable[[Read, Callable[[Verdict], None]], None]:
        """The way of a read in the daemon, with a writer that answers at once, on a copy of the store."""
        store, self.has_store = self._stack.enter_context(copied_store(settings, self._clock))
        writer = Writer(store, decider(settings), self._clock, follow=planner(settings))

        def submit(intake: Intake, done: Callable[[Outcome], None] | None = None) -> None:
            writer.step([Request(intake, done)])

        return Pipeline({self._row.id: source}, submit).offer


def choose_device(settings: Settings, name: str) -> DeviceSettings:
    """The device a recording came from; ConfigError when there is none of this name, or several to choose from."""
    known = ", ".join(row.id for row in settings.devices)
    rows = [row for row in settings.devices if row.id == name or not name]
    if len(rows) != 1:
        what = f"no device {name!r} in the configuration" if name else "the configuration has several devices"
        raise ConfigError([f"{what}, expected --device with one of {known}"])
    return rows[0]


def _meanings(source: Source, read: Read) -> list[dict[str, Any]]:
    if read.fault is not None:
        return [_meaning(Scan(read, fault=read.fault))]
    found = source.interpret(read)
    scans = (found,) if isinstance(found, Scan) else found or ()
    return [_meaning(scan) for scan in scans] or [{"skipped": "no press"}]


def _meaning(scan: Scan) -> dict[str, Any]:
    if scan.fault is not None:
        return {"fault": scan.fault.code, "text": scan.fault.text}
    what: dict[str, Any] = {"card": scan.card or scan.code} if not scan.call else {"call": scan.call}
    if scan.label is not None and scan.label.is_goods:
        what["label"] = scan.label.keys.as_json() if scan.label.is_valid else scan.label.errors[0].code
    return {"action": scan.action.value, **what}


class _ButtonReader:
    """Messages of an MQTT device, judged as the driver does."""

    def __init__(self, row: MqttButtonSettings, clock: ReplayClock) -> None:
        self._row, self._clock, self._packet = row, clock, 0
        self._watch = ButtonWatch(row)
        self._watch.listen(clock.mono_ms())

    def reads(self, capture: Capture) -> list[Read | Skip]:
        if not capture.topic:
            raise GatewayError(f"line {capture.line} has no topic", hint=f"{self._row.id} is an MQTT device")
        if not capture.dup:  # a redelivery has the packet identifier of the delivery before
            self._packet = self._packet % 65_535 + 1
        packet = self._packet if capture.qos else 0
        topic = capture.topic.encode("utf-8", "replace")
        message = Message(topic, capture.data, packet, capture.qos, capture.dup, capture.retain)
        return [take(message, self._row, self._clock, self._watch)]

    def alarms(self) -> dict[str, str]:
        return self._watch.alarms(self._clock.mono_ms())

    def end(self) -> list[Read | Skip]:
        return []


class _StreamReader:
    """Bytes of a scanner, framed as the driver does."""

    def __init__(self, row: FramedSettings, clock: ReplayClock) -> None:
        self._row, self._clock = row, clock
        self._framer = Framer(row.rule())

    def reads(self, capture: Capture) -> list[Read | Skip]:
        if capture.topic:
            raise GatewayError(f"line {capture.line} has a topic", hint=f"{self._row.id} is a scanner")
        now_ms = self._clock.mono_ms()
        frames = self._framer.expire(now_ms)
        frames += [Frame(capture.data, capture.aim)] if capture.is_framed else self._framer.feed(capture.data, now_ms)
        return [self._read(frame) for frame in frames]

    def alarms(self) -> dict[str, str]:
        return {}

    def end(self) -> list[Read | Skip]:
        """What silence ends after the last bytes."""
        return [self._read(frame) for frame in self._framer.expire(self._clock.mono_ms() + _SILENCE_MS)]

    def _read(self, frame: Frame) -> Read:
        clock = self._clock
        fault = None
        if frame.fault is not None:
            fault = Rejection(frame.fault.value, "The code was damaged on its way", f"{frame.length} bytes")
        return Read(
            new_id(clock.wall_ms()), self._row.id, self._row.station, frame.data, frame.aim, clock.wall_ms(),
            clock.mono_ms(), clock.boot, clock.quality(), fault=fault,
        )  # fmt: skip


def _reader(row: DeviceSettings, clock: ReplayClock) -> _ButtonReader | _StreamReader:
    if isinstance(row, MqttButtonSettings):
        return _ButtonReader(row, clock)
    if isinstance(row, FramedSettings):
        return _StreamReader(row, clock)
    hint = "replay knows MQTT buttons, serial and TCP scanners"
    raise GatewayError(f"messages of {row.id} cannot be replayed", hint=hint)
