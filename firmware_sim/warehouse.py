"""The warehouse: what reorder rules had ordered arrives after a while and is put away, which the ERP itself books."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing

from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.errand import Errand, IsPatient
from firmware_sim.truth import Truth

WHO = "warehouse"
AGAIN_S = 0.3
PATIENCE_S = 60.0  # with an ERP that is being restarted
_OPEN = "SELECT doc FROM purchase WHERE key LIKE 'rule/%' AND state = 'open' ORDER BY doc LIMIT 1"


class Warehouse:
    """Delivers the oldest open order each time. Asking for the same order again delivers nothing more."""

    def __init__(self, erp: ErpProcess, truth: Truth) -> None:
        self._erp = erp
        self._truth = truth

    def errand(self) -> Errand:
        return Errand(WHO, 4.0, 3.0, self.work)

    def work(self, _is_patient: IsPatient) -> None:
        """Once begun it is finished, whatever is killed: who carries goods in does not leave them at the gate."""
        doc = self._next()
        if not doc:
            return
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                told = self._erp.control(do="deliver", name=doc)
            except (OSError, json.JSONDecodeError):  # killed before or after its commit: ask again
                time.sleep(AGAIN_S)
                continue
            if told["ok"]:
                self._truth.record(
                    "delivered", doc=doc, item=told["item"], place=told["place"], quantity=told["quantity"]
                )
                return
            break
        self._truth.record("stuck", what=f"order {doc} was delivered")

    def _next(self) -> str:
        try:
            with closing(connect_reader(self._erp.db)) as db:
                found = db.execute(_OPEN).fetchone()
        except sqlite3.Error:  # being restarted
            return ""
        return str(found[0]) if found else ""
