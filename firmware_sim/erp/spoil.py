"""Where the ERP lies about acknowledgements when told to, whatever carries them."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from firmware_sim.chain import START
from firmware_sim.erp.envelope import Ack
from firmware_sim.erp.mischief import Mischief

RECENT_ACKS = 64
FOREIGN_EPOCH = "01AAAAAAAAAAAAAAAAAAAAAAAA"


class Spoiler:
    """Remembers what was acknowledged lately, to be able to say less than before."""

    def __init__(self, mischief: Mischief) -> None:
        self._mischief = mischief
        self._recent: dict[tuple[str, str], deque[Ack]] = {}

    def spoil(self, ack: Ack) -> list[Ack]:
        """What goes out in place of an acknowledgement: itself, nothing, something false, or itself three times."""
        recent = self._recent.setdefault((ack.gw, ack.st), deque(maxlen=RECENT_ACKS))
        if self._mischief.take("lose"):
            return []
        sent = ack
        if self._mischief.take("lie"):
            sent = replace(ack, hash=bytes(byte ^ 0x5A for byte in ack.hash))
        elif self._mischief.take("unknown_epoch"):
            sent = replace(ack, ep=FOREIGN_EPOCH)
        elif self._mischief.take("lower"):
            lower = recent[0] if recent and recent[0].ep == ack.ep else replace(ack, cum=0, hash=START)
            sent = replace(ack, cum=lower.cum, hash=lower.hash)
        recent.append(ack)
        return [sent] * (3 if self._mischief.take("repeat") else 1)
