"""What is done to the store of a gateway that does not run: instructions, another box's events, another id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.ids import new_id
from gateway.kanban.carried import meaning
from gateway.model import Instruction, Verdict
from gateway.settings import Settings
from gateway.store.identity import name_in, rename
from gateway.store.mail import BroughtIn, Head, Letter, bring_in
from gateway.store.writer import Request, Writer
from gateway.systemd import boot_id
from gateway.wiring import decider, open_store, planner


def instruct_offline(settings: Settings, name: str, body: dict[str, Any], account: str) -> Verdict:
    """Carry out an instruction on the store of a gateway that does not run; GatewayError when it does."""
    clock = SystemClock(boot_id())
    store = open_store(settings, clock)
    try:
        writer = Writer(store, decider(settings), clock, follow=planner(settings))
        instruction = Instruction(new_id(clock.wall_ms()), name, body, account)
        return writer.step([Request(instruction)])[0].verdict
    finally:
        store.close()


def import_offline(settings: Settings, head: Head, letters: Iterable[Letter]) -> BroughtIn:
    """Take over another box's unsynced events into the store of a gateway that does not run."""
    table = settings.gateway
    if (head.site, head.env) != (table.site, table.env):
        text = f"the file is of site {head.site!r} and env {head.env!r}, expected {table.site!r} and {table.env!r}"
        raise GatewayError(text, hint="events never change site or environment")
    clock = SystemClock(boot_id())
    store = open_store(settings, clock)
    try:
        return bring_in(store, head, letters, lambda events: meaning(events, store.view), clock)
    finally:
        store.close()


def rename_offline(settings: Settings) -> str:
    """Give the store the id that the settings have; returns the former one."""
    table, clock = settings.gateway, SystemClock(boot_id())
    _, former = name_in(table.data_dir)
    store = open_store(settings.model_copy(update={"gateway": table.model_copy(update={"id": former})}), clock)
    try:
        rename(store, table.id, clock)
    finally:
        store.close()
    return former
