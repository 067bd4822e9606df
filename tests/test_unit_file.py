"""The systemd unit: sandboxed as promised (F9), understood by systemd, starting a command that exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from gateway.cli import main
from gateway.settings import DEFAULT_FILE

SYSTEMD = Path(__file__).parents[1] / "systemd"
UNIT = SYSTEMD / "kanban-gateway.service"
EXPOSURE_LIMIT = 1.2
SANDBOX = (
    "NoNewPrivileges", "ProtectSystem", "CapabilityBoundingSet", "SystemCallFilter", "DevicePolicy",
    "IPAddressDeny", "PrivateUsers", "ProcSubset", "ProtectProc", "RestrictNamespaces", "MemoryDenyWriteExecute",
    "UMask", "User", "RestrictAddressFamilies", "ProtectHome", "ProtectKernelTunables",
)  # fmt: skip

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def judgement(unit: Path) -> tuple[float, int]:
    """systemd's own: exposure from 0 (can do nothing) to 10 (can do everything), and how many points it lists."""
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    match = re.search(r"Overall exposure level for \S+: ([0-9.]+)", shown)
    assert match is not None, shown
    return float(match[1]), shown.count("✗")


def changed(tmp_path: Path, pattern: str, new: str = "") -> Path:
    """A copy of the unit with one change."""
    text, count = re.subn(pattern, new, UNIT.read_text(), flags=re.MULTILINE)
    assert count > 0, f"{pattern} does not stand in the unit"
    (tmp_path / UNIT.name).write_text(text)
    return tmp_path / UNIT.name


def options(section: str = "Service") -> dict[str, str]:
    """The last value of every key of a section."""
    text = UNIT.read_text().split(f"[{section}]")[1].split("\n[")[0]
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


@needs_systemd
@pytest.mark.figure("F9")
def test_the_exposure_is_at_most_1_2() -> None:
    assert judgement(UNIT)[0] <= EXPOSURE_LIMIT


@needs_systemd
@pytest.mark.parametrize("line", SANDBOX)
def test_without_a_line_of_its_sandbox_the_unit_scores_worse(line: str, tmp_path: Path) -> None:
    assert judgement(changed(tmp_path, rf"^{line}=.*\n")) > judgement(UNIT)


@needs_systemd
@pytest.mark.parametrize("line", ["NoNewPrivileges", "ProtectSystem", "CapabilityBoundingSet", "DevicePolicy"])
def test_the_limit_is_tight_enough_to_miss_a_large_hole(line: str, tmp_path: Path) -> None:
    assert judgement(changed(tmp_path, rf"^{line}=.*\n"))[0] > EXPOSURE_LIMIT


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_unit(tmp_path: Path) -> None:
    # the command is installed elsewhere; everything else is judged as it stands
    unit = changed(tmp_path, r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in (done.stdout + done.stderr).splitlines() if UNIT.name in line]
    assert said == []


def test_the_command_of_the_unit_exists_and_takes_its_options() -> None:
    program, name, *arguments = shlex.split(options()["ExecStart"])
    assert program.endswith("/bin/kanban-gateway")
    command = main.commands[name]
    context = command.make_context(name, [*arguments], resilient_parsing=False)
    assert context.params["config"] == DEFAULT_FILE
    assert isinstance(command, click.Command)


def test_the_unit_restarts_for_ever_and_is_watched() -> None:
    service = options()
    assert (service["Type"], service["WatchdogSec"], service["Restart"]) == ("notify", "30", "always")
    assert options("Unit")["StartLimitIntervalSec"] == "0"
    assert "network-online" not in options("Unit")["After"]


def test_scanners_gpio_chips_and_cameras_are_allowed_and_no_other_device() -> None:
    allowed = re.findall(r"^DeviceAllow=(\S+)", UNIT.read_text(), re.MULTILINE)
    assert allowed == ["char-ttyUSB", "char-ttyACM", "char-input", "char-hidraw", "char-gpiochip", "char-video4linux"]


def test_the_user_of_the_unit_is_made_with_the_groups_its_devices_need() -> None:
    made = (SYSTEMD / "sysusers.d" / "kanban-gateway.conf").read_text()
    user = options()["User"]
    assert re.search(rf"^u {user} ", made, re.MULTILINE)
    for group in options()["SupplementaryGroups"].split():
        assert f"m {user} {group}\n" in made


def test_every_udev_rule_is_one_that_udev_can_read() -> None:
    part = r'[A-Z]+(\{[^}"]+\})?(==|!=|=|\+=|:=)"[^"]*"'
    rules = [one for one in (SYSTEMD / "70-kanban-gateway.rules").read_text().splitlines() if one and one[0] != "#"]
    assert [rule for rule in rules if not re.fullmatch(rf"{part}(, {part})*", rule)] == []
    jumps = [name for rule in rules for name in re.findall(r'GOTO="([^"]+)"', rule)]
    assert jumps != []
    assert all(f'LABEL="{name}"' in rules for name in jumps)
