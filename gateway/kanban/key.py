"""Need keys (K4): readable, and the same on every gateway, so the ERP can be unique on them."""

from __future__ import annotations

EMPTY, RELEASE, START, SHIP, FULL, ACCEPT, UNDO = "empty", "release", "start", "ship", "full", "accept", "undo"


def need_key(site: str, card: str, cycle: int, transition: str, undone: int = 0) -> str:
    """`card/<site>/<card>/<cycle>/<transition>`, with `~<undone>` once something was undone in this cycle.

    An emptying always opens a new cycle and an undo never takes a cycle number back, so the key of
    an emptying carries no suffix: another gateway that knows nothing of the undo forms the same one.
    """
    suffix = f"~{undone}" if undone else ""
    return f"card/{site}/{card}/{cycle}/{transition}{suffix}"


def is_batch_key(key: str) -> bool:
    """Whether the signal of this key may cover more than one card."""
    return key.rpartition("/")[2].startswith(RELEASE)


NEED_FACT = "need"  # by the key of a reorder rule's need, as long as it is open


def is_rule_key(key: str) -> bool:
    """Whether the need is one of a reorder rule: `rule/<site>/<item>/<place>/<rule>/<episode>`."""
    return key.startswith("rule/")


def card_of_key(key: str) -> str:
    """The card a need key names, "" when it is no card's key."""
    parts = key.split("/")
    return parts[2] if len(parts) == 5 and parts[0] == "card" else ""
