"""The working day: what people have to do comes in order, kills are spread, and one short day adds up."""

from __future__ import annotations

import shlex
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from firmware_sim.agenda import Agenda
from firmware_sim.button_make import MAKES
from firmware_sim.chaos import CALM_S, kill_plan
from firmware_sim.cli import main
from firmware_sim.demo import GATEWAYS, run_demo
from firmware_sim.gateway_config import GatewayConfig, by_mqtt, by_rest
from firmware_sim.gateway_process import write_config
from firmware_sim.layout import scanner_places
from firmware_sim.plant import CELL, LOCK_S, Plant, make_plant
from firmware_sim.truth import Truth, read_truth
from gateway.cli import main as gateway_command
from gateway.master import CardDefinition, Item, Location, Loop
from gateway.settings import load_settings

BROKER = ("127.0.0.1", 1883)


def test_a_person_does_what_is_due_in_order_and_finishes_what_is_at_hand() -> None:
    agenda = Agenda()
    done: list[str] = []
    now = time.monotonic()

    def last() -> None:
        agenda.close()
        done.append("last")

    agenda.add(now + 0.02, lambda: done.append("second"))
    agenda.add(now, lambda: done.append("first"))
    agenda.add(now + 0.04, last)
    agenda.add(now + 0.04, lambda: done.append("never"))
    agenda.work()
    assert done == ["first", "second", "last"]


def test_work_that_is_added_for_earlier_wakes_the_person() -> None:
    agenda = Agenda()
    agenda.add(time.monotonic() + 3600, agenda.close)
    person = threading.Thread(target=agenda.work)
    person.start()
    agenda.add(time.monotonic(), agenda.close)
    person.join(10)
    assert not person.is_alive()


def test_kills_are_the_same_for_a_seed_and_leave_the_ends_of_the_day_alone() -> None:
    kills = {"A": 3, "B": 2, "erp": 1}
    plan = kill_plan(30.0, kills, seed=4)
    assert plan == kill_plan(30.0, kills, seed=4)
    assert Counter(side for _, side in plan) == kills
    assert all(CALM_S <= at <= 30.0 - CALM_S for at, _ in plan)
    assert [at for at, _ in plan] == sorted(at for at, _ in plan)


def test_the_truth_file_keeps_facts_in_order(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "truth.jsonl")
    truth.record("emptied", card="C1", cycle=1)
    truth.record("killed", side="erp")
    truth.close()
    facts = read_truth(tmp_path / "truth.jsonl")
    assert [fact["fact"] for fact in facts] == ["emptied", "killed"]
    assert facts[0]["at"] <= facts[1]["at"]


def test_the_gateway_accepts_the_plants_master_data_and_the_generated_configuration(tmp_path: Path) -> None:
    plant = make_plant(1)
    document = plant.document()
    for parser, dataset in ((Item, "items"), (Location, "locations"), (CardDefinition, "cards")):
        assert all(parser.parse(row) for row in document[dataset])
    locks = {Loop.parse(row).lock_window_ms for row in document["loops"]}
    assert locks == {LOCK_S * 1000}  # what people wait for is what the gateway waits for
    places = scanner_places(plant)
    makes = plant.buttons_at(plant.gateways[0])
    config = GatewayConfig(plant, plant.gateways[0], _ports(tmp_path, plant), by_mqtt(BROKER), BROKER, 1502)
    settings = load_settings(write_config(tmp_path / "one", config))
    assert len(settings.devices) == len(places) + len(makes)


def test_two_gateways_share_a_cell_and_nothing_else_and_both_configurations_are_accepted(tmp_path: Path) -> None:
    plant = make_plant(1, gateways=("A", "B"))
    shared = plant.shared
    assert shared is not None and shared.line == CELL
    stations: dict[str, set[str]] = {}
    for gateway, sync in (("A", by_mqtt(BROKER)), ("B", by_rest(BROKER))):
        config = GatewayConfig(plant, gateway, _ports(tmp_path, plant), sync, BROKER, 1502)
        settings = load_settings(write_config(tmp_path / gateway, config))
        assert {light.station for light in settings.outputs} <= {one.id for one in settings.stations}
        stations[gateway] = {place.station for place in scanner_places(plant, gateway)}
    assert stations["A"] & stations["B"] == {f"{CELL}-USE", f"{CELL}-IN"}
    makes = {make for gateway in plant.gateways for make in plant.buttons_at(gateway)}
    assert makes == {*MAKES, "json", "webhook", "modbus"}


def _ports(directory: Path, plant: Plant) -> dict[str, Path]:
    return {place.device: directory / place.device for place in scanner_places(plant)}


def test_the_command_line_says_what_each_command_does() -> None:
    runner = CliRunner()
    for command in ("demo", "erp", "shift", "audit", "proxy"):
        answer = runner.invoke(main, [command, "--help"])
        assert answer.exit_code == 0
        assert "Usage:" in answer.output


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.promise("R2")
@pytest.mark.decision("K3")
@pytest.mark.decision("K14")
def test_a_short_day_with_kills_and_cut_links_ends_with_ledger_truth_and_gateways_equal(tmp_path: Path) -> None:
    said: list[str] = []
    page = Onlooker()

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("live page: "):
            page.look(line.rpartition(" ")[2])

    assert run_demo(18.0, 11, say, tmp_path / "kept") == 0, "\n".join(said)
    assert "ledger, truth and gateways are equal" in said
    words = [line.strip().rsplit(maxsplit=1) for line in said if line.startswith("  ") and line[-1].isdigit()]
    numbers = {name: int(number) for name, number in words}
    assert (numbers["handovers"], numbers["links cut"]) == (1, 2)
    assert numbers["needs superseded"] >= 2  # of the handover; needs of rules that both gateways told come on top
    seen = ("shift changes", "pallets received", "stock counts", "differences booked")
    for name in (*seen, *(f"kills of {gateway}" for gateway in GATEWAYS)):
        assert numbers[name] > 0, name
    assert {make for make in MAKES if numbers[f"presses, {make}"]} == set(MAKES)
    assert numbers["rules: needs"] == numbers["rules: orders"] > 0
    commands = [line.partition("#")[0].split()[1:] for line in said if line.startswith("  kanban-gateway ")]
    for command in commands:  # as they are told to whoever kept the day
        answer = CliRunner().invoke(gateway_command, shlex.split(" ".join(command)))
        assert (answer.exit_code, bool(answer.output)) == (0, True), (command, answer.output)
    assert page.seen() == {*GATEWAYS, "orders", "lights"}


class Onlooker:
    """Somebody in front of the demonstration's page, who notes once what was on it."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._thread = threading.Thread()

    def look(self, url: str) -> None:
        self._thread = threading.Thread(target=self._watch, args=(url,))
        self._thread.start()

    def seen(self) -> set[str]:
        self._thread.join()
        return self._seen

    def _watch(self, url: str) -> None:
        """Until the page is gone with the demonstration."""
        try:
            assert "board.js" in requests.get(url, timeout=30).text
            while True:
                state = requests.get(f"{url}api/state", timeout=30).json()
                self._seen |= {one["id"] for one in state["gateways"] if one.get("loops")}
                self._seen |= {"orders"} & state["erp"].keys()
                self._seen |= {"lights"} if "green" in state["lights"].values() else set()
        except requests.RequestException:
            pass
