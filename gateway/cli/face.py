"""What stands on the card of the store at hand, and the note that it was printed."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.cli.instruct import instruct
from gateway.codes.card import CardCode, format_card
from gateway.errors import GatewayError
from gateway.kanban.printing import CARDS_LIMIT
from gateway.labels.face import CardFace
from gateway.settings import Settings
from gateway.store.reader import StoreReader

RETIRED = frozenset({"LOST", "OBSOLETE", "REMOVED", "CLOSED"})  # lives of cards that are printed no more


def card_face(reader: StoreReader, site: str, card: str, revision: int = 0) -> CardFace:
    """`revision` 0: the print that is valid now. GatewayError when the card cannot be printed."""
    row = {**reader.master("cards", card), **reader.card(card)}  # what is valid here comes second
    loop = reader.master("loops", row.get("loop", ""))
    if not loop:
        raise GatewayError(
            f"card {card!r} is not in the master data, so there is nothing to print on it but its code",
            hint="start the gateway once with the ERP connected",
        )
    number = revision or int(row.get("revision", 1))
    siblings = reader.cards_in(loop["id"])
    try:
        code = format_card(CardCode(site, card, number))
    except ValueError as error:
        raise GatewayError(str(error)) from error
    return CardFace(
        code=code, card=card, revision=number, loop=loop["id"], item=loop["item"],
        item_name=reader.master("items", loop["item"]).get("name", ""), quantity=f"{loop['quantity']} {loop['uom']}",
        consumer=loop["consumer"], source=loop["source"],
        number=siblings.index(card) + 1 if card in siblings else 1, count=len(siblings) or 1,
    )  # fmt: skip


def note_printed(settings: Settings, faces: Sequence[CardFace]) -> None:
    """Keep what stands on printed cards; GatewayError when that could not be stored."""
    for first in range(0, len(faces), CARDS_LIMIT):
        shown = {face.card: face.shows() for face in faces[first : first + CARDS_LIMIT]}
        verdict = instruct(settings, "cards.printed", {"cards": shown})
        if not verdict.is_good:
            raise GatewayError(f"printed, but not noted: {verdict.text}", hint="print them again once it works")
