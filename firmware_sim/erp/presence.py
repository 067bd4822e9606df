"""Who speaks as a gateway: one process, or two with the same name.

A process (`run`) that comes back after another one was here is alive beside it. One such return may be a message
that lay about when a process was killed; two processes that both return, one of them twice, are two boxes.
"""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

BIRTHS_KEPT = 64
RETURNS = 2


@dataclass
class Presence:
    """What is known of one name."""

    run: str = ""
    birth: str = ""
    births: list[str] = field(default_factory=list)
    past: list[str] = field(default_factory=list)
    returns: dict[str, int] = field(default_factory=dict)
    claim: str = ""
    claims: list[str] = field(default_factory=list)
    is_doubled: bool = False

    @property
    def held(self) -> list[str]:
        """Claims of those that must not send; "" for boxes without one."""
        others = [claim for claim in ("", *self.claims) if claim != self.claim]
        return [*others, self.claim] if self.is_doubled and self.claim else others if self.claim else [""]


class PresenceBook:
    """Kept over a restart of the ERP."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.execute("CREATE TABLE IF NOT EXISTS presence(gw TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT")
        self._known = {gw: Presence(**orjson.loads(doc)) for gw, doc in db.execute("SELECT gw, doc FROM presence")}

    def meet(self, gw: str, state: dict[str, Any]) -> bool:
        """A birth or handshake; False when this box must not send."""
        known = self._known.setdefault(gw, Presence())
        birth, run, claim = (str(state.get(name, "")) for name in ("birth", "run", "claim"))
        if claim and claim not in known.claims:  # a person has decided: whoever spoke before counts no more
            known = self._known[gw] = Presence(claim=claim, claims=[*known.claims, claim])
        if claim != known.claim:
            return False
        if birth not in known.births:
            known.births = [*known.births, birth][-BIRTHS_KEPT:]
            self._note(known, run or birth, birth)
            known.is_doubled = known.is_doubled or bool(state.get("hold")) or _is_proof(known.returns)
        self._keep(gw, known)
        return not known.is_doubled

    def may_speak(self, gw: str, run: str) -> bool:
        """Whether batches of this process are taken: it is the one that came last, and the only one."""
        known = self._known.get(gw)
        if known is None or not known.run:
            return True
        return not known.is_doubled and run in ("", known.run)

    def of(self, gw: str) -> Presence:
        return self._known.get(gw, Presence())

    def _note(self, known: Presence, run: str, birth: str) -> None:
        known.birth = birth
        if run == known.run:
            return
        if run in known.past:
            known.returns[run] = known.returns.get(run, 0) + 1
        else:
            known.returns = {}  # somebody new: a restart, as far as anybody can say yet
        known.past = [*(one for one in known.past if one != known.run), known.run][-BIRTHS_KEPT:]
        known.run = run

    def _keep(self, gw: str, known: Presence) -> None:
        self._db.execute("INSERT OR REPLACE INTO presence VALUES(?,?)", (gw, orjson.dumps(asdict(known)).decode()))


def _is_proof(returns: dict[str, int]) -> bool:
    return len(returns) > 1 and max(returns.values()) >= RETURNS
