"""An output in its own thread, stopped and joined at the end of the block."""

from __future__ import annotations

import threading
from types import TracebackType

from drivers.base import DeviceHealth
from drivers.output_base import Output, Shown

DEADLINE_S = 20.0


class RunningOutput:
    """Keeps the health it told."""

    def __init__(self, output: Output, shown: Shown) -> None:
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self.health: list[DeviceHealth] = []
        self._thread = threading.Thread(target=output.run, args=(self._stop, shown, self._tell), daemon=True)

    def __enter__(self) -> RunningOutput:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the output did not stop"

    def wait_up(self, is_up: bool = True) -> str:
        """Until its newest word is so; what it said."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: bool(self.health) and self.health[-1].is_up is is_up and bool(self.health[-1].text), DEADLINE_S
            )
        assert came, f"expected is_up={is_up}, got {self.health[-3:]}"
        return self.health[-1].text

    def _tell(self, health: DeviceHealth) -> None:
        with self._changed:
            self.health.append(health)
            self._changed.notify_all()
