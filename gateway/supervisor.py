"""Named worker threads: started in order, restarted with back-off, stopped in the reverse order.

Every exception of every thread ends here. What it costs depends on its type: a device that went
away is tried again, one that can never work is left alone with a warning, and a worker the gateway
cannot live without ends the process, which the service manager then starts anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.errors import PermanentDeviceError, TransientDeviceError
from gateway.health import Health

_LOG = logging.getLogger(__name__)

RESTART_FIRST_S = 0.5
RESTART_LIMIT_S = 30.0
JOIN_LIMIT_S = 10.0  # a worker that has not stopped by then is left behind, and said so

Run = Callable[[threading.Event], None]


@dataclass
class Worker:
    """One thread that runs `run(stop)` until its stop event is set."""

    name: str
    run: Run
    is_essential: bool
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Supervisor:
    """Owns all worker threads of the process."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._workers: list[Worker] = []
        self.wake = threading.Event()  # set when an essential worker died: the main thread waits on it
        self.failure: BaseException | None = None

    def start(self, name: str, run: Run, *, is_essential: bool = False) -> None:
        """Start a worker; later ones are stopped before earlier ones."""
        worker = Worker(name, run, is_essential)
        worker.thread = threading.Thread(target=self._live, args=(worker,), name=name, daemon=True)
        self._workers.append(worker)
        worker.thread.start()

    def alive(self) -> bool:
        """Whether every essential worker still runs."""
        essential = [worker.thread for worker in self._workers if worker.is_essential]
        return all(thread is not None and thread.is_alive() for thread in essential)

    def is_well(self, name: str) -> None:
        """The worker says that it works again: its failure of before is over."""
        self._health.clear(f"WORKER:{name}")

    def stop(self) -> None:
        """Stop everything, last started first, and wait for each."""
        for worker in reversed(self._workers):
            worker.stop.set()
            if worker.thread is not None:
                worker.thread.join(JOIN_LIMIT_S)
                if worker.thread.is_alive():
                    _LOG.error("worker %s did not stop within %.0f s", worker.name, JOIN_LIMIT_S)
        self._workers.clear()

    def _live(self, worker: Worker) -> None:
        delay_s = RESTART_FIRST_S
        while not worker.stop.is_set():
            try:
                worker.run(worker.stop)
                self._health.clear(f"WORKER:{worker.name}")
                return
            except PermanentDeviceError as error:
                self._health.warn(f"WORKER:{worker.name}", f"{error} (not tried again until a restart)")
                return
            except TransientDeviceError as error:
                self._health.warn(f"WORKER:{worker.name}", str(error))
            except Exception as error:  # noqa: BLE001 - the one place where all of them arrive
                _LOG.exception("worker %s failed", worker.name)
                self._health.warn(f"WORKER:{worker.name}", f"{type(error).__name__}: {error}")
                if worker.is_essential:
                    self.failure = error
                    self.wake.set()
                    return
            worker.stop.wait(delay_s)
            delay_s = min(delay_s * 2, RESTART_LIMIT_S)
