"""Command cards: `K1C.<site>.<COMMAND>.<signature>`, or `K1C.<site>.<COMMAND>/<loop>.<signature>`.

Signed, so that nobody prints such a card at home.
"""

from __future__ import annotations

from gateway.codes.signature import genuine_body, signed
from gateway.model import Action, Rejection
from gateway.text.sentence import say

PREFIX = "K1C."
# What a card lets a goods station do next; see gateway/goods/operation.py.
OPERATIONS = (
    "RECEIVE", "MOVE", "PICK", "DROP", "ISSUE", "RETURN", "REPORT", "FINISH", "SHIP", "TAKE-BACK", "SCRAP", "LABEL",
    "SPLIT", "MERGE", "LEND", "COLLECT", "COUNT", "RELEASE", "REJECT", "BLOCK",
)  # fmt: skip
OUTCOMES = ("RESTOCK", "REWORK")  # of what a customer sends back, beside SCRAP
COMMANDS = {
    "UNDO": Action.UNDO, "CANCEL": Action.CANCEL, "SIGNOUT": Action.SIGN_OUT, "REJECT": Action.REJECT,
    "FOUND": Action.FOUND, "MODE-TRAINING": Action.MODE_TRAINING, "MODE-SHADOW": Action.MODE_SHADOW,
    "MODE-LIVE": Action.MODE_LIVE,
    "CONFIRM": Action.CONFIRM, "APPROVE": Action.APPROVE,
    **dict.fromkeys((*OPERATIONS, *OUTCOMES), Action.OPERATION),
}  # fmt: skip
OF_A_LOOP = frozenset({Action.MODE_TRAINING, Action.MODE_SHADOW, Action.MODE_LIVE})  # may name a loop


def format_command(site: str, command: str, secret: bytes, *, loop: str = "") -> str:
    """The text to print for one of COMMANDS; ValueError for another one or an empty secret.

    `loop`: the card is for this loop instead of the station where it is scanned; MODE-* only.
    """
    if command not in COMMANDS:
        raise ValueError(f"command {command!r} is unknown, expected one of {', '.join(COMMANDS)}")
    if loop and COMMANDS[command] not in OF_A_LOOP:
        raise ValueError(f"command {command!r} is for no loop, only MODE-TRAINING, MODE-SHADOW and MODE-LIVE are")
    return signed(f"{PREFIX}{site}.{command}" + (f"/{loop}" if loop else ""), secret)


def parse_command(text: str, *, site: str, secret: bytes) -> Action | Rejection:
    """What a text that begins with PREFIX asks for. Without a secret no command card is accepted."""
    if not secret:
        return Rejection("COMMANDS_OFF", say("COMMANDS_OFF"), text)
    body = genuine_body(text, secret)  # compared before anything else is looked at
    if body is None:
        return Rejection("COMMAND_SIGNATURE", say("COMMAND_SIGNATURE"), text.rpartition(".")[0])
    _, card_site, words = body.split(".", 2) if body.count(".") >= 2 else ("", "", body)
    command, _, loop = words.partition("/")
    if card_site != site:
        text = say("COMMAND_OTHER_PLANT", plant=card_site, here=site)
        return Rejection("OTHER_PLANT", text, card_site, site)
    if command not in COMMANDS or (loop and COMMANDS[command] not in OF_A_LOOP):
        known = ", ".join(COMMANDS)
        return Rejection("UNKNOWN_COMMAND", say("UNKNOWN_COMMAND", command=words, known=known), words, known)
    return COMMANDS[command]


def loop_of(text: str) -> str:
    """The loop that a genuine card is for, "" for the station where it is scanned."""
    return text.rpartition(".")[0].partition("/")[2]


def operation_of(text: str) -> str:
    """The name of the operation that a genuine card asks for."""
    return text.split(".")[2].lower()
