"""When to say again that we are here: until the ERP has answered for every stream."""

from __future__ import annotations

from sync.retry import Uniform, backoff_ms

AGAIN_MS = 5_000
AGAIN_LIMIT_MS = 60_000


class Greeting:
    """The births of one session; the first is due at once."""

    def __init__(self, uniform: Uniform) -> None:
        self._uniform = uniform
        self._due_ms = 0
        self.said = 0  # since the session began or the epoch changed

    def is_due(self, now_ms: int, *, is_answered: bool) -> bool:
        """Whether to publish the birth now."""
        return now_ms >= self._due_ms and not (self.said and is_answered)

    def on_said(self, now_ms: int) -> None:
        """The birth is on the wire."""
        self._due_ms = now_ms + backoff_ms(self.said, AGAIN_MS, AGAIN_LIMIT_MS, self._uniform)
        self.said += 1

    def restart(self) -> None:
        """Something new must be told: the epoch changed."""
        self._due_ms = 0
        self.said = 0
