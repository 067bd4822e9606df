"""What a decision may ask of the store: typed reads, inside the transaction in which it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.model import Card, Signal, Stamp
from gateway.reorder.usage import History


class View(Protocol):
    """Typed reads over the writer's open transaction; sees what earlier scans of the batch did."""

    site: str
    gateway: str
    epoch: str
    now: Stamp
    generation: int  # grows with every rollback: what was read or done before it may never have been

    def card(self, card: str) -> Card | None: ...
    def cards_of(self, loop: str) -> list[Card]: ...
    def left_behind(self, cycles: int) -> list[Card]:
        """ACTIVE cards that another one of their loop is so many circulations ahead of, by loop and name."""

    def master(self, dataset: str, key: str) -> Any:
        """The parsed row (Item, Location, Loop, CardDefinition of master.py) or None."""

    def find(self, dataset: str, word: str) -> tuple[str, ...]:
        """Ids of the rows that have `word` among their `words` (codes, GTINs, other names), in order; exact match."""

    def master_rows(self, dataset: str) -> dict[str, dict[str, Any]]: ...  # all raw rows of a dataset by id
    def master_version(self, dataset: str) -> tuple[int, str]: ...  # (version, etag), (0, "") when never loaded
    def master_since(self, dataset: str) -> int: ...  # wall clock when its version came; 0 when never loaded
    def card_for_code(self, code: str) -> str | None:
        """The card that a customer's own printed code belongs to; exact match only."""

    def stock_of(self, item: str, location: str) -> Mapping[tuple[str, str], tuple[int, int]]:
        """Rows by status and lot: micro-units, and since when (ms since 1970, 0 for none). Not to be changed."""

    def stock_seq(self, item: str, location: str, status: str, lot: str) -> int: ...  # of its last movement, 0 for none
    def usage(self, item: str, area: str) -> History: ...  # what was used of an item in an area
    def area(self, location: str) -> str: ...  # the area of a location; by itself it is one of its own
    def signals_of(self, item: str) -> Sequence[Signal]: ...  # open signals of an item, by key
    def signal(self, key: str) -> Signal | None: ...  # an open signal
    def fills(self, loop: str) -> tuple[int, ...]: ...  # the last fill durations in milliseconds, newest last
    def signal_cards(self, key: str) -> tuple[str, ...]: ...  # cards that an open signal covers
    def closed_signal(self, key: str) -> dict[str, Any] | None:
        """A signal that was open lately, as a member of `reopens`; None when it is not found any more."""

    def event(self, seq: int) -> dict[str, Any] | None: ...  # the body of a journal event plus its `kind`
    def event_by_id(self, event_id: str) -> dict[str, Any] | None: ...
    def last_change_at(self, station: str) -> int | None:
        """Journal sequence of the last card transition made at a station; a call for help is none."""

    def stock(self, item: str, location: str, status: str, lot: str) -> int: ...
    def has_unsettled(self, card: str) -> bool:
        """Whether an event of this card still waits for the ERP."""

    def settled_up_to(self, stream: str) -> int:
        """Up to which sequence number the ERP's word on our events is stored here."""

    def unsettled_moves(self, as_of: dict[str, tuple[str, int]]) -> list[dict[str, Any]] | None:
        """The `mv` members of events after `as_of`, in order.

        None when `as_of` names another epoch, lies beyond what was sent, or is older than what is
        already settled: such a snapshot cannot be brought up to date and must only be compared.
        """

    def all_stock(self) -> dict[tuple[str, str, str, str], int]: ...
    def press_seen(self, device: str, packet: int, digest: str) -> str | None:
        """Id of the read that already stored this MQTT message, if any."""

    def fact(self, kind: str, key: str) -> dict[str, Any] | None:
        """What the last event said of it in `facts`; None when nothing or null. Not to be changed."""

    def facts(self, kind: str) -> Mapping[str, dict[str, Any]]: ...  # all of a kind by key; not to be changed
    def open_task(self, task_id: str) -> dict[str, Any] | None:
        """An open row of the resolve list: id, kind, code, msg, station, card, posting, ref, count."""

    def open_tasks(self) -> list[dict[str, Any]]:
        """All open rows of the resolve list, oldest first."""

    def command_done(self, command_id: str) -> bool: ...
    def refusals_in_a_row(self, code: str, posting: str) -> int: ...
    def oldest_wait(self) -> list[tuple[str, int, int, str]]:
        """(loop, wall_ms, mono_ms, boot) of the oldest WAIT card of each loop that has one."""

    def disposition_count(self, stream: str) -> int:
        """Highest disposition number already stored for a stream."""
