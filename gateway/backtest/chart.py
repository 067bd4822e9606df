"""The picture of a back-test for those who decide: four figures before and after, and the stock of the items that
change most. Drawn once; `picture.py` makes a file of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reportlab.graphics.shapes import Drawing, Group, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor

from gateway.backtest.meter import SHORT, step_of
from gateway.backtest.result import Compared, Result
from gateway.labels.pdf import face_of
from gateway.quantity import MICRO
from gateway.timeline import DAY_MS, HOUR_MS, day_text

PANELS = 6  # items with a panel of their own
WIDTH, TILES, PANEL = 1000.0, 190.0, 175.0
_LEFT, _RIGHT, _GAP = 40.0, 40.0, 24.0
# Told apart by eyes that do not see red and green.
ACTUAL, OLD, NEW = HexColor("#9aa5b1"), HexColor("#1f6fb4"), HexColor("#e07b00")
_INK, _FAINT, _GRID, _RED, _BLIND = map(HexColor, ("#1f2933", "#616e7c", "#e4e7eb", "#c92a2a", "#f3e3e3"))


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: what it is called, before, after, and whether less of it is better (None: neither)."""

    title: str
    before: str
    after: str
    is_better: bool | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """The stock at one place at the end of each step, in micro-units."""

    title: str
    uom: str
    from_ms: int
    step_ms: int
    actual: Sequence[int]
    old: Sequence[int]
    new: Sequence[int]
    red_below: int
    censored: Sequence[tuple[int, int]]  # when demand was more than what could be taken, if anything


def draw(title: str, subtitle: str, tiles: Sequence[Tile], curves: Sequence[Curve], more: int) -> Drawing:
    """`more`: items that change less and have no panel."""
    rows = (len(curves) + 1) // 2
    height = TILES + rows * PANEL + 46
    drawing = Drawing(WIDTH, height)
    drawing.add(Rect(0, 0, WIDTH, height, fillColor=HexColor("#ffffff"), strokeColor=None))
    _text(drawing, _LEFT, height - 36, title, 20)
    _text(drawing, _LEFT, height - 56, subtitle, 11, colour=_FAINT)
    _tiles(drawing, tiles, height - 70)
    _key(drawing, height - TILES + 8)
    width = (WIDTH - _LEFT - _RIGHT - _GAP) / 2
    for number, curve in enumerate(curves):
        left = _LEFT + (number % 2) * (width + _GAP)
        top = height - TILES - (number // 2) * PANEL
        drawing.add(_panel(curve, left, top - PANEL, width, PANEL - 14))
    if more:
        _text(drawing, _LEFT, 16, f"{more} more items in the table", 10, colour=_FAINT)
    return drawing


def draw_result(result: Result, rules: str) -> Drawing:
    """The picture of a back-test of the rules in the file of this name."""
    old, new = result.total("old"), result.total("new")
    tiles = [
        _tile("Stock-outs", old.stock_outs, new.stock_outs, str),
        _tile("Time in red", old.red_pct, new.red_pct, lambda share: f"{share:.1f} %"),
        _stock_tile(result),
        Tile("Orders", str(old.signals), str(new.signals)),
    ]
    by_change = sorted(result.stocks, key=lambda one: (-_changed(one), one.place))
    curves = [_curve(one, result.from_ms, result.to_ms - result.from_ms) for one in by_change[:PANELS]]
    span = f"{day_text(result.from_ms)} to {day_text(result.to_ms)}"
    subtitle = f"{span} · {len(result.stocks)} stocks · recorded demand, lead times as they were (seed {result.seed})"
    if result.to_ms - result.from_ms < DAY_MS:
        subtitle += f" · {SHORT}"
    return draw(f"Back-test of {rules}", subtitle, tiles, curves, max(0, len(by_change) - PANELS))


def _tile(title: str, before: float, after: float, told: Callable[[float], str]) -> Tile:
    """Less is better."""
    return Tile(title, told(before), told(after), None if before == after else after < before)


def _stock_tile(result: Result) -> Tile:
    """Cover, which is comparable whatever the units are; the mean over the stocks that are used at all."""
    means = []
    for side in ("old", "new"):
        covers = [cover for one in result.stocks if (cover := one.outcomes[side].figures.cover_days) is not None]
        means.append(sum(covers) / len(covers) if covers else 0.0)
    before, after = (f"{days:.1f} days" for days in means)
    return Tile("Average cover", before, after)


def _changed(one: Compared) -> int:
    """How much of a stock's time is lived otherwise, in parts of what it held."""
    return abs(one.new.figures.held - one.old.figures.held) * 1000 // max(1, one.old.figures.held, one.new.figures.held)


def _curve(one: Compared, from_ms: int, span_ms: int) -> Curve:
    return Curve(
        f"{one.place[0]} at {one.place[1]}", one.uom, from_ms, step_of(span_ms), one.actual.curve, one.old.curve,
        one.new.curve, one.red_below, one.censored,
    )  # fmt: skip


def _tiles(drawing: Drawing, tiles: Sequence[Tile], top: float) -> None:
    width = (WIDTH - _LEFT - _RIGHT - _GAP * (len(tiles) - 1)) / len(tiles)
    for number, tile in enumerate(tiles):
        left = _LEFT + number * (width + _GAP)
        drawing.add(Rect(left, top - 74, width, 74, rx=6, ry=6, fillColor=HexColor("#f5f7fa"), strokeColor=_GRID))
        _text(drawing, left + 12, top - 20, tile.title, 11, colour=_FAINT)
        before = _text(drawing, left + 12, top - 54, tile.before, 18, colour=OLD)
        arrow = left + 12 + before + 8
        drawing.add(Line(arrow, top - 48, arrow + 20, top - 48, strokeColor=_FAINT, strokeWidth=1.5))
        drawing.add(Polygon([arrow + 20, top - 52, arrow + 20, top - 44, arrow + 27, top - 48], fillColor=_FAINT,
                            strokeColor=None))  # fmt: skip
        after = _text(drawing, arrow + 36, top - 54, tile.after, 22, colour=NEW)
        if tile.is_better is not None:
            word, colour = ("better", HexColor("#2b8a3e")) if tile.is_better else ("worse", _RED)
            _text(drawing, arrow + 44 + after, top - 54, word, 10, colour=colour)


def _key(drawing: Drawing, base: float) -> None:
    left = _LEFT
    for colour, word in ((ACTUAL, "what happened"), (OLD, "rules so far, simulated"), (NEW, "new rules, simulated")):
        drawing.add(Line(left, base + 3, left + 22, base + 3, strokeColor=colour, strokeWidth=2.5))
        left += 28 + _text(drawing, left + 28, base, word, 10) + 22
    drawing.add(Line(left, base + 3, left + 22, base + 3, strokeColor=_RED, strokeWidth=1, strokeDashArray=[4, 3]))
    left += 28 + _text(drawing, left + 28, base, "red at and below", 10) + 22
    drawing.add(Rect(left, base - 2, 22, 11, fillColor=_BLIND, strokeColor=None))
    _text(drawing, left + 28, base, "out of stock: demand not fully seen", 10)


def _panel(curve: Curve, left: float, bottom: float, width: float, height: float) -> Group:
    group = Group()
    plot_left, plot_bottom, plot_width, plot_height = left + 46, bottom + 18, width - 50, height - 44
    _text(group, left, bottom + height - 14, curve.title, 12)
    steps = max(len(curve.actual), len(curve.old), len(curve.new), 1)
    levels = [*curve.actual, *curve.old, *curve.new, curve.red_below, 0]
    scale = _Scale(min(levels), max(levels), plot_bottom, plot_height)
    for start, end in curve.censored:
        x = plot_left + plot_width * (start - curve.from_ms) / curve.step_ms / steps
        wide = max(1.5, plot_width * (end - start) / curve.step_ms / steps)
        group.add(Rect(x, plot_bottom, wide, plot_height, fillColor=_BLIND, strokeColor=None))
    for level in scale.marks():
        y = scale.at(level)
        group.add(Line(plot_left, y, plot_left + plot_width, y, strokeColor=_GRID, strokeWidth=0.7))
        _text(group, plot_left - 6, y - 3, _short(level), 9, anchor="end", colour=_FAINT)
    _text(group, left + width, bottom + height - 14, curve.uom, 10, anchor="end", colour=_FAINT)
    y = scale.at(curve.red_below)
    group.add(Line(plot_left, y, plot_left + plot_width, y, strokeColor=_RED, strokeWidth=0.8, strokeDashArray=[4, 3]))
    for levels_of, colour, thick in ((curve.actual, ACTUAL, 1.6), (curve.old, OLD, 1.3), (curve.new, NEW, 1.6)):
        points = [
            one
            for step, level in enumerate(levels_of)
            for one in (plot_left + plot_width * (step + 1) / steps, scale.at(level))
        ]
        if len(points) >= 4:
            group.add(PolyLine(points, strokeColor=colour, strokeWidth=thick, strokeLineJoin=1))
    written = _date_form(steps * curve.step_ms)
    for step in _marked_steps(steps):
        at = datetime.fromtimestamp((curve.from_ms + step * curve.step_ms) / 1000, UTC)
        x = plot_left + plot_width * step / steps
        _text(group, x, bottom + 5, at.strftime(written), 9, anchor="middle", colour=_FAINT)
    return group


@dataclass(frozen=True, slots=True)
class _Scale:
    least: int
    most: int
    bottom: float
    height: float

    def at(self, level: int) -> float:
        span = max(1, self.most - self.least)
        return self.bottom + self.height * (level - self.least) / span

    def marks(self) -> list[int]:
        """Up to five round levels."""
        step = MICRO // 1000
        while (self.most - self.least) / step > 4:
            step = step * 5 // 2 if str(step).startswith("2") else step * 2
        first = -(-self.least // step) * step
        return list(range(first, self.most + 1, step))


def _marked_steps(steps: int) -> list[int]:
    count = min(5, steps)
    return [round(steps * (number + 0.5) / count) for number in range(count)]


def _date_form(span_ms: int) -> str:
    """So short that marks tell apart what they stand at."""
    if span_ms >= 400 * DAY_MS:
        return "%b %Y"
    if span_ms >= 5 * DAY_MS:
        return "%d %b"
    return "%d %b %H:%M" if span_ms >= DAY_MS else "%H:%M" if span_ms >= HOUR_MS else "%H:%M:%S"


def _short(level: int) -> str:
    value = level / MICRO
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if abs(value) >= size:
            return f"{value / (1000 if letter == 'k' else size):g}{letter}"
    return f"{value:g}"


def _text(
    group: Drawing | Group, x: float, y: float, text: str, size: float, *, anchor: str = "start", colour: Color = _INK
) -> float:
    """Adds it; returns how wide it is."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    face, shown = face_of(text)
    group.add(String(x, y, shown, fontName=face, fontSize=size, fillColor=colour, textAnchor=anchor))
    return float(stringWidth(shown, face, size))
