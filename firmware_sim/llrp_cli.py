"""`kanban-floor llrp-reader`: one simulated RFID reader at the command line, to try a configuration against."""

from __future__ import annotations

import json
import sys

import click

from firmware_sim.llrp_model import MODELS
from firmware_sim.llrp_reader import LlrpReader

_HEX = set("0123456789ABCDEFabcdef")


@click.command("llrp-reader")
@click.option("--model", type=click.Choice(list(MODELS)), default="R420", show_default=True, help="Which reader.")
@click.option("--port", default=5084, show_default=True, help="Where it listens on 127.0.0.1; 0 takes a free one.")
def llrp_reader(model: str, port: int) -> None:
    """Read tags as standard input says, a line each: EPC [ANTENNA [DBM [READS]]], such as 3376451FD40C0E400000162E 2.

    Other lines: input PORT on|off, disconnect, reboot, state. Each is answered by what the reader does then.
    """
    try:
        reader = LlrpReader(model, port=port)
    except OSError as error:
        raise click.ClickException(
            f"port {port} cannot be listened on: {error.strerror}; give another --port"
        ) from error
    with reader:
        click.echo(json.dumps({"ready": True, "model": model, "port": reader.port}))
        for line in sys.stdin:
            mistake = _obey(reader, line.split())
            outputs = sorted(port for port, is_on in reader.outputs.items() if is_on)
            state = {"is_reading": reader.is_reading, "clients": reader.sessions, "outputs_on": outputs}
            click.echo(json.dumps({"mistake": mistake} if mistake else state))


def _obey(reader: LlrpReader, words: list[str]) -> str:
    """One line; "" or what is wrong with it."""
    match words:
        case [] | ["state"]:
            pass
        case ["disconnect"]:
            reader.disconnect()
        case ["reboot"]:
            reader.reboot()
        case ["input", port, ("on" | "off") as level] if port.isdigit() and 1 <= int(port) <= reader.model.inputs:
            reader.set_input(int(port), is_on=level == "on")
        case [epc, *numbers] if set(epc) <= _HEX and len(numbers) <= 3:
            return _show(reader, epc.upper(), numbers)
        case _:
            return (
                f"{' '.join(words)[:60]!r}: expected EPC [ANTENNA [DBM [READS]]], input PORT on|off, disconnect, reboot"
            )
    return ""


def _show(reader: LlrpReader, epc: str, numbers: list[str]) -> str:
    try:
        antenna, rssi_dbm, reads = (int(given) for given in (*numbers, *("1", "-50", "1")[len(numbers) :]))
    except ValueError:
        return f"{' '.join(numbers)[:60]!r}: antenna, dBm and reads are whole numbers"
    if not (1 <= antenna <= reader.model.antennas and -128 <= rssi_dbm <= 0 and 1 <= reads <= 1000):
        return f"antenna 1 to {reader.model.antennas}, -128 to 0 dBm, 1 to 1000 reads are possible"
    reader.show(epc, antenna=antenna, rssi_dbm=rssi_dbm, reads=reads)
    return ""
