"""Command cards: `K1C.<site>.<COMMAND>.<signature>`.

The signature is a shortened HMAC-SHA256 (50 bits in base32), so that nobody prints such a card at home.
"""

from __future__ import annotations

import hmac
from base64 import b32encode

from gateway.model import Action, Rejection

PREFIX = "K1C."
# What a card lets a goods station do next; see gateway/goods/operation.py.
OPERATIONS = ("RECEIVE",)
COMMANDS = {
    "UNDO": Action.UNDO, "CANCEL": Action.CANCEL, "CONFIRM": Action.CONFIRM, "APPROVE": Action.APPROVE,
    **dict.fromkeys(OPERATIONS, Action.OPERATION),
}  # fmt: skip
SIGNATURE_LENGTH = 10


def format_command(site: str, command: str, secret: bytes) -> str:
    """The text to print for one of COMMANDS; ValueError for another one or an empty secret."""
    if command not in COMMANDS:
        raise ValueError(f"command {command!r} is unknown, expected one of {', '.join(COMMANDS)}")
    if not secret:
        raise ValueError("no secret to sign command cards with")
    text = f"{PREFIX}{site}.{command}"
    return f"{text}.{_signature(text, secret)}"


def parse_command(text: str, *, site: str, secret: bytes) -> Action | Rejection:
    """What a text that begins with PREFIX asks for. Without a secret no command card is accepted."""
    if not secret:
        return Rejection("COMMANDS_OFF", "Command cards are not set up on this gateway: tell the administrator.", text)
    body, _, signature = text.rpartition(".")
    # compared before anything else is looked at, and as bytes, because a scan may hold any character
    if not hmac.compare_digest(_signature(body, secret).encode(), signature.encode()):
        hint = "This command card is not genuine or was read wrongly: scan again, or ask for a new one."
        return Rejection("COMMAND_SIGNATURE", hint, body)
    _, card_site, command = body.split(".", 2) if body.count(".") == 2 else ("", "", body)
    if card_site != site:
        return Rejection("OTHER_PLANT", f"This command card belongs to another plant, this is {site}.", card_site, site)
    if command not in COMMANDS:
        return Rejection("UNKNOWN_COMMAND", f"Command {command!r} is unknown here.", command, ", ".join(COMMANDS))
    return COMMANDS[command]


def operation_of(text: str) -> str:
    """The name of the operation that a genuine card asks for."""
    return text.split(".")[2].lower()


def _signature(text: str, secret: bytes) -> str:
    digest = hmac.digest(secret, text.encode(), "sha256")
    return b32encode(digest)[:SIGNATURE_LENGTH].decode()
