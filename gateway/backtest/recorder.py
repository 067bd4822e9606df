"""From the journal's events to what a back-test plays again, in one pass. Pure: the journal is handed in.

An event that takes another one back makes it as if it had never been; what a snapshot of the ERP says otherwise is
demand where it takes away and a receipt where it adds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.backtest.debt import Debts
from gateway.backtest.demand import STOCKED, Body, Flow, Place, Row, orders_of, rows_of, takes_back, used_at, why
from gateway.backtest.recording import DROPPED, KEPT, ROWS_LIMIT, Coming, MasterChange, RulesLoaded, Series, Signalled
from gateway.errors import GatewayError
from gateway.quantity import parse_quantity
from gateway.reorder.need import RECEIVED
from gateway.reorder.planner import RULES_FACT
from gateway.timeline import Timeline

TRIGGERED, ORDERED, LOADED = "reorder_triggered", "reorder_ordered", "rules_loaded"
ENDED = frozenset({"reorder_closed", "reorder_withdrawn"})
# What an event must hold to be of interest here, as it stands in canonical JSON.
WORDS = ('"mv":[', '"stock":[', '"md":{', '"t":"reorder_', f'"t":"{LOADED}"')


@dataclass(slots=True)
class Recording:
    """What happened in a period, by place."""

    from_ms: int
    to_ms: int
    places: dict[Place, Series] = field(default_factory=dict)
    signals: dict[Place, list[Signalled]] = field(default_factory=dict)
    masters: list[MasterChange] = field(default_factory=list)  # since the journal began
    rules: list[RulesLoaded] = field(default_factory=list)  # since the journal began
    claimed: set[str] = field(default_factory=set)  # items that work orders or shipments reserved
    events: int = 0  # that were of interest


class Recorder:
    """Takes events in the journal's order, from its beginning, so that it knows the stock at `from_ms`."""

    def __init__(
        self,
        wanted: Callable[[Place], bool],
        find: Callable[[str], Body | None],
        *,
        from_ms: int = 0,
        to_ms: int = 2**63 - 1,
    ) -> None:
        """`wanted`: whose stock counts. `find`: the event with an id and its `seq`, or None."""
        self.recording = Recording(from_ms, to_ms)
        self._wanted = wanted
        self._find = find
        self._time = Timeline()
        self._rows: dict[Row, int] = {}  # the book, row by row, for snapshots say what a row is
        self._areas: dict[str, str] = {}  # of locations that do not stand for themselves
        self._debts: dict[Place, Debts] = {}
        self._place_of: dict[str, Place] = {}  # of open signals, by key
        self._ordered: dict[str, int] = {}  # since when an order of the ERP is known
        self._length = 0
        self._first_ms = 0
        self.at_ms = 0

    def take(self, event: Body) -> bool:
        """One event; False when it lies beyond the period, as all that follow do."""
        self.at_ms = at_ms = self._time.at(event)
        if at_ms > self.recording.to_ms:
            return False
        self._first_ms = self._first_ms or at_ms
        self.recording.events += 1
        if "origin" in event:  # another box's act, which this one only carries
            return True
        kind = event["t"]
        if takes_back(event):
            self._take_back(event)
        elif "mv" in event:
            self._move(event)
        if "stock" in event:
            self._adopt(event)
        if "md" in event:
            self._change_masters(event["md"])
        self._hear_of_signals(event, kind)
        return True

    def _hear_of_signals(self, event: Body, kind: str) -> None:
        if kind == TRIGGERED and "tr" in event:
            self._ask(event)
        elif kind in ENDED:
            self._close(event)
        elif kind == ORDERED and event["need"] in self._place_of:
            self._debts[self._place_of[event["need"]]].name(event["need"], event["doc_of"])
        elif kind == LOADED:
            told = next(fact for name, key, fact in event["facts"] if (name, key) == RULES_FACT)
            self.recording.rules.append(RulesLoaded(self.at_ms, told["version"], told["document"]))

    def finish(self) -> Recording:
        """The recording, with its period as it turned out."""
        found = self.recording
        found.from_ms = max(found.from_ms, self._first_ms)
        found.to_ms = min(found.to_ms, self.at_ms)
        return found

    # -- stock --------------------------------------------------------------------------------

    def _area(self, location: str) -> str:
        return self._areas.get(location) or location

    def _changes(self, event: Body) -> dict[Place, int]:
        """What an event's movements changed at each place that counts; keeps the book."""
        found: dict[Place, int] = {}
        for row, change in rows_of(event):
            place = (row[0], self._area(row[1]))
            if self._wanted(place):
                self._rows[row] = self._rows.get(row, 0) + change
                found[place] = found.get(place, 0) + change
        return found

    def _move(self, event: Body) -> None:
        used = used_at(event, self._area)
        for place, change in self._changes(event).items():
            use = used.get(place, 0)
            if use:
                self._append(self._series(place), event["seq"], -use, int(Flow.USE))
            if rest := change + use:
                self._add(event["seq"], place, rest, why(event, rest), orders_of(event))

    def _adopt(self, event: Body) -> None:
        found: dict[Place, int] = {}
        known = set(self.recording.places)
        for item, location, status, lot, text in event["stock"]:
            place = (item, self._area(location))
            if status in STOCKED and self._wanted(place):
                row, quantity = (item, location, status, lot), parse_quantity(text)
                found[place] = found.get(place, 0) + quantity - self._rows.get(row, 0)
                self._rows[row] = quantity
        for place, change in found.items():
            is_opening = place not in known
            cause = Flow.REST if is_opening else Flow.USE if change < 0 else Flow.RECEIPT
            self._add(event["seq"], place, change, cause, frozenset())

    def _add(self, seq: int, place: Place, change: int, cause: Flow, documents: frozenset[str]) -> None:
        series = self._series(place)
        if cause is Flow.RECEIPT and change > 0:
            change -= self._receive(series, seq, change, documents)
            if change:
                self._plan(series, change, documents)
        if change:
            self._append(series, seq, change, int(cause))

    def _receive(self, series: Series, seq: int, quantity: int, documents: frozenset[str]) -> int:
        """How much of a receipt signals had asked for; what those of the period caused will be dropped."""
        debts = self._debts.get(series.place)
        if debts is None:
            return 0
        parts, done = debts.pay(quantity, self.at_ms, documents)
        series.received += done
        for part, asked_ms in parts:
            is_dropped = asked_ms >= self.recording.from_ms
            self._append(series, seq, part, DROPPED if is_dropped else int(Flow.RECEIPT))
            if not is_dropped:
                self._expect(series, asked_ms, part)
        return sum(part for part, _ in parts)

    def _plan(self, series: Series, quantity: int, documents: frozenset[str]) -> None:
        """The rest of a receipt: the ERP ordered it by itself."""
        known_ms = min((self._ordered[one] for one in documents if one in self._ordered), default=self.at_ms)
        if known_ms < self.at_ms:
            series.ordered_ms.append(self.at_ms - known_ms)
            self._expect(series, known_ms, quantity)

    def _expect(self, series: Series, known_ms: int, quantity: int) -> None:
        if self.at_ms >= self.recording.from_ms and known_ms < self.at_ms:
            series.coming.append(Coming(known_ms, self.at_ms, quantity))

    def _append(self, series: Series, seq: int, change: int, cause: int) -> None:
        self._length += 1
        if self._length > ROWS_LIMIT:
            raise GatewayError(f"more than {ROWS_LIMIT} stock changes in the period", hint="narrow it by --from, --to")
        series.add(seq, self.at_ms, change, cause)

    def _series(self, place: Place) -> Series:
        series = self.recording.places.get(place)
        if series is None:
            series = self.recording.places[place] = Series(place)
        return series

    # -- what was taken back ------------------------------------------------------------------

    def _take_back(self, event: Body) -> None:
        """The act leaves no trace; what its undo did not give back, because a snapshot had it, stays a change."""
        rest = self._changes(event)
        first = self._find(event.get("ref", ""))
        for place in {(row[0], self._area(row[1])) for row, _ in rows_of(first or {})}:
            if first is not None and self._wanted(place):
                rest[place] = rest.get(place, 0) + self._series(place).forget(first["seq"])
        for place, change in rest.items():
            if change:
                self._append(self._series(place), event["seq"], change, int(Flow.REST))

    # -- signals and master data --------------------------------------------------------------

    def _ask(self, event: Body) -> None:
        place, rule = (event["item"], event["location"]), str(event["rule"])
        quantity = parse_quantity(event["tr"]["qty"])
        if not self._wanted(place):
            return
        self._series(place)
        self._debts.setdefault(place, Debts()).ask(event["key"], rule, self.at_ms, quantity)
        self._place_of[event["key"]] = place
        if self.at_ms >= self.recording.from_ms:
            told = Signalled(event["key"], rule, self.at_ms, quantity)
            self.recording.signals.setdefault(place, []).append(told)

    def _close(self, event: Body) -> None:
        """Its order is done or will never come: what it asked for is owed no longer, short as it may be."""
        place = self._place_of.pop(event["need"], None)
        if place is not None and (event["why"] != RECEIVED or self._debts[place].is_begun(event["need"])):
            self._debts[place].cancel(event["need"])

    def _change_masters(self, change: dict[str, Any]) -> None:
        rows, gone = tuple(change["set"]), tuple(change["del"])
        if change["dataset"] == "purchase_orders":
            for row in rows:
                self._ordered.setdefault(str(row["id"]), self.at_ms)
        elif change["dataset"] in ("work_orders", "shipments"):
            lines = (line for row in rows for line in row.get("components", row.get("lines", ())))
            self.recording.claimed |= {str(line["item"]) for line in lines}
        elif change["dataset"] == "locations":
            for row in rows:
                self._areas[str(row["id"])] = str(row.get("area", ""))
            for name in gone:
                self._areas.pop(name, None)
        if change["dataset"] in KEPT:
            self.recording.masters.append(MasterChange(self.at_ms, change["dataset"], rows, gone))
