"""English, which is also what the journal keeps. A sentence says what was wrong or done and what to do next."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # dialogues
    "FLOW_CANCELLED": "Cancelled. Nothing was booked.",
    "FLOW_TIMED_OUT": "Nobody answered: {asked} It is cancelled, nothing was booked: begin again.",
    "NOTHING_TO_CANCEL": "There is nothing to cancel here.",
    "OTHER_SCAN_FIRST": "This is no answer. {asked} Or scan CANCEL.",
    "NO_QUESTION_OPEN": "Nothing is asked here: scan the card first.",
}
