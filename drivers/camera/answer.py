"""Answers of the decoder process, checked: a damaged process may say anything. Pure."""

from __future__ import annotations

from drivers.camera.code import Sighting
from drivers.camera.decoder import DecoderLostError
from drivers.camera.wire import Message


def sightings(answer: Message) -> list[Sighting]:
    """The codes of an answer without `error`; DecoderLostError when it is no such answer."""
    try:
        return [Sighting.from_message(one) for one in answer["codes"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DecoderLostError(f"the decoder answered what is no answer ({str(answer)[:80]})") from error
