"""A working day: people empty bins and scan their cards, forget some, scan some twice; the source fills them.

Everybody scans again until the light is green. So whatever is killed meanwhile, an emptied bin has been
acknowledged by the time its card moves on, and the audit may ask for exactly one order.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from firmware_sim.agenda import Agenda
from firmware_sim.codes import damage, print_card
from firmware_sim.errand import Errand
from firmware_sim.plant import CELL, LOCK_S, SITE, Loop, Plant
from firmware_sim.presser import Presser
from firmware_sim.roster import Roster
from firmware_sim.scanner import Answer, Scanner
from firmware_sim.truth import Truth

MARGIN_S = 0.5  # beyond the lock window, for what the gateway measures differently
HEARD_S = 0.3  # a gateway that runs has stored a press by then
PATIENCE_S = 90.0  # then a person gives up and calls the supervisor
OVERTIME_S = 60.0  # after the end of the day
USE_S = 1.5  # nobody uses up a bin faster, and no card is scanned at one place sooner again, except by mistake
LONG_DAY_S = 60.0  # a day without end changes shifts so often
FORGOTTEN_GOAL = 6  # so many refills are forgotten early in the day, later ones more rarely


@dataclass
class Bin:
    """One physical bin with its card."""

    card: str
    loop: Loop
    content: Decimal
    chance: random.Random  # decides what happens to this bin, so a seed does not depend on who is faster
    cycle: int = 0  # how often it was emptied
    begun_at: float = 0.0  # monotonic: no gateway knows of the present emptying for longer than since then …
    known_at: float = 0.0  # … and it has known since then: the green light, or what the source saw of a press


@dataclass(frozen=True, slots=True)
class Said:
    """How somebody said that a bin is empty, and what they were told."""

    left: Decimal
    begun_at: float  # monotonic
    by: str  # "scanner" or a make of button
    told: Answer
    tries: int
    operator: str = ""


@dataclass
class Crowd:
    """What people have in their hands."""

    scanners: dict[str, Scanner]  # by device id, see layout.scanner_places
    pressers: dict[str, Presser]  # by card
    errands: list[Errand]
    roster: Roster


class Shift:
    """The people of one day. `run` returns when the day is over and everybody has finished what they held."""

    def __init__(
        self, plant: Plant, crowd: Crowd, truth: Truth, *, seed: int, calm: threading.Lock | None = None
    ) -> None:
        """The bins of the cell are for others. Nobody is killed while `calm` is held."""
        self._calm = calm or threading.Lock()
        self._plant = plant
        self._scanners = crowd.scanners
        self._pressers = crowd.pressers
        self._errands = crowd.errands
        self._roster = crowd.roster
        self._truth = truth
        names = (*crowd.scanners, *map(_buttons_of, plant.lines), *(errand.who for errand in crowd.errands))
        self._agendas = {name: Agenda() for name in names}
        self._bins = [
            Bin(card, loop, loop.quantity, random.Random(f"{seed}/{card}"))
            for card, loop in plant.loop_of.items()
            if loop.line != CELL
        ]
        self._strange = {line: random.Random(f"{seed}/{line}") for line in plant.lines}
        self._collected: dict[str, list[Bin]] = {loop.id: [] for loop in plant.loops}
        self._slowest_fill_s: dict[str, float] = {}  # by loop, of refills that were scanned
        self._forgotten = 0
        self._people_chance = random.Random(f"{seed}/people")
        self._is_over = threading.Event()
        self._over_at = 0.0

    def run(self, seconds: float | None, stop: threading.Event) -> None:
        """Work for `seconds` (None: until `stop`)."""
        start = time.monotonic()
        for bin_ in self._bins:
            self._plan_emptying(bin_, start + bin_.chance.uniform(0.2, 8.0))
        for line in self._plant.lines:
            self._agendas[f"use-{line}"].add(start + 2, partial(self._scan_something_strange, line))
        for device in self._roster.devices:
            self._agendas[device].add(start, partial(self._sign_in, device))
            self._agendas[device].add(start + (seconds or LONG_DAY_S) / 2, partial(self._change_shift, device))
        for errand in self._errands:
            self._plan_errand(errand, start + errand.after_s)
        people = [threading.Thread(target=agenda.work, name=f"person-{name}") for name, agenda in self._agendas.items()]
        for person in people:
            person.start()
        stop.wait(seconds)
        self._over_at = time.monotonic()
        self._is_over.set()
        for agenda in self._agendas.values():
            agenda.close()
        for person in people:
            person.join()

    # -- who works where ----------------------------------------------------------------------

    def _sign_in(self, device: str) -> None:
        self._roster.sign_in(device, self._is_patient(time.monotonic()))

    def _change_shift(self, device: str) -> None:
        self._roster.change(device, self._people_chance, self._is_patient(time.monotonic()))
        self._agendas[device].add(time.monotonic() + LONG_DAY_S, partial(self._change_shift, device))

    def _plan_errand(self, errand: Errand, due: float) -> None:
        def do() -> None:
            errand.act(self._is_patient(time.monotonic()))
            self._plan_errand(errand, max(time.monotonic(), due + errand.every_s))

        self._agendas[errand.who].add(due, do)

    # -- the line ---------------------------------------------------------------------------

    def _plan_emptying(self, bin_: Bin, due: float) -> None:
        if bin_.card in self._pressers:
            self._agendas[_buttons_of(bin_.loop.line)].add(due, partial(self._empty_by_button, bin_))
        else:
            self._agendas[f"use-{bin_.loop.line}"].add(due, partial(self._empty_by_scan, bin_))

    def _empty_by_scan(self, bin_: Bin) -> None:
        scanner = self._scanners[f"use-{bin_.loop.line}"]
        begun_at = time.monotonic()
        answer, tries = self._scan_until_green(scanner, bin_)
        said = Said(Decimal(0), begun_at, "scanner", answer, tries, self._roster.operator(scanner.name))
        self._note_emptying(bin_, said)
        time.sleep(bin_.chance.uniform(0.03, 0.12))  # puts the bin aside
        if tries == 1 and bin_.chance.random() < 0.35:
            self._plan_repeat(scanner, bin_, "empty")

    def _empty_by_button(self, bin_: Bin) -> None:
        """Some people count what is left first, if their button can say so."""
        presser = self._pressers[bin_.card]
        left = Decimal(0)
        if presser.is_counting and bin_.chance.random() < 0.5:
            left = (bin_.loop.quantity * bin_.chance.choice([1, 2, 3]) / 8).quantize(Decimal("0.01"))
        is_nervous = bin_.chance.random() < 0.4
        # Killed between two presses, a gateway hears the second as late as it takes to start: by then it may be the
        # next emptying, as nothing in it says which one it is.
        with self._calm if is_nervous else nullcontext():
            begun_at = time.monotonic()
            text = str(left) if left else ""
            told, tries = presser.press(self._is_patient(begun_at), text)
            self._note_emptying(bin_, Said(left, begun_at, presser.make, told, tries))
            if bin_.cycle == 1:
                self._redeliver(bin_)
            if is_nervous:
                time.sleep(bin_.chance.uniform(0.1, 0.4))
                self._note_again(bin_, "empty", presser.make, presser.press_again(text))
                time.sleep(HEARD_S)

    def _note_emptying(self, bin_: Bin, said: Said) -> None:
        """The bin is physically empty; send it on its way."""
        left = said.left
        used, bin_.content = bin_.content - left, left
        bin_.cycle += 1
        bin_.begun_at, bin_.known_at = said.begun_at, time.monotonic()
        self._truth.record(
            "emptied", card=bin_.card, cycle=bin_.cycle, used=str(used), left=str(left),
            by=said.by, told=said.told, tries=said.tries, op=said.operator,
        )  # fmt: skip
        waiting = self._collected[bin_.loop.id]
        waiting.append(bin_)
        if len(waiting) >= bin_.loop.trigger_point:
            for one in waiting:
                self._order_arrives(one)
            waiting.clear()

    # -- the source -------------------------------------------------------------------------

    def _order_arrives(self, bin_: Bin) -> None:
        """A press may reach the gateway late, so a bin emptied by button is always seen at the source first."""
        if bin_.card in self._pressers or bin_.loop.trigger_point > 1 or bin_.chance.random() < 0.4:
            due = time.monotonic() + bin_.chance.uniform(0.5, 3.0)
            self._agendas[f"ship-{bin_.loop.line}"].add(due, partial(self._ship, bin_))
        else:
            self._plan_filling(bin_)

    def _ship(self, bin_: Bin) -> None:
        scanner = self._scanners[f"ship-{bin_.loop.line}"]
        answer, tries = self._scan_until_green(scanner, bin_)
        op = self._roster.operator(scanner.name)
        self._truth.record("shipped", card=bin_.card, cycle=bin_.cycle, told=answer, tries=tries, op=op)
        if bin_.card in self._pressers:
            bin_.known_at = time.monotonic()
        self._plan_filling(bin_)

    def _plan_filling(self, bin_: Bin) -> None:
        due = max(time.monotonic(), bin_.known_at + LOCK_S + MARGIN_S + bin_.chance.uniform(0.0, 2.5))
        self._agendas[f"in-{bin_.loop.line}"].add(due, partial(self._fill, bin_))

    def _fill(self, bin_: Bin) -> None:
        bin_.content = bin_.loop.quantity
        if self._forgets(bin_):
            self._truth.record("filled", card=bin_.card, cycle=bin_.cycle, told="forgotten")
            due = bin_.known_at + self._slowest_fill_s[bin_.loop.id] + MARGIN_S + bin_.chance.uniform(0.0, 2.0)
            self._plan_emptying(bin_, max(due, time.monotonic() + USE_S))
            return
        scanner = self._scanners[f"in-{bin_.loop.line}"]
        answer, tries = self._scan_until_green(scanner, bin_)
        filled_at = time.monotonic()
        op = self._roster.operator(scanner.name)
        self._truth.record("filled", card=bin_.card, cycle=bin_.cycle, told=answer, tries=tries, op=op)
        slowest_s = max(self._slowest_fill_s.get(bin_.loop.id, 0.0), filled_at - bin_.begun_at)
        self._slowest_fill_s[bin_.loop.id] = slowest_s
        if tries == 1 and bin_.chance.random() < 0.2:
            self._plan_repeat(scanner, bin_, "full")
        self._redeliver(bin_)
        self._plan_emptying(bin_, filled_at + LOCK_S + MARGIN_S + bin_.chance.uniform(0.0, 4.0))

    def _forgets(self, bin_: Bin) -> bool:
        """Only where a scanned refill came before: the gateway then knows how fast this loop can be (K2)."""
        if bin_.loop.id not in self._slowest_fill_s:
            return False
        is_forgotten = bin_.chance.random() < (0.5 if self._forgotten < FORGOTTEN_GOAL else 0.08)
        self._forgotten += is_forgotten
        return is_forgotten

    # -- what people do to scanners -----------------------------------------------------------

    def _scan_until_green(self, scanner: Scanner, bin_: Bin) -> tuple[Answer, int]:
        return scanner.scan_until_green(print_card(SITE, bin_.card), self._is_patient(time.monotonic()))

    def _is_patient(self, begun_at: float) -> Callable[[], bool]:
        """Whether a person who began then still tries; at the end of the day nobody stays for long."""

        def is_patient() -> bool:
            now = time.monotonic()
            return now < begun_at + PATIENCE_S and (not self._is_over.is_set() or now < self._over_at + OVERTIME_S)

        return is_patient

    def _plan_repeat(self, scanner: Scanner, bin_: Bin, what: str) -> None:
        """Scan the same card once more: a bounce at once, or a doubtful look a little later, inside the lock window."""
        cycle = bin_.cycle
        if bin_.chance.random() < 0.5:
            time.sleep(bin_.chance.uniform(0.05, 0.25))
            self._scan_again(scanner, bin_, what)
            return
        latest = time.monotonic() + LOCK_S / 2

        def look_again() -> None:
            if time.monotonic() < latest and bin_.cycle == cycle:
                self._scan_again(scanner, bin_, what)

        self._agendas[scanner.name].add(time.monotonic() + bin_.chance.uniform(1.2, 2.0), look_again)

    def _scan_again(self, scanner: Scanner, bin_: Bin, what: str) -> None:
        self._note_again(bin_, what, "scanner", scanner.scan(print_card(SITE, bin_.card)))

    def _note_again(self, bin_: Bin, what: str, by: str, told: Answer) -> None:
        self._truth.record("again", card=bin_.card, cycle=bin_.cycle, what=what, by=by, told=told)

    def _redeliver(self, bin_: Bin) -> None:
        """A network delivers the first press of this button once more: at once, and when its bin is full again."""
        presser = self._pressers.get(bin_.card)
        told = presser.redeliver() if presser else None
        if presser and told is not None:
            self._truth.record("redelivered", card=bin_.card, by=presser.make, told=told)

    def _scan_something_strange(self, line: str) -> None:
        """No card of this line: foreign, unknown, damaged, another line's, or something from the grocer."""
        other_line = self._plant.lines[self._plant.lines.index(line) - 1]
        cards = [card for card, loop in self._plant.loop_of.items() if loop.line == line]
        strangers = [card for card, loop in self._plant.loop_of.items() if loop.line == other_line]
        chance = self._strange[line]
        texts = {
            "foreign": print_card("P9", chance.choice(cards)),
            "unknown": print_card(SITE, f"X{chance.randrange(1000):04d}"),
            "damaged": damage(print_card(SITE, chance.choice(cards)), chance),
            "wrong station": print_card(SITE, chance.choice(strangers)),
            "grocery": "4006381333931",
        }
        kind = chance.choice(list(texts))
        told = self._scanners[f"use-{line}"].scan(texts[kind])
        self._truth.record("strange", kind=kind, text=texts[kind], told=told)
        due = time.monotonic() + chance.uniform(2.0, 5.0)
        self._agendas[f"use-{line}"].add(due, partial(self._scan_something_strange, line))


def _buttons_of(line: str) -> str:
    """The agenda of whoever presses the buttons of a line."""
    return f"buttons-{line}"
