"""Opening a connection without standing still: name look-up can block for half a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from sync.mqtt import LinkError

DIAL_LIMIT_S = 15.0
SLICE_S = 0.2


class Dialled(Protocol):
    """What can be dialled (sync.mqtt.MqttSession)."""

    def connect(self) -> None: ...
    def close(self) -> None: ...


class Dialer:
    """Runs the blocking part of connecting in a thread of its own, never more than one at a time."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._thread: threading.Thread | None = None

    def dial(self, session: Dialled, stop: threading.Event) -> None:
        """`session.connect()`; LinkError when it fails, takes too long, or `stop` is set."""
        if self._thread is not None and self._thread.is_alive():
            self._wait(self._thread, stop)
            if self._thread.is_alive():
                raise LinkError("the name look-up of the broker still hangs", hint="check the name service")
        call = _Call(session)
        self._thread = threading.Thread(target=call.run, name="sync-dial", daemon=True)
        self._thread.start()
        self._wait(self._thread, stop)
        call.collect()

    def _wait(self, thread: threading.Thread, stop: threading.Event) -> None:
        waited = 0.0
        while thread.is_alive() and not stop.is_set() and waited < DIAL_LIMIT_S:
            self._beat()
            thread.join(SLICE_S)
            waited += SLICE_S


class _Call:
    """One attempt; whoever comes second, the thread or the one who gave up, cleans up."""

    def __init__(self, session: Dialled) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._is_finished = False
        self._is_abandoned = False
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._session.connect()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
        with self._lock:
            self._is_finished = True
            is_abandoned = self._is_abandoned
        if is_abandoned:
            self._session.close()

    def collect(self) -> None:
        """Return when connected, raise when not."""
        with self._lock:
            self._is_abandoned = not self._is_finished
        if self._is_abandoned:
            raise LinkError(f"connecting took longer than {DIAL_LIMIT_S:.0f} s", hint="check network and name service")
        if self._error is not None:
            raise self._error
