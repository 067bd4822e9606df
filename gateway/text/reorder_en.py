"""English for reorder rules: what was found with the numbers, and what to do when a rule cannot be judged."""

from __future__ import annotations

REORDER_ENGLISH: dict[str, str] = {
    # sources
    "SOURCE_LOOP": "by the cards of loop {source}",
    "SOURCE_PREFERRED": "{source} is the preferred source",
    "SOURCE_FASTEST": "{source} is the fastest of {count}: {time}",
    "SOURCE_FIRST": "{source} is known, its lead time is not",
    "SOURCE_UNKNOWN": "no source is known: choose one",
    # levels
    "REORDER_BELOW_SAFETY": "{item}: {stock} is below the safety stock of {safety}.",
    "REORDER_SAFE": "{item}: {stock} is not below the safety stock of {safety}.",
    "REORDER_MIN_MAX": "{item}: {stock} is not above the minimum of {minimum}: order up to {maximum}.",
    "REORDER_ABOVE_MINIMUM": "{item}: {stock} is above the minimum of {minimum}.",
    "REORDER_NOTHING_MISSING": "{item}: nothing is missing to the target.",
    "REORDER_FIXED_LOT": "{item}: {stock} is not above the reorder point of {point}: {lots} lots of {lot}.",
    "REORDER_ABOVE_POINT": "{item}: {stock} is above the reorder point of {point}.",
    # faults
    "REORDER_MIN_ABOVE_MAX": "The minimum of {minimum} is above the maximum of {maximum}: correct the rule.",
    "REORDER_SIZE": "{item}: no order between the limits of the rule covers {need}: correct minimum or maximum order.",
}
