"""English, which is also what the journal keeps. A sentence says what was wrong or done and what to do next."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # codes
    "BADGES_OFF": "Badges are not set up on this gateway: tell the administrator.",
    "BADGE_OTHER_PLANT": "This badge belongs to plant {plant}, this is {here}.",
    "BADGE_SIGNATURE": "This badge is not genuine or was read wrongly: scan again, or ask for a new one.",
    "COMMANDS_OFF": "Command cards are not set up on this gateway: tell the administrator.",
    "COMMAND_OTHER_PLANT": "This command card belongs to plant {plant}, this is {here}.",
    "COMMAND_SIGNATURE": "This command card is not genuine or was read wrongly: scan again, or ask for a new one.",
    "QUANTITY_CODE": "The quantity was read wrongly or its code is damaged: scan again.",
    "UNKNOWN_COMMAND": "Command {command} is unknown here, known are {known}.",
    # people
    "BADGE_BLOCKED": "This badge is blocked: ask your supervisor.",
    "BADGE_EXPIRED": "This badge was valid until {day}: ask your supervisor for a new one.",
    "BADGE_NEEDED": "Station {station} wants to know who works there: scan your badge first.",
    "BADGE_UNKNOWN": "Nobody here has this badge: ask your supervisor.",
    "NOBODY_SIGNED_IN": "Nobody is signed in here.",
    "SIGNED_IN": "Signed in: {name}.",
    "SIGNED_IN_ALREADY": "{name} is signed in already.",
    "SIGNED_OUT": "Signed out.",
    # approval
    "APPROVAL_NEEDS_SCANNER": "{amount} is above the limit of {limit}: scan the card, a supervisor must approve it.",
    "APPROVED_BY_ONESELF": "Somebody else must approve what you scanned: ask another supervisor.",
    "ASK_APPROVAL": "{amount} is above the limit of {limit}: a supervisor must scan a badge.",
    "NO_SUPERVISOR": "{name} is no supervisor and cannot approve this.",
    # quantities
    "ASK_CARD": "{amount}: now scan the card.",
    "ASK_AMOUNT": "Card {card}: how much? Scan a quantity, or the card again for {amount}.",
    "ASK_TOO_MUCH": "Card {card}: {amount} arrived, {asked} were ordered, at most {most}. Scan again if it is true.",
    "NO_QUANTITY_HERE": "Station {station} takes no such quantity: scan it where goods are used or arrive.",
    # inspection
    "ALREADY_ACCEPTED": "Card {card} was accepted already.",
    "ALREADY_ARRIVED": "Card {card} arrived already and waits for inspection.",
    "ASK_REJECTED_CARD": "REJECT: scan the card of the bin.",
    "CARD_ACCEPTED": "Card {card}: {amount} accepted, it may be used.",
    "CARD_REJECTED": "Card {card}: {amount} rejected and blocked. It is ordered again, urgently.",
    "NOT_IN_INSPECTION": "Card {card} is {state}: there is nothing to inspect.",
    "QUALITY_ONLY": "Only quality or a supervisor accepts and rejects: scan your badge first.",
    "REJECT_ELSEWHERE": "Station {station} inspects nothing: REJECT at a quality station.",
    "STILL_IN_INSPECTION": "Card {card} waits for inspection: do not use it, ask quality.",
    # command cards
    "ASK_FOUND_CARD": "FOUND: scan the card that was lost.",
    "SUPERVISOR_ONLY": "Only a supervisor may do this: scan your badge first.",
    # states
    "STATE_WAIT": "waiting",
    "STATE_EMPTY": "empty",
    "STATE_ORDERED": "on order",
    "STATE_IN_PROCESS": "in process",
    "STATE_IN_TRANSIT": "in transit",
    "STATE_RECEIVED_QC": "in inspection",
    "STATE_FULL": "full",
    "STATE_IN_USE": "in use",
    "STATE_ERROR": "blocked",
    # dialogues
    "FLOW_CANCELLED": "Cancelled. Nothing was booked.",
    "FLOW_TIMED_OUT": "Nobody answered: {asked} It is cancelled, nothing was booked: begin again.",
    "NOTHING_TO_CANCEL": "There is nothing to cancel here.",
    "NO_QUESTION_OPEN": "Nothing is asked here: scan the card first.",
    "OTHER_SCAN_FIRST": "This is no answer. {asked} Or scan CANCEL.",
}
