"""A back-test as text: the baseline beside what happened, then both rule sets by stock and in total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.backtest.figure import Figures
from gateway.backtest.meter import SHORT
from gateway.backtest.result import Compared, Result
from gateway.quantity import format_quantity
from gateway.timeline import DAY_MS, HOUR_MS, day_text

COLUMNS = ("", "signals", "stock-outs", "hours out", "avg stock", "cover d", "red %", "ordered")
_SIDES = (("actual", "what happened"), ("old", "rules so far"), ("new", "new rules"))
_APART_PCT = 20  # a baseline that is further from what happened deserves a word


def lines(result: Result) -> Iterator[str]:
    """Line by line."""
    stocks = len(result.stocks)
    yield f"{day_text(result.from_ms)} to {day_text(result.to_ms)}, {stocks} stocks, seed {result.seed}"
    if result.to_ms - result.from_ms < DAY_MS:
        yield SHORT
    for stock in result.stocks:
        yield ""
        yield f"{stock.place[0]} at {stock.place[1]} ({stock.uom or 'units'})"
        yield from _table([(name, stock.outcomes[side].figures) for side, name in _SIDES])
        yield from _remarks(stock)
    if stocks > 1:
        yield ""
        yield "all together" + ("" if result.adds_up else " (units differ: quantities are not added up)")
        yield from _table([(name, result.total(side)) for side, name in _SIDES], adds_up=result.adds_up)


def _table(rows: Sequence[tuple[str, Figures]], *, adds_up: bool = True) -> Iterator[str]:
    cells = [COLUMNS, *((name, *_cells(figures, adds_up)) for name, figures in rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(COLUMNS))]
    for row in cells:
        first, *rest = (cell.ljust(width) if not number else cell.rjust(width)
                        for number, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        yield "  " + "  ".join((first, *rest)).rstrip()


def _cells(one: Figures, adds_up: bool) -> tuple[str, ...]:
    cover = "-" if one.cover_days is None or not adds_up else f"{one.cover_days:.1f}"
    stock = _rounded(round(one.average_stock)) if adds_up else "-"
    ordered = format_quantity(one.ordered) if adds_up else "-"
    hours = f"{one.out_ms / HOUR_MS:.0f}"
    return (str(one.signals), str(one.stock_outs), hours, stock, cover, f"{one.red_pct:.1f}", ordered)


def _rounded(micro: int) -> str:
    """One decimal place is enough for an average."""
    return format_quantity(round(micro, -5))


def _remarks(stock: Compared) -> Iterator[str]:
    leads = stock.lead_times_ms
    size_ms, form, unit = _unit(max(leads))
    least, most = (format(one / size_ms, form) for one in (min(leads), max(leads)))
    told = f"{least} to {most} {unit}" if len(leads) > 1 else f"{most} {unit}"
    source = "assumed, none was seen" if stock.is_lead_assumed else f"of {len(leads)} deliveries"
    yield f"  lead times {told}, {source}; receipts dropped {stock.dropped}, kept {stock.kept}"
    if stock.censored:
        hours = sum(end - start for start, end in stock.censored) / HOUR_MS
        yield f"  nothing left {len(stock.censored)} times, {hours:.0f} h in all: more may have been wanted (censored)"
    if is_far(stock):
        yield "  the baseline is far from what happened: read the comparison of the rules with care"
    asked = sorted(stock.old.asked | stock.new.asked)
    if asked:
        yield f"  judged as if there were none: {', '.join(asked)}"
    for fault in sorted(stock.old.faults | stock.new.faults):
        yield f"  {fault}"


def _unit(ms: int) -> tuple[int, str, str]:
    """Days, unless such a time would be next to nothing in them."""
    if ms >= DAY_MS // 10:
        return DAY_MS, ".1f", "days"
    return (HOUR_MS, ".1f", "hours") if ms >= HOUR_MS // 10 else (1000, ".0f", "s")


def is_far(stock: Compared) -> bool:
    """Whether the baseline holds much more or less than there was."""
    was, simulated = stock.actual.figures.held, stock.old.figures.held
    return abs(was - simulated) * 100 > _APART_PCT * max(was, 1)
