"""What the status page and the CLI show of the sync: frozen values, made by the sync thread."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """Where one stream stands."""

    stream: str
    head: int  # last stored sequence
    cum: int  # settled in the store
    acked: int  # heard from the ERP; settled with the next commit
    unsettled: int  # events that the ERP has not acknowledged
    in_flight: int  # batches on the wire
    is_known: bool  # the ERP has answered for this epoch in this session
    acked_ms: int | None  # monotonic time of the last acknowledgement, None for none in this process
    resends: int


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The whole sync at one moment."""

    is_connected: bool = False
    erp_online: bool = True  # assumed as long as the ERP says nothing
    epoch: str = ""
    sessions: int = 0  # connections made by this process
    why_not: str = ""  # why there is no connection
    unsettled: int = 0  # events of all streams that the ERP has not acknowledged
    streams: tuple[StreamStatus, ...] = ()
    warnings: dict[str, str] = field(default_factory=dict)  # code -> newest text
    counts: dict[str, int] = field(default_factory=dict)  # code -> how often
