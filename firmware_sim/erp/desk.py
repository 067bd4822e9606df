"""What a gateway that comes by REST is answered; in the ledger's thread. No HTTP here but the status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from firmware_sim.erp.consumer import Erp
from firmware_sim.erp.envelope import STREAMS, Ack, Batch
from firmware_sim.erp.masterdata import publications
from firmware_sim.erp.spoil import Spoiler

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, document and headers."""

    status: int
    document: Document | None = None
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, code: str, text: str, **members: Any) -> Answer:
    """A problem document as in RFC 9457, with our members."""
    document = {"v": 1, "type": "about:blank", "title": code, "status": status, "code": code, "msg": text, **members}
    return Answer(status, document)


class RestDesk:
    """Every method runs in the ledger's thread; see `Erp.call`."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._spoiler = Spoiler(erp.mischief)

    def meet(self, gw: str, env: str, ep: str, birth: str, more: dict[str, str] | None = None) -> Answer:
        """The resync handshake: a birth, answered with where we stand."""
        erp = self._erp
        if env != erp.env:
            return problem(404, "unknown_gateway", f"no gateway of environment {env!r} is known here")
        if not erp.ledger.presence.meet(gw, {**(more or {}), "birth": birth}):
            return self._held(gw)
        is_new = erp.welcome(gw, ep, birth, by_rest=True)
        erp.publish_masterdata(gw)
        if is_new:
            erp.publish_snapshots(gw)
        streams = {}
        for st in STREAMS:
            sent = self._spoiler.spoil(erp.ledger.ack(gw, st))
            if not sent:
                return _lost()
            streams[st] = orjson.loads(sent[0].document())
        for document in erp.ledger.open_commands(gw):
            erp.link.publish(gw, "cmd", orjson.dumps(document), retain=False)
        return Answer(200, {"v": 1, "gw": gw, "streams": streams})

    def take(self, batch: Batch) -> Answer:
        """Book a batch and acknowledge it; what else it led to waits in the feed."""
        erp = self._erp
        if refusal := self._other_box(batch):
            return refusal
        applied = erp.ledger.apply([batch])
        own = applied.acks.pop((batch.gw, batch.st), None)
        erp.act_on(applied)
        if own is None:
            return problem(404, "unknown_gateway", f"no gateway of environment {batch.env!r} is known here")
        return self._answer(batch, own)

    def _other_box(self, batch: Batch) -> Answer | None:
        """Why this box is not the one that we hear."""
        ledger = self._erp.ledger
        present = ledger.presence.of(batch.gw)
        if present.is_doubled:
            return self._held(batch.gw)
        epoch = ledger.epoch(batch.gw)
        if epoch == batch.ep and ledger.presence.may_speak(batch.gw, batch.run):
            return None
        members = {"live": {"ep": epoch, "birth": present.birth}} if present.birth else {}
        text = f"epoch {batch.ep!r} is not the one {batch.gw!r} came with last"
        return problem(409, "epoch_conflict", text, **members)

    def _held(self, gw: str) -> Answer:
        held = self._erp.ledger.presence.of(gw).held
        return problem(409, "two_live", f"two boxes come as {gw!r}", hold={"code": "TWO_LIVE", "for": held})

    def stand(self, batch: Batch) -> Answer:
        """200 with what is committed now; the batch itself is not."""
        return Answer(200, orjson.loads(self._erp.ledger.ack(batch.gw, batch.st).document()))

    def _answer(self, batch: Batch, own: Ack) -> Answer:
        sent = self._spoiler.spoil(own)
        if not sent:
            return _lost()
        for ack in sent[1:]:
            self._erp.link.publish_ack(ack)
        document = orjson.loads(sent[0].document())
        if own.gap:
            return problem(409, "gap", f"{batch.st} is known here up to {own.cum}", ack=document)
        if own.cum < batch.last:
            return problem(409, "epoch_conflict", "the events do not follow from ours", ack=document)
        return Answer(200, document)

    def snapshot(self, gw: str) -> None:
        """A feed begins: everything a gateway must know."""
        erp = self._erp
        if erp.rest is not None:
            erp.rest.feed.begin(gw)
        erp.publish_masterdata(gw)
        erp.publish_snapshots(gw)
        for ack in (erp.ledger.ack(gw, st) for st in STREAMS if gw in erp.ledger.gateways()):
            if ack.dispositions:
                erp.link.publish_ack(ack)
        for document in erp.ledger.open_commands(gw):
            erp.link.publish(gw, "cmd", orjson.dumps(document), retain=False)

    def master(self, gw: str, dataset: str, known_etag: str) -> Answer:
        """A whole dataset, unless the gateway has it already."""
        documents = {name: orjson.loads(text) for name, text in publications(self._erp.ledger.db, gw)}
        document = documents.get(dataset)
        if document is None:
            return problem(404, "unknown_dataset", f"no dataset {dataset!r} here")
        tag = f'"{document["etag"]}"'
        if known_etag == tag:
            return Answer(304, None, {"ETag": tag})
        return Answer(200, document, {"ETag": tag})


def _lost() -> Answer:
    """As a proxy says it when the answer of the server behind it did not come."""
    return Answer(502)
