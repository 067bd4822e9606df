"""The way down by REST: one long poll after the other, each page stored together with its cursor.

Runs in a thread of its own, so that waiting for news never delays a batch. Asking with the next
cursor tells the ERP that the last page is on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from gateway.clock import Clock
from gateway.errors import BusyError, ContractError
from gateway.model import CardStates, Command, FeedPage, MasterData, Outcome, Status, StockSnapshot
from sync.downlink import Position, is_current, tell_outcome
from sync.envelope import MASTER_LIMIT_BYTES, CardStateDocument, parse_master
from sync.rest.courier import held
from sync.rest.document import PAGE_ITEMS, PAGE_LIMIT_BYTES, Page, parse_page
from sync.rest.judgement import SLOW_S, Do, judge_question
from sync.rest.reply import HeldError, Reply, Request
from sync.retry import SlicedPause, connect_attempts
from sync.settlement import Later, Submit
from sync.warning import WarningBook

ANSWER_EXTRA_S = 15.0  # beyond the time for which the ERP may keep a question open
FIRST_CURSOR = ""  # the ERP begins with a snapshot
EMPTY_PAUSE_S = 1.0  # before asking an ERP again that answers "nothing" without waiting
STORE_RETRY_S = 1.0
STORE_LIMIT_S = 60.0  # an outcome that has not come by then: the page is read again
SLICE_S = 0.25

Part = MasterData | CardStates | StockSnapshot | Command


class Known(Protocol):
    """The store as the feed asks it (gateway.store.outbox.OutboxReader)."""

    def fact(self, kind: str, key: str) -> dict[str, object] | None: ...
    def master_etag(self, dataset: str) -> str: ...
    def close(self) -> None: ...


class Feed:
    """Reads the ERP's feed; what it must not do in its own thread (warnings, acknowledgements) it leaves to `later`."""

    def __init__(
        self,
        ask: Callable[[Request], Reply],
        gateway: str,
        wait_s: int,
        position: Callable[[], Position],
        on_page: Callable[[Page], None],
        submit: Submit,
        later: Later,
        clock: Clock,
    ) -> None:
        """`on_page` is called in the sync thread, for acknowledgements and the ERP's state."""
        self._ask = ask
        self._gateway = gateway
        self._wait_s = wait_s
        self._position = position
        self._on_page = on_page
        self._submit = submit
        self._later = later
        self._clock = clock
        self._cursor = FIRST_CURSOR
        self.pages = 0

    def run(self, open_store: Callable[[], Known], book: WarningBook, stop: threading.Event) -> None:
        """Read until `stop` is set."""
        store = open_store()
        try:
            fact = store.fact("feed", "erp")
            self._cursor = str(fact["cursor"]) if fact else FIRST_CURSOR
            while not stop.is_set():
                self._read(store, book, stop)
        finally:
            store.close()

    def _read(self, store: Known, book: WarningBook, stop: threading.Event) -> None:
        try:
            for attempt in connect_attempts(stop, HeldError, SlicedPause(stop, lambda: None)):
                with attempt:
                    self._read_page(store, book, stop)
        except HeldError:
            if not stop.is_set():
                raise

    def _read_page(self, store: Known, book: WarningBook, stop: threading.Event) -> None:
        began_ms = self._clock.mono_ms()
        try:
            page = self._fetch()
            parts = self._parts(page, store, book)
        except HeldError as error:
            self._leave_warning(book, error, stop)
            raise
        self._later(lambda: book.end("FEED_UNREACHABLE"))
        for fault in page.faults:
            self._later(partial(book.tell, "MALFORMED", fault))
        if page.acks or page.states:
            self._later(lambda: self._on_page(page))
        if page.cursor != self._cursor:
            self._store(FeedPage(page.cursor, parts), book, stop)
        elif not parts and self._clock.mono_ms() - began_ms < EMPTY_PAUSE_S * 1000:
            stop.wait(EMPTY_PAUSE_S)

    def _leave_warning(self, book: WarningBook, error: HeldError, stop: threading.Event) -> None:
        if not stop.is_set():
            self._later(lambda: book.tell("FEED_UNREACHABLE", f"no news from the ERP: {error}"))

    def _fetch(self) -> Page:
        params = {"limit": str(PAGE_ITEMS), "wait": str(self._wait_s)}
        if self._cursor:
            params["cursor"] = self._cursor
        path = f"/v1/gw/{self._gateway}/feed"
        limit_s = self._wait_s + ANSWER_EXTRA_S
        reply = self._ask(Request("GET", path, params, {}, None, limit_s, PAGE_LIMIT_BYTES))
        action = judge_question(reply, self._clock.wall_ms())
        if action is not None and action.do is Do.ARCHIVE and self._cursor:
            self._cursor = FIRST_CURSOR  # the ERP no longer knows how far we are: it begins with a snapshot
            raise HeldError("FEED_CURSOR_GONE", action.why)
        if action is not None:
            raise held(action)
        try:
            return parse_page(self._gateway, reply.body)
        except ContractError as error:
            raise HeldError("FEED_MALFORMED", str(error), wait_s=SLOW_S) from error

    def _parts(self, page: Page, store: Known, book: WarningBook) -> tuple[Part, ...]:
        """Master data first, since the rest refers to it; card states only when they are not behind us."""
        parts: list[Part] = [data for name in page.datasets if (data := self._master(name, store, book))]
        for part in page.parts:
            if not isinstance(part, CardStateDocument):
                parts.append(part)
            elif is_current(part, self._position()):
                parts.append(part.states)
            else:
                self._later(lambda: book.count("CARD_STATES_OLD"))
        return tuple(parts)

    def _master(self, dataset: str, store: Known, book: WarningBook) -> MasterData | None:
        """The dataset as it is now; None when it is the one we have, or is not what the contract says."""
        etag = store.master_etag(dataset)
        headers = {"If-None-Match": f'"{etag}"'} if etag else {}
        path = f"/v1/gw/{self._gateway}/md/{dataset}"
        reply = self._ask(Request("GET", path, {}, headers, None, 60.0, MASTER_LIMIT_BYTES))
        action = judge_question(reply, self._clock.wall_ms())
        if action is not None:
            raise held(action)
        if reply.status == 304:
            return None
        try:
            return parse_master(dataset, reply.body)
        except ContractError as error:
            text = str(error)
            self._later(lambda: book.tell("MALFORMED", text))
            return None

    def _store(self, page: FeedPage, book: WarningBook, stop: threading.Event) -> None:
        """Until page and cursor are on disk; nothing is asked with a cursor that is not."""
        while not stop.is_set():
            outcome = self._submitted(page, stop)
            if outcome is not None and not (outcome.verdict.status is Status.FAILED and not outcome.seqs):
                self._cursor = page.cursor
                self.pages += 1
                self._later(partial(_tell_parts, book, page, outcome))
                return
            stop.wait(STORE_RETRY_S)

    def _submitted(self, page: FeedPage, stop: threading.Event) -> Outcome | None:
        """The writer's outcome; None when it is busy or stopped."""
        done, outcomes = threading.Event(), []

        def finish(outcome: Outcome) -> None:
            outcomes.append(outcome)
            done.set()

        try:
            self._submit(page, finish)
        except BusyError:
            return None
        for _ in range(int(STORE_LIMIT_S / SLICE_S)):
            if done.wait(SLICE_S) or stop.is_set():
                break
        return outcomes[0] if outcomes else None


def _tell_parts(book: WarningBook, page: FeedPage, outcome: Outcome) -> None:
    for part, verdict in zip(page.parts, outcome.parts, strict=True):
        tell_outcome(book, part, verdict)
