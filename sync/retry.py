"""Waiting between attempts: to connect, to send again, to be heard."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

CONNECT_LIMIT_S = 60.0
PAUSE_SLICE_S = 0.5

_EXPONENTIAL = wait_random_exponential(multiplier=1.0, max=CONNECT_LIMIT_S)

Uniform = Callable[[float, float], float]


def connect_attempts(
    stop: threading.Event, error: type[Exception], pause: Callable[[float], None] | None = None
) -> Retrying:
    """Attempts with exponential back-off and full jitter from 1 s to 60 s, until one works or `stop` is set.

    The last error is raised again when stopped. `pause` sleeps between attempts; by default it
    waits for `stop`. What it must not do is wait longer than asked once `stop` is set.
    An error with a member `wait_s` is waited for at least that long.
    """
    return Retrying(
        stop=stop_when_event_set(stop),
        wait=_full_jitter,
        retry=retry_if_exception_type(error),
        sleep=pause or sleep_using_event(stop),
        reraise=True,
    )


def _full_jitter(state: RetryCallState) -> float:
    """Exponential with full jitter, but never sooner than the other side asked for."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_EXPONENTIAL(state), float(getattr(error, "wait_s", 0.0)))


class SlicedPause:
    """A pause that a stop (or `is_over`) interrupts and that calls `beat` at least every half second."""

    def __init__(
        self, stop: threading.Event, beat: Callable[[], None], is_over: Callable[[], bool] = lambda: False
    ) -> None:
        self._sleep = sleep_using_event(stop)
        self._is_over = is_over
        self._stop = stop
        self._beat = beat

    def __call__(self, seconds: float) -> None:
        while seconds > 0 and not self._stop.is_set() and not self._is_over():
            self._beat()
            self._sleep(min(seconds, PAUSE_SLICE_S))
            seconds -= PAUSE_SLICE_S


def full_jitter_ms(attempt: int, base_ms: int, limit_ms: int, uniform: Uniform) -> int:
    """Wait before attempt `attempt` (0 is the first repetition) when the other side has answered: it is there."""
    return int(uniform(0, min(limit_ms, base_ms << min(attempt, 16))))


def backoff_ms(attempt: int, base_ms: int, limit_ms: int, uniform: Uniform) -> int:
    """Wait before attempt `attempt` (0 is the first repetition): `base_ms`, then doubling with jitter.

    The jitter lies between the base and the doubled value: never sooner than the base, since the
    other side needs time to answer at all.
    """
    if attempt <= 0:
        return base_ms
    return int(uniform(base_ms, min(limit_ms, base_ms << min(attempt, 16))))
