"""Both ways at once: some gateways come through the broker, others by REST, all to one ledger."""

from __future__ import annotations

from firmware_sim.erp.envelope import Ack
from firmware_sim.erp.link import Link
from firmware_sim.erp.rest_link import RestLink


class Switchboard:
    """The same doors as Link: a gateway is reached by the way it last came, also after a kill of the ERP."""

    def __init__(self, broker: Link, rest: RestLink) -> None:
        self._broker = broker
        self._rest = rest

    def start(self) -> None:
        self._broker.start()
        self._rest.start()

    def stop(self) -> None:
        self._broker.stop()
        self._rest.stop()

    def announce(self, *, is_online: bool) -> None:
        """Tell every gateway whether we listen."""
        self._broker.announce(is_online=is_online)
        self._rest.announce(is_online=is_online)

    def publish(self, gw: str, topic: str, payload: bytes, *, retain: bool = True) -> None:
        self._way(gw).publish(gw, topic, payload, retain=retain)

    def publish_ack(self, ack: Ack) -> None:
        self._way(ack.gw).publish_ack(ack)

    def _way(self, gw: str) -> Link | RestLink:
        return self._rest if gw in self._rest.guests() else self._broker
