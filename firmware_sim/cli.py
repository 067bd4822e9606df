"""`kanban-floor`: the simulated shop floor on the command line."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from firmware_sim.audit import audit as compare
from firmware_sim.booked import read_ledger
from firmware_sim.broker import BrokerError
from firmware_sim.button import ButtonBridge, ButtonError
from firmware_sim.demo import run_demo, stopped_by_signals, table
from firmware_sim.dock_door.cli import dock_door
from firmware_sim.epcis_cli import epcis_repository
from firmware_sim.erp.consumer import Erp
from firmware_sim.erp.control import ControlServer
from firmware_sim.erp.link import PROTOCOLS
from firmware_sim.erp.process import ErpProcessError
from firmware_sim.erp.rest import RestServer
from firmware_sim.faults import FaultProxy, Toxics
from firmware_sim.floor import open_errands, open_pressers, open_scanners
from firmware_sim.gateway_config import BUTTON_TOPIC, LIGHT_TOPIC, GatewayConfig, by_mqtt
from firmware_sim.gateway_process import GatewayError, GatewayProcess
from firmware_sim.light import LightError, StackLights
from firmware_sim.llrp_cli import llrp_reader
from firmware_sim.modbus import ModbusInputs
from firmware_sim.plant import SITE, make_plant
from firmware_sim.port import accepts, wait_until
from firmware_sim.receiving import run_session
from firmware_sim.roster import Roster
from firmware_sim.rubbish import Rubbish
from firmware_sim.scanner_cli import scanner
from firmware_sim.shift import Crowd, Shift
from firmware_sim.truth import Truth, read_truth

FILE = click.Path(path_type=Path, dir_okay=False)
EXPECTED_ERRORS = (BrokerError, ButtonError, ErpProcessError, GatewayError, LightError, TimeoutError)

seed_option = click.option("--seed", default=1, show_default=True, help="Same seed, same plant and same people.")
broker_option = click.option("--broker", required=True, help="host:port of the MQTT broker.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A shop floor and an ERP on one machine, to prove the gateway against."""


@click.command()
@click.option("--seconds", default=0.0, help="Length of the working day; 0: until Ctrl-C.")
@seed_option
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="New directory, kept after the day.")
def demo(seconds: float, seed: int, keep: Path | None) -> None:
    """Run a floor with two gateways and an ERP, kill them, cut their links, compare ledger, truth and gateways."""
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise click.BadParameter(f"{keep} is not empty, expected a new or an empty directory", param_hint="--keep")
    try:
        status = run_demo(seconds or None, seed, click.echo, keep)
    except EXPECTED_ERRORS as error:
        raise click.ClickException(str(error)) from error
    sys.exit(status)


@click.command()
@click.option("--broker", help="host:port of the MQTT broker.")
@click.option("--rest", help="host:port to serve gateways by REST, instead of a broker or beside it.")
@click.option("--db", type=FILE, required=True, help="Ledger file (SQLite).")
@click.option("--site", default=SITE, show_default=True, help="Site in the topics.")
@click.option("--plant", type=FILE, help="JSON file with master data and opening stock.")
@click.option("--protocol", type=click.Choice(list(PROTOCOLS)), default="5", show_default=True, help="MQTT version.")
@click.option("--confirm-orders", is_flag=True, help="Answer each order with its document number.")
@click.option("--control-port", default=0, help="Port of the control socket; 0 takes a free one.")
@click.option("--record", type=FILE, help="With --rest: append every request and answer to this file, as JSON lines.")
def erp(  # noqa: PLR0913 - one for each option
    broker: str | None,
    rest: str | None,
    db: Path,
    site: str,
    plant: Path | None,
    protocol: str,
    confirm_orders: bool,
    control_port: int,
    record: Path | None,
) -> None:
    """Run the central ERP; prints one JSON line with its ports when it is ready."""
    if not (broker or rest):
        raise click.UsageError("say --broker, --rest or both")
    host, port = _address(broker) if broker else ("", 0)
    sys.setswitchinterval(0.001)  # the network thread must not wait 5 ms for the ledger's thread
    document = json.loads(plant.read_text()) if plant else None
    running = Erp(
        host=host, port=port, db=db, site=site, plant=document, protocol=protocol, confirm_orders=confirm_orders,
        serves_rest=rest is not None,
    )  # fmt: skip
    with running, stopped_by_signals() as done:
        server = ControlServer(running, control_port)
        server.start()
        desk = RestServer(running, *_address(rest), record) if rest else None
        ports = {"control_port": server.port, "rest_port": desk.start() if desk else 0}
        click.echo(json.dumps({"ready": True, **ports}))
        while not done.wait(0.2) and running.failure is None:
            pass
        if desk:
            desk.stop()
        server.stop()
    if running.failure is not None:
        raise click.ClickException(f"the ledger failed: {running.failure!r}")


@click.command()
@broker_option
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where files go.")
@click.option("--seconds", default=30.0, show_default=True, help="Length of the working day.")
@click.option("--wait", "wait_s", default=120.0, show_default=True, help="How long to wait for the gateway's page.")
@seed_option
def shift(broker: str, directory: Path, seconds: float, wait_s: float, seed: int) -> None:
    """Let people work with a gateway of yours: writes plant.json and gateway.toml, then scans into truth.jsonl."""
    plant = make_plant(seed)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "plant.json").write_text(json.dumps(plant.document()))
    address = _address(broker)
    with ExitStack() as stack:
        scanners = open_scanners(stack, directory, plant)
        ports = {name: scanner.port for name, scanner in scanners.items()}
        wires = stack.enter_context(ModbusInputs())
        config = GatewayConfig(plant, plant.gateways[0], ports, by_mqtt(address), address, wires.port)
        gateway = GatewayProcess(directory, config)
        bridge = stack.enter_context(ButtonBridge(host=address[0], port=address[1], topic=BUTTON_TOPIC))
        lights = stack.enter_context(StackLights(host=address[0], port=address[1], topic=LIGHT_TOPIC))
        pressers = open_pressers(plant, {config.gateway: config}, bridge, lights, wires)
        click.echo(f"waiting for: kanban-gateway run --config {gateway.config_file}")
        click.echo(f"        and: kanban-floor erp --broker {broker} --db ledger.db --plant {directory / 'plant.json'}")
        if not wait_until(lambda: accepts(config.web_port), wait_s, poll_s=0.2):
            raise click.ClickException(f"no gateway answered on port {config.web_port} within {wait_s:.0f} s")
        truth = Truth(directory / "truth.jsonl")
        stack.callback(truth.close)
        stop = stack.enter_context(stopped_by_signals())
        roster = Roster(plant, scanners, truth)
        rubbish = Rubbish(plant, bridge, truth)
        crowd = Crowd(scanners, pressers, open_errands(plant, bridge, scanners, truth, rubbish, gateway), roster)
        Shift(plant, crowd, truth, seed=seed).run(seconds, stop)
    click.echo(f"the day is over; truth in {directory / 'truth.jsonl'}")


@click.command()
@click.option("--truth", type=FILE, required=True, help="Truth file that the floor wrote.")
@click.option("--ledger", type=FILE, required=True, help="The ERP's ledger.")
@click.option("--status", type=FILE, help="Output of `kanban-gateway status --json`, to compare as well.")
@seed_option
def audit(truth: Path, ledger: Path, status: Path | None, seed: int) -> None:
    """Compare a ledger with what really happened; exit 1 when they differ."""
    told = [json.loads(status.read_text())] if status else []
    report = compare(make_plant(seed), read_truth(truth), read_ledger(ledger), told)
    for line in table(report, None):
        click.echo(line)
    sys.exit(1 if report.differences else 0)


@click.command()
@click.option("--target", required=True, help="host:port to forward to.")
@seed_option
def proxy(target: str, seed: int) -> None:
    """Forward TCP and spoil it; toxics come as JSON lines on standard input, e.g. {"up": {"latency_ms": 200}}."""
    with FaultProxy(_address(target), seed) as running:
        click.echo(json.dumps({"ready": True, "port": running.port}))
        for line in sys.stdin:
            try:
                ways = {way: Toxics(**members) for way, members in json.loads(line).items()}
                running.set(**ways)
            except (TypeError, ValueError, AttributeError) as error:
                click.echo(f'not understood: {error}; expected {{"up" | "down" | "both": {{toxic: value}}}}', err=True)


@click.command()
@click.option("--kill", "kill_at", default=-1, help="Kill the gateway after this step and start it again.")
def receiving(kill_at: int) -> None:
    """A receiving clerk's hour: real labels on a pty scanner; exit 0 when the ledger is exactly what arrived."""
    try:
        status = run_session(click.echo, kill_at=kill_at)
    except EXPECTED_ERRORS as error:
        raise click.ClickException(str(error)) from error
    sys.exit(status)


COMMANDS = (demo, erp, shift, audit, proxy, receiving, scanner, llrp_reader, dock_door, epcis_repository)

for _command in COMMANDS:
    main.add_command(_command)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit():
        raise click.BadParameter(f"{text!r} is not host:port")
    return host or "127.0.0.1", int(port)


if __name__ == "__main__":
    main()
