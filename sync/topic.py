"""Topic names of the wire contract, for one gateway of one site."""

from __future__ import annotations

from dataclasses import dataclass

STREAMS = ("sig", "mov", "res", "sys")  # also the order in which they are served


@dataclass(frozen=True, slots=True)
class Topics:
    """Full topic names; build them with `Topics.of`."""

    state: str
    command: str
    erp_state: str
    up: dict[str, str]  # stream -> topic of its batches
    streams: dict[str, str]  # topic of an acknowledgement -> stream
    master: str  # prefix of all datasets

    @classmethod
    def of(cls, site: str, gateway: str) -> Topics:
        prefix = f"kgw/v1/{site}/{gateway}"
        return cls(
            state=f"{prefix}/state",
            command=f"{prefix}/cmd",
            erp_state=f"kgw/v1/{site}/erp/state",
            up={stream: f"{prefix}/up/{stream}" for stream in STREAMS},
            streams={f"{prefix}/ack/{stream}": stream for stream in STREAMS},
            master=f"{prefix}/md/",
        )

    def subscriptions(self) -> list[str]:
        """What the gateway listens to; each a filter of its own, so that a refusal names it."""
        return [*self.streams, self.command, f"{self.master}+", self.erp_state, self.state]
