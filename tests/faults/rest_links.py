"""REST as the carrier: the seven toxics, and an ERP that answers what no ERP should (figure F5).

While something is wrong people scan; when it is over everything must arrive, each event once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from firmware_sim.erp.process import ErpProcess
from firmware_sim.faults import FaultProxy
from firmware_sim.port import wait_until
from tests.faults.links import TOXICS, Line
from tests.faults.report import Tally
from tests.sync.conftest import PLANT
from tests.sync.rig import SITE, TIMEOUT_S, GatewayRig, rest_settings

Told = dict[str, object]  # a request to the ERP's control socket


def _canned(status: int, text: str = "", **headers: str) -> Callable[[random.Random], Told]:
    """The next batches are answered with this, without a look at them."""
    return lambda chance: {
        "do": "answer", "status": status, "text": text, "headers": headers, "count": chance.randint(1, 2),
    }  # fmt: skip


def _mischief(name: str) -> Callable[[random.Random], Told]:
    return lambda chance: {"do": name, "count": chance.randint(1, 2)}


ANSWERS: dict[str, Callable[[random.Random], Told]] = {
    "200 before its commit": _mischief("early"),
    "200 with a page": _canned(200, "<html>It works!</html>"),
    "200 with half a document": _canned(200, '{"v":1,"ep":"01'),
    "204": _canned(204),
    "302": _canned(302, Location="http://127.0.0.1:1/"),
    "409 in progress": _canned(409, '{"v":1,"code":"in_progress","msg":"a moment"}'),
    "429": _canned(429, **{"Retry-After": "0"}),
    "500": _canned(500, "<html>oops</html>"),
    "503": _canned(503, **{"Retry-After": "0"}),
    "answer lost": _mischief("lose"),
    "answer of an older state": _mischief("lower"),
    "answer for another epoch": _mischief("unknown_epoch"),
    "answer given three times": _mischief("repeat"),
    "dies before its commit": lambda chance: {"do": "die", "when": "before_commit"},
    "dies after its commit": lambda chance: {"do": "die", "when": "after_commit"},
}


ALL = (*TOXICS, *ANSWERS)


def run_rest_links(directory: Path, seed: int, names: Sequence[str] = ALL) -> Tally:
    """One schedule of each of these toxics and answers, in an order of the seed's."""
    plant = directory / "plant.json"
    plant.write_bytes(orjson.dumps(PLANT))
    with (
        ErpProcess(db=directory / "ledger.db", plant=plant, site=SITE) as erp,
        FaultProxy(("127.0.0.1", erp.rest_port), seed) as link,
        GatewayRig(directory / "data", rest_settings(link.port)) as gateway,
    ):
        gateway.await_session()
        line = Line(gateway, erp, (link,), seed)
        for name in line.chance.sample(names, len(names)):
            if name in TOXICS:
                line.through(name, TOXICS[name])
            else:
                _answered(line, name)
        return line.compare()


def _answered(line: Line, name: str) -> None:
    told = ANSWERS[name](line.chance)
    line.erp.control(**told)
    line.work()
    if told["do"] == "die":
        if not wait_until(lambda: not line.erp.is_running, TIMEOUT_S):
            line.tally.fail(f"{name}: the ERP got no batch")
        line.erp.restart()
    line.settle(name)
