"""One measured figure, as a row of the table that `make bench` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LossError(AssertionError):
    """Something was lost, doubled or never came: a figure of such a run means nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is compared to; `is_met` is None where no target was set."""

    id: str
    what: str
    value: str
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None


def share(samples: Sequence[float], part: float) -> float:
    """The value that `part` of the samples do not exceed (0.5: the median)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def milliseconds(seconds: float) -> str:
    """Three significant digits."""
    return f"{seconds * 1000:.3g} ms"
