"""A copy of the store to try things on: what would happen there happens nowhere else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.clock import Clock, SystemClock
from gateway.errors import GatewayError
from gateway.ids import new_id
from gateway.model import Instruction, Tick
from gateway.reorder.judgement import Judgement
from gateway.reorder.planner import Planner
from gateway.reorder.rule import RuleSet
from gateway.rule_file import RuleFile
from gateway.settings import Settings
from gateway.store.scratch import copy_store
from gateway.store.store import Store
from gateway.store.writer import Request, Writer
from gateway.systemd import boot_id
from gateway.view import View
from gateway.wiring import decider, open_store, planner

TICKS_LIMIT = 10_000  # of a rehearsal; more places than that many ticks look at are not looked at
SHOWN = ("reorder_triggered", "reorder_withdrawn", "reorder_closed", "reorder_flagged", "reorder_deferred")


@contextmanager
def copied_store(settings: Settings, clock: Clock) -> Iterator[tuple[Store, bool]]:
    """The copy, and whether there was anything to copy; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kanban-rehearsal-") as name:
        is_known = copy_store(settings.gateway.data_dir, Path(name))
        gateway = settings.gateway.model_copy(update={"data_dir": Path(name)})
        limits = settings.store.model_copy(update={"ballast_kib": 0})
        store = open_store(settings.model_copy(update={"gateway": gateway, "store": limits}), clock)
        try:
            yield store, is_known
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class Judged:
    """What every rule says of an item now."""

    rules: RuleSet
    judgements: tuple[Judgement, ...]


def judged(plan: Planner, view: View, item: str, location: str) -> Judged:
    """At one place, or at every place where the item is planned or was ever booked."""
    places = [(item, view.area(location))] if location else [one for one in plan.places(view) if one[0] == item]
    found = tuple(one for place in places for one in plan.judgements(*place, view))
    return Judged(plan.rules(view) or RuleSet(), found)


def tried(settings: Settings, file: RuleFile) -> list[dict[str, Any]]:
    """The events that would follow if this rule file came into force now."""
    clock, plan = SystemClock(boot_id()), planner(settings)
    with copied_store(settings, clock) as (store, _):
        writer = Writer(store, decider(settings), clock, follow=plan)
        body = file.body(settings.gateway.timezone)
        instruction = Instruction(new_id(clock.wall_ms()), "rules.load", body, "rehearsal")
        outcomes = writer.step([Request(instruction)])
        if not outcomes[0].verdict.is_good:
            raise GatewayError(outcomes[0].verdict.text)
        for _ in range(TICKS_LIMIT):
            outcomes += writer.step([Request(Tick())])
            if not plan.is_waiting:
                break
        found = (store.view.event(seq) for outcome in outcomes for seq in outcome.seqs)
        return [one for one in found if one is not None and one["kind"] in SHOWN]
