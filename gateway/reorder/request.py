"""From a finding to the event that asks for goods: what is asked, why, and by which version of what (R9)."""

from __future__ import annotations

from typing import Any

from gateway.kanban.mode import SHADOW
from gateway.kanban.moment import iso_utc
from gateway.master import Item
from gateway.model import Event
from gateway.quantity import format_quantity, parse_quantity
from gateway.reorder.binding import Bound
from gateway.reorder.finding import Finding, Priority, Share, Way
from gateway.reorder.need import Episode, facts_of, need_key, opened
from gateway.reorder.rule import RuleSet
from gateway.view import View

TOLD_OF = ("items", "order_points", "sources", "loops", "purchase_orders", "work_orders", "boms", "calendars")


def requested(
    bound: Bound, by: tuple[RuleSet, str], episode: Episode, finding: Finding, netted: list[dict[str, Any]], view: View
) -> Event:
    """The need as an event, by which rules and in which mode; in shadow it stays here, with what would have been asked
    under `would`."""
    (rules, mode), rule, item = by, bound.rule, view.master("items", episode.item)
    aside = SHADOW if mode == SHADOW else ""
    key = need_key(view.site, episode.item, episode.place, rule.id, episode.n + 1)
    trigger = trigger_of(bound, rules, episode, finding, netted, item, view)
    after = opened(episode, key, trigger["qty"], view, aside=aside)
    body: dict[str, Any] = {
        "item": episode.item, "location": episode.place, "rule": rule.id, "why": str(finding.why),
        "facts": facts_of(after, episode, view),
    }  # fmt: skip
    if aside:
        return Event("reorder_triggered", "", key, {**body, "aside": aside, "would": {"tr": trigger}})
    return Event("reorder_triggered", "sig", key, {**body, "tr": trigger})


def trigger_of(
    bound: Bound, rules: RuleSet, episode: Episode, finding: Finding, netted: list[dict[str, Any]],
    item: Item | None, view: View,
) -> dict[str, Any]:  # fmt: skip
    """The member `tr` of the contract; `basis` is all that it was decided by."""
    told = finding.as_json()
    trigger: dict[str, Any] = {
        "rule": f"{bound.rule.id}@r{rules.version}", "item": episode.item, "location": episode.place,
        "qty": format_quantity(finding.quantity), "uom": item.uom if item else "", "cards": [],
    }  # fmt: skip
    if finding.due_ms is not None:
        trigger["due"] = iso_utc(finding.due_ms)
    is_urgent = bound.rule.urgent or finding.priority is Priority.URGENT
    trigger["priority"] = "urgent" if is_urgent else "normal"
    if is_urgent:
        trigger["urgent"] = 1
    if len(finding.shares) > 1:
        trigger["shares"] = [_share(one) for one in finding.shares]
    elif finding.shares:
        first = finding.shares[0]
        trigger["way"] = str(first.way)
        if first.source:
            trigger["source"] = first.source
    trigger["basis"] = {
        **{name: told[name] for name in _BASIS if name in told},
        "params": bound.named,
        "netted": netted,
        "rules": {"version": rules.version, "hash": rules.hash},
        "md": master_data(view),
    }
    if bound.rule.when is not None:
        trigger["basis"]["when"] = bound.rule.when.text
    return trigger


def _share(one: Share) -> dict[str, Any]:
    told = {"way": str(one.way), "source": one.source, "qty": format_quantity(one.quantity)}
    return {**told, "due": iso_utc(one.due_ms)} if one.due_ms is not None else told


def transferred_from(area: str, trigger: dict[str, Any]) -> int:
    """How much a trigger, as `trigger_of` wrote it, asks a place for (A03)."""
    shares = trigger.get("shares") or [{name: trigger[name] for name in ("way", "source", "qty") if name in trigger}]
    wanted = [one for one in shares if (one.get("way"), one.get("source")) == (Way.TRANSFER, area)]
    return sum(parse_quantity(one["qty"]) for one in wanted)


_BASIS = ("kind", "why", "formula", "numbers", "comparisons", "shares", "need_ms", "order_by_ms", "level")


def master_data(view: View) -> dict[str, Any]:
    """Version of every dataset that planning reads, and how old it is in seconds."""
    told: dict[str, Any] = {}
    for dataset in TOLD_OF:
        version, _ = view.master_version(dataset)
        if version:
            age_ms = view.now.wall_ms - view.master_since(dataset)
            told[dataset] = {"version": version, "age_s": max(0, age_ms // 1000)}
    return told
