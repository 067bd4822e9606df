"""A need and its life (K8): asked for once, until its order is received, refused, cancelled or gone, or the stock is
back above the threshold; then the rule is judged again.

What is known of a need is a fact of the item at its place, which also counts the episodes; needs that are open are a
fact by their key, and their documents lead to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.kanban.key import NEED_FACT
from gateway.kanban.moment import Since, since_of
from gateway.model import Event
from gateway.view import View

EPISODES_FACT = "episodes"  # by `<item>/<place>`: for each rule how many there were, and the last one
OPEN_FACT = NEED_FACT  # by key, as long as it is open: whose episode it is
DOCUMENT_FACT = "need_doc"  # by document: keys of the open needs that became it

OPEN, ORDERED, CLOSED = "open", "ordered", "closed"
# Why a need ended.
RECEIVED, REFUSED, CANCELLED, DELETED, ABOVE = "received", "refused", "cancelled", "deleted", "above"
OVERTAKEN = "overtaken"  # another gateway has come further with the same need
WENT_LIVE = "went live"  # it arose in shadow, and the rule works live now
HELD = "HELD"  # the code of its flag, and of the task that ends it
REFUSALS_LIMIT = 3  # in a row; then it is not asked for again until somebody looked after it (K6)


@dataclass(frozen=True, slots=True)
class Episode:
    """The last episode of a rule for an item at a place."""

    rule: str
    item: str
    place: str
    n: int = 0  # how many there were
    state: str = CLOSED
    key: str = ""
    qty: str = "0"
    doc: str = ""
    why: str = ""  # how it ended
    refusals: int = 0  # in a row
    aside: str = ""  # shadow: the ERP never heard of it
    awaits: bool = False  # over at the ERP, whose snapshot with the goods may still be on its way
    since: Since = (0, 0, "")

    @property
    def name(self) -> str:
        return episode_name(self.rule, self.item, self.place)

    @property
    def is_open(self) -> bool:
        return self.state != CLOSED

    def to_json(self) -> dict[str, Any]:
        """As it stands in the fact of its place."""
        body = {
            "rule": self.rule, "item": self.item, "place": self.place, "n": self.n, "state": self.state,
            "key": self.key, "qty": self.qty, "doc": self.doc, "why": self.why, "refusals": self.refusals,
            "aside": self.aside, "awaits": self.awaits, "since": list(self.since),
        }  # fmt: skip
        return {name: value for name, value in body.items() if value not in ("", 0)}


def need_key(site: str, item: str, place: str, rule: str, n: int) -> str:
    """`rule/<site>/<item>/<place>/<rule>/<episode>` (K4); a slash within a name is written %2F."""
    return "/".join(("rule", *(map(_safe, (site, item, place, rule))), str(n)))


def episode_name(rule: str, item: str, place: str) -> str:
    return "/".join(map(_safe, (item, place, rule)))


@lru_cache(maxsize=50_000)
def place_name(item: str, place: str) -> str:
    return f"{_safe(item)}/{_safe(place)}"


def episode_of(rule: str, item: str, place: str, view: View) -> Episode:
    """The last episode as the journal has it, or the one before the first."""
    known = view.fact(EPISODES_FACT, place_name(item, place))
    return from_json(known[rule]) if known is not None and rule in known else Episode(rule, item, place)


def from_json(told: dict[str, Any]) -> Episode:
    wall_ms, mono_ms, boot = told["since"]
    return Episode(
        told["rule"], told["item"], told["place"], told.get("n", 0), told["state"], told.get("key", ""),
        told.get("qty", "0"), told.get("doc", ""), told.get("why", ""), told.get("refusals", 0),
        told.get("aside", ""), told.get("awaits", False), since=(wall_ms, mono_ms, boot),
    )  # fmt: skip


def open_needs(view: View) -> list[Episode]:
    """All that are open, by key."""
    return [episode_of(told["rule"], told["item"], told["place"], view) for told in view.facts(OPEN_FACT).values()]


def opened(episode: Episode, key: str, qty: str, view: View, *, aside: str = "") -> Episode:
    """The next episode; one of shadow takes no number, because nobody else counts it."""
    return Episode(
        episode.rule, episode.item, episode.place, episode.n if aside else episode.n + 1, OPEN, key, qty,
        refusals=episode.refusals, aside=aside, since=since_of(view.now),
    )  # fmt: skip


def closed(episode: Episode, why: str, view: View, *, awaits: bool = False) -> Episode:
    """The same, over."""
    refusals = episode.refusals + 1 if why == REFUSED else 0
    return Episode(
        episode.rule, episode.item, episode.place, episode.n, CLOSED, episode.key, episode.qty, episode.doc, why,
        refusals, awaits=awaits, since=since_of(view.now),
    )  # fmt: skip


def facts_of(episode: Episode, before: Episode, view: View) -> list[list[Any]]:
    """The facts of a need that was opened, became a document, or ended."""
    name = place_name(episode.item, episode.place)
    known = view.fact(EPISODES_FACT, name) or {}
    facts: list[list[Any]] = [[EPISODES_FACT, name, {**known, episode.rule: episode.to_json()}]]
    if episode.is_open and not before.is_open:
        whose = {"rule": episode.rule, "item": episode.item, "place": episode.place}
        facts.append([OPEN_FACT, episode.key, whose])
    elif before.is_open and not episode.is_open:
        facts.append([OPEN_FACT, before.key, None])
    if episode.doc and episode.is_open and episode.doc != before.doc:
        facts.append([DOCUMENT_FACT, episode.doc, {"keys": sorted({*keys_of(episode.doc, view), episode.key})}])
    elif before.doc and not episode.is_open:
        left = [key for key in keys_of(before.doc, view) if key != before.key]
        facts.append([DOCUMENT_FACT, before.doc, {"keys": left} if left else None])
    return facts


def keys_of(doc: str, view: View) -> list[str]:
    """Keys of the open needs that became a document."""
    known = view.fact(DOCUMENT_FACT, doc)
    return list(known["keys"]) if known else []


def need_of(key: str, view: View) -> Episode | None:
    """The open need of this key."""
    known = view.fact(OPEN_FACT, key)
    return episode_of(known["rule"], known["item"], known["place"], view) if known else None


def ended(need: Episode, why: str, view: View, *, text: str = "", cause: str = "", awaits: bool = False) -> Event:
    """The end of a need. Only that the stock is back is news to the ERP: all else it said itself.

    `awaits`: the ERP says that the goods have come, and not by this gateway.
    """
    after = closed(need, why, view, awaits=awaits)
    body: dict[str, Any] = {
        "item": need.item, "location": need.place, "rule": need.rule, "why": why, "qty": need.qty,
        "facts": facts_of(after, need, view),
    }  # fmt: skip
    if text:
        body["text"] = text
    if cause:
        body["cause"] = cause
    if need.doc:
        body["doc_of"] = need.doc
    body["need"] = need.key
    if need.aside:
        return Event("reorder_closed", "", "", body)
    body["closes"] = [need.key]
    is_news = why == ABOVE and not need.doc
    return Event("reorder_withdrawn", "sig", "", body) if is_news else Event("reorder_closed", "", "", body)


def _safe(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F")


def named(part: str) -> str:
    """The name that stands as this part of a key."""
    return part.replace("%2F", "/").replace("%25", "%")
