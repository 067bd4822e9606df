"""A scanner in keyboard mode: its keys become characters, and those become codes as from any other scanner."""

from __future__ import annotations

from functools import partial

from drivers.base import DeviceContext
from drivers.framing import KEPT_BYTES, Frame, FrameFault
from drivers.hid_keyboard_input import SYNC_DROPPED, EventType, KeyEvent, open_keyboard, parse_events
from drivers.hid_keyboard_layout import LAYOUTS
from drivers.hid_keyboard_settings import KeyboardSettings
from drivers.hid_keyboard_state import NAMED_KEYS, Keyboard
from drivers.scanner_device import ScannerDevice
from drivers.scanner_plain import PlainTalk
from gateway.model import Rejection

REPEATED = 2  # the kernel's own repetition of a held key


class HidKeyboard(ScannerDevice):
    """One configured scanner; outlives any number of unpluggings."""

    def __init__(self, settings: KeyboardSettings, context: DeviceContext) -> None:
        opened = partial(open_keyboard, settings, context.plugs)
        super().__init__(settings, context, opened, partial(KeyTalk, settings), open_watch=context.plugs.watch)


class KeyTalk(PlainTalk):
    """What the keys of one connection mean. A code of which a key is not known is refused, not guessed."""

    def __init__(self, settings: KeyboardSettings) -> None:
        super().__init__(settings)
        self._layout = settings.layout
        named = {NAMED_KEYS[name]: text for name, text in settings.keys.items()}
        self._keyboard = Keyboard(LAYOUTS[settings.layout], named)
        self._gap_ms = settings.gap_ms
        self._fault: FrameFault | None = None  # what happened since the last code
        self._pressed_ms = 0

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        return [frame for event in parse_events(chunk) for frame in self._take(event, now_ms)]

    def expire(self, now_ms: int) -> list[Frame]:
        frames = self._judged(super().expire(now_ms))
        if self._fault is None or self.deadline_ms is not None or now_ms - self._pressed_ms < self._gap_ms:
            return frames
        fault, self._fault = self._fault, None
        return [*frames, Frame(b"", fault=fault)]  # nothing of it was a character, and yet it was no silence

    def abort(self) -> list[Frame]:
        return self._judged(super().abort())

    def rejection(self, frame: Frame) -> Rejection:
        if frame.fault is FrameFault.UNKNOWN_KEY:
            text = f"The scanner pressed a key without a character in layout {self._layout}; check its country setting"
            return Rejection(frame.fault.value, text, f"{frame.length} bytes", f"keys of layout {self._layout}")
        return super().rejection(frame)

    def _take(self, event: KeyEvent, now_ms: int) -> list[Frame]:
        if event.type == EventType.SYNC and event.code == SYNC_DROPPED:
            self._keyboard.forget()
            self._fault = FrameFault.BROKEN_OFF
        if event.type != EventType.KEY or event.value == REPEATED:
            return []
        self._pressed_ms = now_ms
        stroke = self._keyboard.change(event.code, is_pressed=bool(event.value))
        if stroke.is_unknown:
            self._fault = self._fault or FrameFault.UNKNOWN_KEY
        return self._judged(super().feed(stroke.text.encode(), now_ms)) if stroke.text else []

    def _judged(self, frames: list[Frame]) -> list[Frame]:
        """What is known of a code besides its characters; the next one begins without it."""
        if not frames or self._fault is None:
            return frames
        fault, self._fault = self._fault, None
        first = frames[0]
        return [Frame(first.data[:KEPT_BYTES], fault=fault, length=len(first.data)), *frames[1:]]
