"""How often Python looks for cyclic garbage: as seldom as a process that makes none of it can afford."""

from __future__ import annotations

import gc

COLLECT_AFTER_OBJECTS = 50_000  # a few megabytes


def relieve_collector() -> None:
    """Look for cyclic garbage seldom, and never again among what exists already: it lives as long as the process.

    A scan leaves no cycles behind, but hundreds of them on their way made the collector a tenth of the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 20)
