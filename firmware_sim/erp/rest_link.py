"""The ERP's way down to gateways that come by REST: what MQTT would publish waits in their feed."""

from __future__ import annotations

from pathlib import Path

import orjson

from firmware_sim.erp.envelope import Ack, now_utc
from firmware_sim.erp.feed import FeedBook
from firmware_sim.erp.masterdata import DATASETS


class RestLink:
    """The same doors as Link, so that the ERP need not know what carries its words."""

    def __init__(self, path: Path) -> None:
        self.feed = FeedBook(path)

    def start(self) -> None:
        """Nothing to connect to."""

    def stop(self) -> None:
        self.feed.close()

    def came(self, gw: str, *, by_rest: bool) -> None:
        """A gateway was born, here or elsewhere: from now on it reads its feed, or no longer."""
        if by_rest != (gw in self.guests()):
            self.feed.enter(gw, is_guest=by_rest)

    def guests(self) -> frozenset[str]:
        """The gateways that read feeds."""
        return self.feed.guests

    def announce(self, *, is_online: bool) -> None:
        """Tell every gateway whether we listen."""
        for gw in self.guests():
            document = {"v": 1, "online": is_online, "ts": now_utc()}
            self.feed.put(gw, {"k": "state", "doc": document})

    def publish(self, gw: str, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """What goes to `cmd` or `md/<dataset>` in MQTT."""
        dataset = topic.removeprefix("md/")
        document = orjson.loads(payload)
        if dataset in DATASETS:
            members = {name: document.get(name) for name in ("dataset", "version", "etag")}
            self.feed.put(gw, {"k": "md", **members})
        else:
            self.feed.put(gw, {"k": dataset, "doc": document})

    def publish_ack(self, ack: Ack) -> None:
        """Only what no answer to a batch can carry: the late outcome of something that was parked."""
        self.feed.put(ack.gw, {"k": "ack", "doc": orjson.loads(ack.document())})
