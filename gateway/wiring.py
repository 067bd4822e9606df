"""What the settings make of store and rules, for the daemon and for every command that decides without it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gateway.clock import Clock, SystemClock
from gateway.decide import Decider
from gateway.goods.act import Rules
from gateway.goods.count_due import CountPlan
from gateway.kanban.session import SessionRules
from gateway.master import PARSERS
from gateway.quantity import parse_quantity
from gateway.reorder.count_plan import Intervals
from gateway.reorder.planner import Planner
from gateway.setting_table import GoodsSettings
from gateway.settings import Settings
from gateway.stations.station import Station
from gateway.store.store import Store
from gateway.store.writer import Limits


def open_store(settings: Settings, clock: Clock) -> Store:
    """The store of these settings, locked against a second process."""
    table = settings.gateway
    store = Store(
        table.data_dir, clock, PARSERS, site=table.site, gateway=table.id, ballast_kib=settings.store.ballast_kib
    )
    if isinstance(clock, SystemClock):
        clock.not_before(store.newest_trusted_ms())
    return store


def decider(settings: Settings) -> Decider:
    """The rules as these settings have them."""
    badges = settings.badges
    zone = ZoneInfo(settings.gateway.timezone)
    return Decider(
        _stations(settings),
        andon_window_ms=settings.andon.window_s * 1000,
        sessions=SessionRules(badges.idle_s * 1000, badges.longest_s * 1000, zone),
        goods=_goods_rules(settings.goods, zone),
        portals={row.id: row.doorway for row in settings.portals},
    )


def planner(settings: Settings) -> Planner:
    """What follows from movements and from time by the rules in force."""
    return Planner(ZoneInfo(settings.gateway.timezone))


def _stations(settings: Settings) -> dict[str, Station]:
    return {
        row.id: Station(
            row.id, row.role, row.location, row.action or row.operation or "", row.badge == "required",
            row.quantity == "ask",
            parse_quantity(row.approve_above) if row.approve_above is not None else None, bool(row.printer),
        )
        for row in settings.stations
    }  # fmt: skip


def _goods_rules(table: GoodsSettings, zone: ZoneInfo) -> Rules:
    return Rules(
        again_ms=table.again_s * 1000, ask_ms=table.ask_s * 1000, is_confirmed=table.confirm,
        label_parts=table.label_parts, zone=zone, counts=CountPlan(Intervals(*table.count_days), table.counts_a_day),
        sscc_prefix=table.sscc_prefix, sscc_first=table.sscc_first or 0, sscc_last=table.sscc_last or 0,
    )  # fmt: skip


def limits(settings: Settings) -> Limits:
    """The bounds of the writer."""
    table = settings.store
    return Limits(table.queue_limit, table.batch_limit, table.checkpoint_pages, table.checkpoint_idle_s * 1000)
