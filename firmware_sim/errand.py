"""What somebody does again and again beside the bins: calls for help, pallets at the dock, counts, rubbish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

IsPatient = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Errand:
    """`act` is told whether whoever does it still has patience."""

    who: str  # errands of the same one are done one after the other; a scanner's name: by who works there
    after_s: float  # from the beginning of the day
    every_s: float  # from one time to the next
    act: Callable[[IsPatient], None]
