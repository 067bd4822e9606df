"""Scans of the probe sheet with whatever scanner the configuration names, and its signs shown to the person.

A keyboard is read key by key, so that its layout shows too: it is the one in which the sheet's words appear.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Protocol

from drivers.base import Device, DeviceContext, DeviceHealth
from drivers.hid_keyboard import REPEATED
from drivers.hid_keyboard_input import EventType, open_keyboard, parse_events
from drivers.hid_keyboard_layout import LAYOUTS, LayoutName
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.hid_keyboard_state import NAMED_KEYS, Keyboard
from drivers.plug import Plugs
from drivers.registry import DEVICE_TYPES
from drivers.scanner_separators import LabelScannerSettings
from gateway.clock import SystemClock
from gateway.codes.probe import LEARN_LIMIT_BYTES, Learned, learn
from gateway.errors import GatewayError
from gateway.model import Read, Status, Verdict

SYMBOLS = 2  # on the sheet
SILENCE_S = 0.3  # after a scan: what comes within it still belongs to it
EVENTS_LIMIT_BYTES = 262_144  # of keys; a character is six events of 24 bytes
STOP_LIMIT_S = 5.0

GOOD = Verdict(Status.OK, "PROBE", "a good sign")
BAD = Verdict(Status.REFUSED, "PROBE", "a bad sign")


class Source(Protocol):
    """An open way to a scanner."""

    def fileno(self) -> int: ...
    def read(self) -> bytes: ...


def record(source: Source, seconds: int, is_enough: Callable[[bytes], bool], limit_bytes: int) -> bytes:
    """What arrives until it is enough and the line is silent, or the time is over."""
    clock = SystemClock("probe")
    end_ms = clock.mono_ms() + seconds * 1000
    data = b""
    while clock.mono_ms() < end_ms and len(data) < limit_bytes:
        if select.select([source.fileno()], [], [], SILENCE_S)[0]:
            data += source.read()
        elif is_enough(data):
            break
    return data


def probe_keyboard(
    settings: KeyboardSettings, seconds: int, plugs: Plugs | None = None
) -> tuple[Learned, list[LayoutName]]:
    """What the keys of a scanner say, and the layouts it may be set to, as `best_layouts`."""

    def is_enough(events: bytes) -> bool:
        return best_layouts(settings, events)[0].scans >= SYMBOLS

    with closing(open_keyboard(settings, plugs or Plugs())) as keyboard:
        return best_layouts(settings, record(keyboard, seconds, is_enough, EVENTS_LIMIT_BYTES))


def best_layouts(settings: KeyboardSettings, events: bytes) -> tuple[Learned, list[LayoutName]]:
    """The layouts in which most of the sheet is read without doubt, the configured one first if it is among them.

    Italy and Spain have all characters of GS1 on the same keys, so the sheet cannot tell them apart.
    """
    found = {name: learn(_typed(settings, events, name).encode()) for name in LAYOUTS}
    rank = {name: (one.scans, not one.layout) for name, one in found.items()}
    best = [name for name in LAYOUTS if rank[name] == max(rank.values())]
    best.sort(key=lambda name: name != settings.layout)
    return found[best[0]], best


def _typed(settings: KeyboardSettings, events: bytes, layout: LayoutName) -> str:
    keyboard = Keyboard(LAYOUTS[layout], {NAMED_KEYS[name]: text for name, text in settings.keys.items()})
    changes = [one for one in parse_events(events) if one.type == EventType.KEY and one.value != REPEATED]
    return "".join(keyboard.change(one.code, is_pressed=bool(one.value)).text for one in changes)


class Scans:
    """Takes what a driver reads, and says that all is well."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._recording = b""
        self.trouble = ""  # why the scanner cannot be used now

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        with self._changed:
            self._recording = (self._recording + read.aim.encode() + read.data + b"\r")[-LEARN_LIMIT_BYTES:]
            self._changed.notify_all()
        feedback(GOOD)

    def hear(self, health: DeviceHealth) -> None:
        """Whether the scanner is there."""
        self.trouble = "" if health.is_up else health.text

    def wait(self, seconds: int) -> Learned:
        """What was scanned until both symbols are known, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: learn(self._recording).scans >= SYMBOLS, seconds)
            return learn(self._recording)


@contextmanager
def driven(settings: LabelScannerSettings, context: DeviceContext, scans: Scans) -> Iterator[Device]:
    """The scanner's own driver, at work as in the gateway."""
    kind = next(kind for kind in DEVICE_TYPES if isinstance(settings, kind.settings))
    device, stop = kind.open(settings, context), threading.Event()

    def run() -> None:
        try:
            device.run(stop, scans, scans.hear)
        except GatewayError as error:
            scans.trouble = str(error)

    thread = threading.Thread(target=run, name="probe", daemon=True)
    thread.start()
    try:
        yield device
    finally:
        stop.set()
        thread.join(STOP_LIMIT_S)
