"""English for needs: why a rule cannot be judged at a place, and what to do."""

from __future__ import annotations

NEED_ENGLISH: dict[str, str] = {
    "REORDER_CONDITION": "{item}: the condition of the rule is true.",
    "REORDER_HELD": "The ERP refused {item} by rule {rule} {count} times in a row: nothing is asked for until "
    "this task is closed.",
    "REORDER_ITEM_GONE": "Item {item} is in no master data any more while {need} is open: see whether it is wanted.",
    "REORDER_ITEM_UNKNOWN": "Item {item} is in no master data: nothing is ordered of it until it is.",
    "REORDER_NEGATIVE": "{item} at {place} is below nothing: something was not booked, count it.",
    "REORDER_NO_DUE": "{item} at {place}: no lead time is known, so it is ordered without a wanted date: add a source.",
    "REORDER_PARAMETER": "Rule {rule} cannot be judged here: {member} is {value}, expected {wanted}.",
    "REORDER_TOO_LARGE": "Rule {rule} would order {quantity} of {item}, more than its limit of {most}: order by hand "
    "if it is right.",
    "REORDER_UNIT": "Unit {unit} of {item} cannot be converted: add it to the item's units.",
}
