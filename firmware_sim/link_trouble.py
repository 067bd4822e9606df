"""Links that fail: what stands between a gateway and its broker or ERP is cut, stalled or slowed down."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_sim.faults import CLEAN, FaultProxy, Toxics
from firmware_sim.truth import Truth

_STALLED = Toxics(silent=True)
_SLOW = Toxics(latency_ms=150, jitter_ms=100, slice_bytes=400, slice_delay_ms=5)


class LinkTrouble:
    """The links of a floor by gateway, and what is wrong with each now."""

    def __init__(self, links: Mapping[str, FaultProxy], truth: Truth) -> None:
        self.now = dict.fromkeys(links, "")  # "", "cut", "stalled" or "slow"
        self._links = links
        self._truth = truth

    def cut(self, gateway: str) -> None:
        """Every connection is reset, new ones are refused."""
        self._links[gateway].is_refusing = True
        self._links[gateway].reset_all()
        self._note(gateway, "cut")

    def stall(self, gateway: str) -> None:
        """Connections stay open and nothing passes."""
        self._links[gateway].set(_STALLED)
        self._note(gateway, "stalled")

    def slow(self, gateway: str) -> None:
        """Everything passes in pieces and late."""
        self._links[gateway].set(_SLOW)
        self._note(gateway, "slow")

    def heal(self, gateway: str) -> None:
        self._links[gateway].is_refusing = False
        self._links[gateway].set(CLEAN)
        self._note(gateway, "")

    def _note(self, gateway: str, trouble: str) -> None:
        self.now[gateway] = trouble
        self._truth.record("link", gateway=gateway, trouble=trouble or "healed")
