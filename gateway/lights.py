"""What the outputs show: verdicts of stations, given after their commit, and the colours of loops.

`VerdictTap` is the one place where a verdict reaches a light: on the way back from the writer, behind the device's
own feedback. The colours are worked out in a thread of their own, from a read-only connection, woken by the commit
listener; the writer and the devices never wait for a light.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.base import Sink
from drivers.output_base import Lamp, OutputSettings
from drivers.output_panel import Panel
from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.item_colour import item_colours, worst_item
from gateway.kanban.colour import Colour, worst
from gateway.loop_colour import loop_colours
from gateway.model import Read, Verdict
from gateway.pipeline import NOT_A_PRESS
from gateway.store.loops import LoopReader

TICK_S = 0.5  # how soon a failing store turns the lights red, and how late a commit without a stream is noticed
SPACING_S = 0.02  # between two looks: under load many commits share one
REFRESH_MS = 5000  # colours change with time too: a bin becomes overdue

_LAMPS = {Colour.GREEN: Lamp.GREEN, Colour.YELLOW: Lamp.YELLOW, Colour.RED: Lamp.RED}


class VerdictTap:
    """Stands between devices and pipeline: hands each read on, and shows its verdict when it comes (R1)."""

    def __init__(self, sink: Sink, show: Callable[[str, Verdict], None]) -> None:
        """`show` takes station and verdict, and never blocks."""
        self._sink = sink
        self._show = show

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        def tell(verdict: Verdict) -> None:
            try:
                feedback(verdict)
            finally:
                if verdict != NOT_A_PRESS:  # a battery report is no act of a person
                    self._show(read.station, verdict)

        self._sink.offer(read, tell)


class Lights:
    """All outputs' panels, and the thread that keeps their colours right."""

    def __init__(
        self,
        rows: Sequence[OutputSettings],
        data_dir: Path,
        clock: Clock,
        is_failing: Callable[[], bool],
        *,
        warn: Callable[[str, str], None] = lambda code, text: None,
        clear: Callable[[str], None] = lambda code: None,
    ) -> None:
        """`is_failing`: whether nothing can be stored at the moment."""
        self._rows = tuple(rows)
        self._panels = {row.id: Panel(row.hold_ms, clock) for row in rows}
        watched = frozenset(loop for row in rows for loop in row.watched)
        items = frozenset(name.partition("@")[0] for row in rows for name in row.items)
        self._watch = ColourWatch(watched, data_dir, clock, items)
        self._is_failing = is_failing
        self._warn = warn
        self._clear = clear
        self._changed = threading.Event()

    def panel(self, output: str) -> Panel:
        """What this output's driver asks what to show."""
        return self._panels[output]

    def show(self, station: str, verdict: Verdict) -> None:
        """A verdict was given at a station. From any thread; never blocks."""
        for row in self._rows:
            if row.station == station:
                self._panels[row.id].tell_verdict(verdict)

    def wake(self) -> None:
        """Something was committed."""
        self._changed.set()

    def run(self, stop: threading.Event) -> None:
        """Keep the panels right until `stop`; whatever goes wrong here, no old green is left standing."""
        try:
            while not stop.is_set():
                self.step()
                stop.wait(SPACING_S)
                self._changed.wait(TICK_S)
                self._changed.clear()
        finally:
            for panel in self._panels.values():
                panel.tell_colour(None)
            self._watch.close()

    def step(self) -> None:
        """One look at the store."""
        is_failing = self._is_failing()
        try:
            self._watch.look()
            self._tell_unknown()
        except StoreError as error:
            self._watch.close()
            self._warn("LIGHTS", f"the colours of the loops are not known: {error}")
            is_failing = True
        else:
            self._clear("LIGHTS")
        for row in self._rows:
            colour = worst(one for one in (self._watch.worst_of(row.watched), self._watch.worst_item(row.items)) if one)
            self._panels[row.id].tell_colour(_LAMPS[colour] if colour else None)
            self._panels[row.id].tell_failing(is_failing)

    def _tell_unknown(self) -> None:
        unknown = sorted(self._watch.unknown)
        if unknown:
            text = f"no master data for loops {', '.join(unknown[:10])}: the outputs leave them out"
            self._warn("OUTPUT_LOOPS", text)
        else:
            self._clear("OUTPUT_LOOPS")


class ColourWatch:
    """The colours of the loops that some output shows; only those a commit touched are worked out again."""

    def __init__(
        self, watched: frozenset[str], data_dir: Path, clock: Clock, items: frozenset[str] = frozenset()
    ) -> None:
        self._watched = watched
        self._items = items
        self._item_colours: dict[tuple[str, str], Colour] = {}
        self._data_dir = data_dir
        self._clock = clock
        self._reader: LoopReader | None = None
        self._seen_seq = 0
        self._refresh_ms = 0  # when all of them are due again
        self._colours: dict[str, Colour] = {}

    @property
    def unknown(self) -> frozenset[str]:
        """Watched loops without master data."""
        return self._watched - self._colours.keys()

    def worst_of(self, loops: frozenset[str]) -> Colour | None:
        return worst(self._colours[loop] for loop in loops if loop in self._colours)

    def worst_item(self, names: tuple[str, ...]) -> Colour | None:
        return worst_item(self._item_colours, names) if names else None

    def look(self) -> None:
        """Bring the colours up to date; StoreError when the store cannot be read."""
        if not (self._watched or self._items):
            return
        reader = self._reader = self._reader or LoopReader(self._data_dir)
        if self._items:
            self._item_colours = item_colours(reader, self._items)
        newest, now_ms = reader.newest(), self._clock.mono_ms()
        touched = reader.touched(self._seen_seq, newest) if now_ms < self._refresh_ms else None
        if touched is None:
            touched, self._refresh_ms = self._watched, now_ms + REFRESH_MS
        for loop in touched & self._watched:
            self._colours.pop(loop, None)
        if touched:
            self._colours |= {
                one.loop: one.colour for one in loop_colours(reader, self._clock, touched & self._watched)
            }
        self._seen_seq = newest

    def close(self) -> None:
        """Forget everything; the next look begins anew."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._refresh_ms = None, 0
        self._colours.clear()
        self._item_colours.clear()
