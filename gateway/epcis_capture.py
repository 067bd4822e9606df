"""Capturing put together: the journal, the repository, and the cursor that the writer stores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Protocol

from gateway.clock import Clock
from gateway.epcis.cursor import CAPTURED
from gateway.epcis.document import document_of
from gateway.epcis_source import EpcisSource
from gateway.ids import new_id
from gateway.model import Instruction, Outcome, Status, Verdict
from gateway.settings import Settings
from gateway.store.reader import StoreReader
from sync.epcis.courier import CaptureCourier
from sync.epcis.engine import CaptureEngine, CaptureRound
from sync.rest.http import HttpLine

NOTED_WITHIN_S = 60.0  # a cursor that is noted later is noted all the same, and found at the next look

Credential = Callable[[str], Path]
Told = Callable[[str, str], None]


class Submit(Protocol):
    """The writer's entrance."""

    def __call__(self, intake: Instruction, done: Callable[[Outcome], None]) -> None: ...


def open_capture(
    settings: Settings, submit: Submit, clock: Clock, warn: Told, clear: Callable[[str], None], credential: Credential
) -> Callable[[threading.Event], None]:
    """The main function of the thread that captures as it happens."""

    def note(body: dict[str, Any]) -> Verdict:
        told: Queue[Outcome] = Queue(1)
        submit(Instruction(new_id(clock.wall_ms()), CAPTURED, body, "epcis"), told.put)
        try:
            return told.get(timeout=NOTED_WITHIN_S).verdict
        except Empty:
            return Verdict(Status.FAILED, "NOT_STORED", f"the store did not answer within {NOTED_WITHIN_S:.0f} s")

    return CaptureEngine(
        settings.epcis, lambda: open_source(settings), lambda events: document_of(events, clock.wall_ms()), note, clock,
        warn, credential=credential, clear=clear,
    ).run  # fmt: skip


def open_source(settings: Settings) -> EpcisSource:
    """The journal of these settings, read by a connection of its own."""
    return EpcisSource(settings, StoreReader(settings.gateway.data_dir))


def open_round(
    settings: Settings, source: EpcisSource, clock: Clock, credential: Credential,
    note: Callable[[dict[str, Any]], Verdict], pause: Callable[[float], None],
) -> CaptureRound:  # fmt: skip
    """One look at a time, for a command."""
    table = settings.epcis
    courier = CaptureCourier(
        HttpLine(table, credential).ask, lambda events: document_of(events, clock.wall_ms()), table.content_type,
        table.job_limit_s, clock, pause,
    )  # fmt: skip
    return CaptureRound(source, courier, table.batch_events, clock, note)
