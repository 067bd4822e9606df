"""What the way to the ERP leaves behind: events that it could not even read, and how far its feed is read."""

from __future__ import annotations

from gateway.kanban.answer import TEXT_LIMIT, nothing, task
from gateway.kanban.refused import posting_of, refused_fact
from gateway.model import Decision, Event, FeedPage, Notice, Status, Undeliverable, Verdict
from gateway.view import View

DROPPED = "dropped"  # facts by event id: the event is sent as a tombstone
FEED = "feed"
ERP = "erp"  # the only feed there is


def bury(undeliverable: Undeliverable, view: View) -> Decision:
    """The event stays in the journal, a tombstone takes its place on the wire, a person decides what follows."""
    original = view.event_by_id(undeliverable.id)
    if original is None or not original.get("id"):
        return nothing("UNKNOWN_EVENT", f"event {undeliverable.id} is not known here", Status.REFUSED)
    if view.fact(DROPPED, original["id"]) is not None:
        return nothing("DROPPED_ALREADY", status=Status.ALREADY)
    card, station = original.get("card", ""), original.get("sta", "")
    code, reason = undeliverable.code[:TEXT_LIMIT], undeliverable.text[:TEXT_LIMIT]
    what = f"{original['kind'].replace('_', ' ')}{f' of card {card}' if card else ''}"
    text = f"The ERP cannot read {what}: {code} {reason}".strip() + ". It is on the list; go on."
    name = f"{DROPPED}/{original['id']}"
    body = {
        "ref": original["id"],
        "code": code,
        "msg": reason,
        "facts": [
            [DROPPED, original["id"], {"code": code, "why": reason}],
            refused_fact(original, DROPPED, code, name, undeliverable.stream),
        ],
        "task": task(
            name, DROPPED, code, text,
            station=station, card=card, posting=posting_of(original), ref=original["id"],
        ),
    }  # fmt: skip
    body |= {name: original[name] for name in ("card", "loop", "cycle") if name in original}
    verdict = Verdict(Status.REFUSED, "ERP_CANNOT_READ", text, card)
    notices = (Notice(station, verdict),) if station else ()
    return Decision((Event("event_dropped", "", "", body),), Verdict(Status.OK, "DROPPED"), notices)


def turn_page(page: FeedPage, view: View) -> Decision:
    """The cursor behind a page, in the same commit as what the page brought."""
    known = view.fact(FEED, ERP)
    if known is not None and known.get("cursor") == page.cursor:
        return nothing("PAGE_KNOWN", status=Status.ALREADY)
    body = {"facts": [[FEED, ERP, {"cursor": page.cursor}]]}
    return Decision((Event("feed_read", "", "", body),), Verdict(Status.OK, "PAGE_TURNED"))
