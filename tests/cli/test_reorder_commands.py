"""`rules`, `triggers`, `explain`, `why-not` on the store of a gateway that does not run."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gateway.app import Gateway
from gateway.cli import main
from gateway.settings import load_settings
from gateway.systemd import Notifier
from tests.reorder.shop import Shop

CONFIG = """\
[gateway]
id = "G1"
site = "P1"
data_dir = "data"

[store]
ballast_kib = 0

[sync]
enabled = false

[[station]]
id = "S-1"
role = "consume"
location = "WH"

[[device]]
id = "scan-1"
type = "serial"
station = "S-1"
port = "/dev/null"
"""
RULES = """\
name = "store"

[class.small]
items = ["SCREW", "NUT"]

[[rule]]
id = "low"
kind = "below_safety"
classes = ["small"]
safety_stock = 180
order_quantity = 200

[[rule.override]]
items = ["NUT"]
safety_stock = "12.5"
"""
KEY = "rule/P1/SCREW/WH/low/1"


class Desk:
    """A configuration with a store beside it, and the commands on them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file("gateway.toml", CONFIG)
        self.rules = self.file("rules.toml", RULES)

    def file(self, name: str, text: str) -> str:
        (self.directory / name).write_text(text)
        return str(self.directory / name)

    def run(self, *arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, [*arguments, "--config", str(self.directory / "gateway.toml")])
        assert done.exit_code == code, done.output
        return done.output

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def shop(self, *rules: dict[str, Any]) -> Shop:
        return Shop(self.directory / "data", *rules)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    shop = found.shop()
    shop.load("items", {"id": "SCREW", "uom": "PCE"}, {"id": "NUT", "uom": "PCE"})
    shop.receive(179)
    shop.receive(12, item="NUT")
    shop.close()
    return found


def check(file: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["rules", "check", file])
    return done.exit_code, done.output.splitlines()


def test_a_rule_file_is_checked_without_a_gateway(desk: Desk) -> None:
    code, told = check(desk.rules)
    assert code == 0
    assert told[0].startswith("ok: 1 rules (")


def test_every_mistake_is_told_at_once_with_its_line(desk: Desk) -> None:
    lines = RULES.splitlines()
    lines[9:12] = ['when = "on_hand ** 2"', 'at = "25:00"', "safty_stock = 180"]
    lines[-1] = "safety_stock = 12.5"
    wrong = desk.file("wrong.toml", "\n".join(lines))
    code, told = check(wrong)
    assert code == 2
    assert [line.removeprefix(f"{wrong}:").partition(", expected")[0] for line in told] == [
        "10: rule[0].when: 'pow' is not possible",
        "11: rule[0].at: '25:00' is not possible",
        "12: rule[0].safty_stock: unknown key, did you mean 'safety_stock'?",
        "15: rule[0].override[0].safety_stock: 12.5 is not possible",
    ]


def test_the_configuration_is_checked_with_its_rules(desk: Desk) -> None:
    desk.file("gateway.toml", f'{CONFIG}\n[reorder]\nrules = "rules.toml"\n')
    assert "1 reorder rules" in desk.run("check")
    desk.file("rules.toml", RULES.replace("safety_stock = 180", "safety_stock = -1"))
    assert "rules.toml:10: rule[0].safety_stock: -1 is not possible" in desk.run("check", code=2)


def test_a_gateway_starts_with_the_rules_in_force_when_the_file_is_wrong(desk: Desk) -> None:
    desk.run("rules", "load", desk.rules)
    desk.file("gateway.toml", f'{CONFIG}\n[reorder]\nrules = "rules.toml"\n[web]\nenabled = false\n')
    desk.file("rules.toml", RULES.replace("safety_stock = 180", "safety_stock = -1"))
    gateway = Gateway(load_settings(desk.directory / "gateway.toml"), notifier=Notifier(""))
    stop = threading.Event()
    stop.set()
    gateway.run(stop)
    [warning] = [one for one in gateway._health.warnings() if one.code == "RULES"]
    assert "the rules in force stay" in warning.text
    assert desk.json("rules", "show")["version"] == 1


def test_a_dry_run_says_what_would_be_ordered_and_changes_nothing(desk: Desk) -> None:
    told = desk.run("rules", "dry-run", desk.rules)
    assert "asks for 200 PCE of SCREW at WH" in told
    assert "compared: on_hand 12 < safety_stock 12.5: true" in told
    assert "no rules are in force" in desk.run("rules", "show")
    assert "nothing was asked for yet" in desk.run("triggers")


def test_rules_are_loaded_once_shown_and_explained(desk: Desk) -> None:
    assert "in force now, as version 1" in desk.run("rules", "load", desk.rules)
    assert "in force already" in desk.run("rules", "load", desk.rules)
    assert desk.json("rules", "show")["name"] == "store"
    shop = desk.shop()
    shop.tick()
    shop.close()
    assert [(one["key"], one["qty"]) for one in desk.json("triggers", "--open")] == [
        ("rule/P1/NUT/WH/low/1", "200"), (KEY, "200"),
    ]  # fmt: skip
    told = desk.run("explain", KEY)
    assert "asks for 200 PCE of SCREW at WH, no lead time is known" in told
    assert "compared: on_hand 179 < safety_stock 180: true" in told
    for line in ("rules: version 1", "master data: items version 1", "now: asked for since"):
        assert line in told
    [trigger] = [one for one in desk.json("triggers") if one["key"] == KEY]
    assert trigger["state"] == "open"
    assert desk.json("explain", KEY)["tr"]["basis"]["rules"]["version"] == 1
    assert "no decision of a reorder rule" in desk.run("explain", "rule/P1/X/WH/low/1", code=1)


@pytest.mark.decision("K7")
def test_stock_is_shown_as_planners_mean_it(desk: Desk) -> None:
    shop = desk.shop()
    shop.load("locations", {"id": "WH"})
    shop.load("order_points", {"id": "1", "item": "SCREW", "location": "WH", "safety_stock": "180"})
    shop.load("lots", {"id": "1", "item": "SCREW", "lot": "V7", "owner": "ACME"})
    part = {"line": "1", "item": "SCREW", "quantity": "120", "uom": "PCE", "location": "WH"}
    shop.load("work_orders", {"id": "W", "item": "BIKE", "quantity": "1", "uom": "PCE", "components": [part]})
    lines = [{"line": "1", "item": "SCREW", "quantity": "50", "uom": "PCE", "location": "WH"}]
    shop.load("purchase_orders", {"id": "PO-1", "supplier": "V1", "lines": lines})
    shop.receive(321, lot="V7")
    shop.receive(10, status="qc")
    shop.close()
    [told] = desk.json("stock", "SCREW")
    numbers = {name: told[name] for name in ("on_hand", "allocated", "available", "in_transit", "position")}
    assert numbers == {
        "on_hand": "500", "allocated": "120", "available": "200", "in_transit": "50", "position": "430",
    }  # V1, A06
    assert {"status": "available", "lot": "V7", "owner": "ACME", "qty": "321"} in told["rows"]
    assert "10 qc" in desk.run("stock")


def test_why_not_says_for_each_rule_what_stands_in_the_way(desk: Desk) -> None:
    desk.run("rules", "load", desk.rules)
    shop = desk.shop()
    shop.tick()
    shop.receive(100, item="NUT")
    shop.close()
    [screw] = desk.json("why-not", "SCREW")
    assert (screw["outcome"], screw["location"], screw["episode"]["key"]) == ("open", "WH", KEY)
    assert f"its need {KEY} is open" in desk.run("why-not", "SCREW")
    told = desk.run("why-not", "NUT", "--location", "WH")
    assert "not asked for: what it compares is not so" in told
    assert "compared: on_hand 112 < safety_stock 12.5: not true" in told
    assert "its last need ended: above" in told
    assert "no rule is for BOLT" in desk.run("why-not", "BOLT")
