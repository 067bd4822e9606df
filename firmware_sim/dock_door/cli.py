"""`kanban-floor dock-door`: a dock door in real time, to try a portal against."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import click

from firmware_sim.dock_door.announcement import master_of
from firmware_sim.dock_door.day import episodes
from firmware_sim.dock_door.episode import Episode
from firmware_sim.dock_door.live import LiveDoor
from firmware_sim.dock_door.stock import Stock
from firmware_sim.llrp_reader import LlrpReader

FILE = click.Path(path_type=Path, dir_okay=False)
LOOK_S = 0.2


@click.command("dock-door")
@click.option("--port", default=5084, show_default=True, help="Port of the simulated LLRP reader; 0 takes a free one.")
@click.option("--passages", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many are played.")
@click.option("--pause", default=3.0, show_default=True, help="Seconds between two of them.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same pallets, same ways, same echoes.")
@click.option("--plant", type=FILE, help="Write the master data that announce the pallets here, for `erp --plant`.")
@click.option("--truth", type=FILE, help="Write what really happened here, a JSON object for each pallet.")
def dock_door(port: int, passages: int, pause: float, seed: int, plant: Path | None, truth: Path | None) -> None:
    """Drive pallets through a door with antennas 1 and 2 outside, 3 and 4 inside, light curtains at inputs 1 and 2.

    The reader speaks LLRP; a gateway with a [[portal]] connects to it. What is driven is told as it happens.
    """
    stock = Stock(random.Random(seed))
    yard = stock.yard()
    script = list(episodes(yard, passages, 0.0))
    stock.mark(script)
    if plant is not None:
        plant.write_text(json.dumps({"loops": [], "cards": [], "stock": [], **master_of(stock)}))
    if truth is not None:
        truth.write_text("")
    with LlrpReader(port=port) as reader:
        click.echo(f"LLRP reader at 127.0.0.1:{reader.port}, waiting for a gateway that reads")
        while not reader.is_reading:
            time.sleep(LOOK_S)
        door = LiveDoor(reader, seed, yard.standing)
        for episode in script:
            door.play(episode)
            _tell(episode, truth)
            time.sleep(pause)


def _tell(episode: Episode, truth: Path | None) -> None:
    for fact in episode.facts:
        why = f" (nobody could know: {fact.ambiguous or fact.unsure})" if fact.ambiguous or fact.unsure else ""
        click.echo(f"{fact.kind}: {fact.pallet} {fact.direction}, {fact.tags} tags, {fact.material}{why}")
    if not episode.facts:
        click.echo(episode.kind)
    if truth is not None:
        with truth.open("a") as file:
            file.writelines(json.dumps(fact.to_json()) + "\n" for fact in episode.facts)
