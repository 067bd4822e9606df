"""All that runs on the floor: brokers, ERP, gateways, the links between them, scanners, buttons and lights.

The first gateway reaches the ERP through the plant's broker, the others by REST; each over a link of its own that can
be cut. Buttons and lights have a broker beside the machines, as they would on a line.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import orjson

from firmware_sim.andon import HelpButton
from firmware_sim.broker import Broker
from firmware_sim.button import ButtonBridge
from firmware_sim.button_make import MAKES, HandOnButton, button_name
from firmware_sim.clerk_at_dock import DockClerk
from firmware_sim.dock_door.live import LiveDoor
from firmware_sim.dock_door.stock import Stock
from firmware_sim.dock_driver import DockDriver
from firmware_sim.epcis_repository import EpcisRepository
from firmware_sim.erp.process import ErpProcess
from firmware_sim.errand import Errand
from firmware_sim.faults import FaultProxy
from firmware_sim.gateway_config import (
    BUTTON_TOPIC,
    CALLS,
    LIGHT_TOPIC,
    PRESS_TOKEN,
    GatewayConfig,
    by_mqtt,
    by_rest,
)
from firmware_sim.gateway_process import GatewayProcess
from firmware_sim.layout import (
    COUNT_STATION,
    DOCK_SCANNER,
    SHELF_SCANNER,
    rack_station,
    scanner_places,
    use_station,
)
from firmware_sim.light import StackLights
from firmware_sim.llrp_reader import LlrpReader
from firmware_sim.modbus import ModbusInputs
from firmware_sim.plant import HTTP_MAKE, JSON_MAKE, WIRED_MAKE, Plant
from firmware_sim.port import LOOPBACK, wait_until
from firmware_sim.presser import CallPresser, JsonPresser, MakePresser, Presser, WiredPresser
from firmware_sim.roster import Roster
from firmware_sim.rubbish import Rubbish
from firmware_sim.scanner import Profile, Scanner
from firmware_sim.scanner_make import ZEBRA
from firmware_sim.shift import Crowd
from firmware_sim.stock_taker import StockTaker
from firmware_sim.truth import Truth
from firmware_sim.warehouse import Warehouse
from firmware_sim.webhook import WebhookCaller

DOOR_SEED = 20_261_128
MASTERDATA_TIMEOUT_S = 60.0


@dataclass
class Floor:
    """Everything that may be killed, cut, pressed or asked."""

    plant: Plant
    directory: Path
    broker: Broker  # between the first gateway and the ERP
    erp: ErpProcess
    gateways: dict[str, GatewayProcess]  # by id
    links: dict[str, FaultProxy]  # from each gateway to the broker or the ERP
    crowd: Crowd
    lights: StackLights
    truth: Truth
    repository: EpcisRepository  # where partners read what happens at the dock


def open_floor(stack: ExitStack, directory: Path, plant: Plant) -> Floor:
    """Start everything in order; `stack` stops it in the reverse order."""
    plant_file = directory / "plant.json"
    plant_file.write_bytes(orjson.dumps(plant.document()))
    broker = stack.enter_context(Broker(directory=directory / "broker"))
    floor_broker = stack.enter_context(Broker(directory=directory / "floor-broker"))
    erp = ErpProcess(
        broker=f"{broker.host}:{broker.port}", db=directory / "ledger.db", plant=plant_file, confirm_orders=True,
        serves_rest=True,
    )  # fmt: skip
    stack.enter_context(erp)
    truth = Truth(directory / "truth.jsonl")
    stack.callback(truth.close)
    scanners = open_scanners(stack, directory, plant)
    at_floor = (floor_broker.host, floor_broker.port)
    bridge = stack.enter_context(ButtonBridge(host=at_floor[0], port=at_floor[1], topic=BUTTON_TOPIC))
    lights = stack.enter_context(StackLights(host=at_floor[0], port=at_floor[1], topic=LIGHT_TOPIC))
    wires = stack.enter_context(ModbusInputs())
    reader = stack.enter_context(LlrpReader())
    repository = stack.enter_context(EpcisRepository())
    ports = {name: scanner.port for name, scanner in scanners.items()}
    links, configs = {}, {}
    for gateway in plant.gateways:
        is_first = gateway == plant.gateways[0]
        link = FaultProxy((broker.host, broker.port) if is_first else (LOOPBACK, erp.rest_port))
        links[gateway] = stack.enter_context(link)
        sync = by_mqtt((link.host, link.port)) if is_first else by_rest((link.host, link.port))
        configs[gateway] = GatewayConfig(
            plant, gateway, ports, sync, at_floor, wires.port,
            door=reader.port if gateway == plant.gateways[-1] else 0, partners=repository.url,
        )  # fmt: skip
    pressers = open_pressers(plant, configs, bridge, lights, wires)
    rubbish = Rubbish(plant, bridge, truth)
    rubbish.leave()
    gateways = {gateway: GatewayProcess(directory / gateway, configs[gateway]) for gateway in plant.gateways}
    for running in gateways.values():
        stack.enter_context(running)
    for running in gateways.values():
        wait_for_cards(running, plant)
    roster = Roster(plant, scanners, truth)
    errands = open_errands(plant, bridge, scanners, truth, rubbish, gateways[plant.gateways[0]])
    at_dock = gateways[plant.gateways[-1]]
    strays = Stock(random.Random(DOOR_SEED)).yard().standing  # pallets beside the door, and labels lost at its frame
    door = LiveDoor(reader, DOOR_SEED, strays)
    errands.append(DockDriver(door, scanners[DOCK_SCANNER], truth, at_dock.passages).errand())
    errands.append(Warehouse(erp, truth).errand())
    crowd = Crowd(scanners, pressers, errands, roster)
    return Floor(plant, directory, broker, erp, gateways, links, crowd, lights, truth, repository)


def open_scanners(stack: ExitStack, directory: Path, plant: Plant) -> dict[str, Scanner]:
    """Scanners as they are programmed in the demonstration, by device id."""
    scanners = {}
    for place in scanner_places(plant):
        profile = Profile(make=ZEBRA) if place.profile == "zebra" else Profile(response_timeout_s=1.0)
        scanners[place.device] = Scanner(directory, place.device, profile, log=directory / "scans.jsonl")
        stack.callback(scanners[place.device].close)
    return scanners


def open_pressers(
    plant: Plant, configs: dict[str, GatewayConfig], bridge: ButtonBridge, lights: StackLights, wires: ModbusInputs
) -> dict[str, Presser]:
    """A hand on every button of the plant, by card."""
    pressers: dict[str, Presser] = {}
    for gateway, config in configs.items():
        caller = WebhookCaller(f"http://{LOOPBACK}:{config.press_port}/press", PRESS_TOKEN, tries=10)
        for make, cards in plant.buttons_at(gateway).items():
            for number, card in enumerate(cards):
                name = button_name(make, number)
                if make == JSON_MAKE:
                    pressers[card] = JsonPresser(bridge, name)
                elif make == HTTP_MAKE:
                    pressers[card] = CallPresser(caller, name)
                elif make == WIRED_MAKE:
                    light = lights.light(rack_station(plant.loop_of[card].line))
                    pressers[card] = WiredPresser(wires, number, light)
                else:
                    pressers[card] = MakePresser(HandOnButton(bridge, MAKES[make](name)), make)
    return pressers


def open_errands(
    plant: Plant, bridge: ButtonBridge, scanners: dict[str, Scanner], truth: Truth, rubbish: Rubbish,
    first: GatewayProcess,
) -> list[Errand]:  # fmt: skip
    """Pallets at the dock, counts of the shelf, rubbish, and the andon buttons, which are of the first make of MQTT
    buttons at a line. The shelf's screen is the page of the `first` gateway."""
    taker = StockTaker(scanners[SHELF_SCANNER], truth, lambda: first.says(COUNT_STATION))
    errands = [DockClerk(scanners[DOCK_SCANNER], truth).errand(), taker.errand(), rubbish.errand()]
    for gateway in plant.gateways:
        makes = {make: cards for make, cards in plant.buttons_at(gateway).items() if make in MAKES}
        for make, cards in list(makes.items())[:1]:
            station = use_station(plant.loop_of[cards[0]].line)
            for place, (name, call) in enumerate(CALLS.items()):
                button = HelpButton(HandOnButton(bridge, MAKES[make](name)), station, call, truth)
                errands += button.errands(place)
    return errands


def wait_for_cards(gateway: GatewayProcess, plant: Plant) -> None:
    """Until the gateway has its master data; TimeoutError with its last words if it never gets it."""

    def has_cards() -> bool:
        return len(gateway.page().get("cards", ())) >= len(plant.loop_of)

    if not wait_until(has_cards, MASTERDATA_TIMEOUT_S, poll_s=0.3):
        raise TimeoutError(f"{gateway.id} has no cards after {MASTERDATA_TIMEOUT_S:.0f} s:\n{gateway.last_words()}")
