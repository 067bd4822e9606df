"""English for portals: what went through, and for every refusal what to do next."""

from __future__ import annotations

PORTAL_ENGLISH: dict[str, str] = {
    "PORTAL_TAGS": "{count} tags without a pallet number",
    "PORTAL_SOMETHING": "Something",
    "PORTAL_EMPTY": "Nothing with a tag went through.",
    "PORTAL_NOTHING": "{what} went {direction}: nothing is booked here for that.",
    "PORTAL_ELSEWHERE": "{what} were heard too faintly to have gone through here: nothing booked.",
    "PORTAL_BACK": "{what} left the way it had come: nothing booked.",
    "PORTAL_AGAIN": "{what} went through a moment ago: booked once.",
    "PORTAL_CANCELLED": "{what} came back: the booking of a moment ago is taken back.",
    "PORTAL_LEFT_AGAIN": "{what} came back: nothing was booked, nothing is left to do.",
    "PORTAL_SHIPPED": "Pallet {sscc} was shipped already.",
    # refused
    "PORTAL_INCOMPLETE": "{what}: reads are missing ({why}). Scan it by hand, or drive it through again.",
    "PORTAL_DIRECTION": "{what}: it is not clear which way it went ({why}). Scan it by hand.",
    "PORTAL_SEVERAL": "Several pallets at once ({ssccs}). Scan each of them by hand, or drive them one by one.",
    "PORTAL_NOT_ANNOUNCED": "{count} tags that no ship notice announces. Scan the goods by hand.",
    "PORTAL_AMBIGUOUS": "Its tags fit several pallets ({ssccs}). Scan the pallet number.",
    "PORTAL_FOREIGN": "{count} tags do not belong to pallet {sscc}, one is {example}. Take them off, or scan by hand.",
    "PORTAL_RATE": "Only {rate} % of pallet {sscc} was read, {needed} % are needed. Drive through again, or count it.",
    "PORTAL_ASKS": "A person must say more about this pallet: {question} Scan it by hand.",
    "PORTAL_NO_SHIPMENT": "No open shipment takes pallet {sscc}: bring it back, or tell dispatch.",
    "PORTAL_SHIPMENTS": "Several shipments take pallet {sscc} ({shipments}): scan shipment and pallet by hand.",
    "PORTAL_REVERSAL": "{what} came back, but others have booked with it since. Book it by hand.",
}
