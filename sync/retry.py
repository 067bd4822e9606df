"""Waiting between attempts: to connect, to send again, to be heard."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tenacity import Retrying, retry_if_exception_type, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

CONNECT_LIMIT_S = 60.0
PAUSE_SLICE_S = 0.5

Uniform = Callable[[float, float], float]


def connect_attempts(
    stop: threading.Event, error: type[Exception], pause: Callable[[float], None] | None = None
) -> Retrying:
    """Attempts with exponential back-off and full jitter from 1 s to 60 s, until one works or `stop` is set.

    The last error is raised again when stopped. `pause` sleeps between attempts; by default it
    waits for `stop`. What it must not do is wait longer than asked once `stop` is set.
    """
    return Retrying(
        stop=stop_when_event_set(stop),
        wait=wait_random_exponential(multiplier=1.0, max=CONNECT_LIMIT_S),
        retry=retry_if_exception_type(error),
        sleep=pause or sleep_using_event(stop),
        reraise=True,
    )


class SlicedPause:
    """A pause that a stop interrupts and that calls `beat` at least every half second."""

    def __init__(self, stop: threading.Event, beat: Callable[[], None]) -> None:
        self._sleep = sleep_using_event(stop)
        self._stop = stop
        self._beat = beat

    def __call__(self, seconds: float) -> None:
        while seconds > 0 and not self._stop.is_set():
            self._beat()
            self._sleep(min(seconds, PAUSE_SLICE_S))
            seconds -= PAUSE_SLICE_S


def backoff_ms(attempt: int, base_ms: int, limit_ms: int, uniform: Uniform) -> int:
    """Wait before attempt `attempt` (0 is the first repetition): `base_ms`, then doubling with jitter.

    The jitter lies between the base and the doubled value: never sooner than the base, since the
    other side needs time to answer at all.
    """
    if attempt <= 0:
        return base_ms
    return int(uniform(base_ms, min(limit_ms, base_ms << min(attempt, 16))))
