"""Running a process under strace and reading what it asked the disk to do, in order."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.faults.mutants import NONE

ROOT = Path(__file__).resolve().parents[2]
RUN_TIMEOUT_S = 60.0
_TRACE = "trace=pwrite64,write,lseek,fdatasync,fsync,ftruncate,rename,unlink,openat"
_CALL = re.compile(r"(?P<name>\w+)\((?P<args>.*)\) += (?P<result>-?\d+)(?P<error> \w+)?")
_FD = re.compile(r"^(?:\d+|AT_FDCWD)<(?P<path>[^>]*)>")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


class Op(StrEnum):
    """What a system call does to a file."""

    CREATE = "create"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    UNLINK = "unlink"
    MARK = "mark"  # a line in the acked file: somebody was told something


@dataclass(frozen=True, slots=True)
class Call:
    """One call on one file of the data directory; `offset` is the new size for TRUNCATE."""

    op: Op
    file: str  # name inside the data directory, "" for the directory itself
    offset: int = 0
    data: bytes = b""
    failed: bool = False


def run_traced(
    log: Path, module: str, arguments: Sequence[str], *, mutant: str = NONE, inject: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module` under strace; `inject` are strace's own fault expressions."""
    faults = [part for expression in inject for part in ("-e", f"inject={expression}")]
    command = [
        "strace", "--seccomp-bpf", "-f", "-y", "-xx", "-s", "70000", "-e", _TRACE, *faults, "-o", str(log),
        sys.executable, "-m", "tests.faults.mutants", mutant, module, *arguments,
    ]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=False)


def parse(log: Path, data_dir: Path, acked: Path, ignored: Sequence[str]) -> list[Call]:
    """The calls on files of `data_dir`, and the lines written to `acked`, in the order they took effect.

    A call that was interrupted by another thread counts where it ended, except a mark, which counts
    where it began: that is never in favour of the gateway.
    """
    with log.open(encoding="ascii") as lines:
        calls = [call for line in _joined(lines) if (call := _parse_line(line, str(data_dir), str(acked)))]
    return [call for call in calls if not call.file.endswith(tuple(ignored))]


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Whole calls; the two parts of a split one are put together."""
    open_calls: dict[str, str] = {}
    for line in lines:
        thread, _, rest = line.rstrip("\n").partition(" ")
        rest = rest.lstrip()
        if rest.endswith("<unfinished ...>"):
            begun = rest.removesuffix("<unfinished ...>").rstrip()
            if begun.startswith("write("):
                yield f"{begun}) = 1"  # placed where it began
            else:
                open_calls[thread] = begun
        elif rest.startswith("<... "):
            if thread in open_calls:
                yield open_calls.pop(thread) + rest.partition("resumed>")[2]
        else:
            yield rest


def _parse_line(line: str, data_dir: str, acked: str) -> Call | None:
    found = _CALL.match(line)
    if found is None:
        return None
    name, arguments, failed = found["name"], found["args"].split(", "), found["result"].startswith("-")
    if name in ("openat", "unlink", "rename"):
        path = _text(arguments[1 if name == "openat" else 0])
        file = _inside(path, data_dir)
        if file is None or failed:
            return None
        return _named(name, file, arguments)
    descriptor = _FD.match(arguments[0])
    path = _text(descriptor["path"]) if descriptor else ""
    if name == "write" and path == acked:
        return Call(Op.MARK, "", data=_bytes(arguments[1]))
    file = _inside(path, data_dir)
    return None if file is None else _on_descriptor(name, file, arguments, failed=failed)


def _named(name: str, file: str, arguments: Sequence[str]) -> Call | None:
    if name == "rename":
        raise ValueError(f"the model knows no rename, but {file} was renamed")
    if name == "unlink":
        return Call(Op.UNLINK, file)
    flags = arguments[2]
    return Call(Op.CREATE, file) if "O_CREAT" in flags else None


def _on_descriptor(name: str, file: str, arguments: Sequence[str], *, failed: bool) -> Call | None:
    if name in ("fdatasync", "fsync"):
        return Call(Op.SYNC, file, failed=failed)
    if failed or name == "lseek":
        return None
    if name == "ftruncate":
        return Call(Op.TRUNCATE, file, int(arguments[1]))
    if name == "pwrite64":
        return Call(Op.WRITE, file, int(arguments[3]), _bytes(arguments[1]))
    return Call(Op.WRITE, file, -1, _bytes(arguments[1]))  # at the file position, which is not modelled


def _inside(path: str, data_dir: str) -> str | None:
    if path == data_dir:
        return ""
    return path.removeprefix(f"{data_dir}/") if path.startswith(f"{data_dir}/") else None


def _bytes(quoted: str) -> bytes:
    return bytes.fromhex(quoted.strip('"').replace("\\x", ""))


def _text(quoted: str) -> str:
    return _HEX.sub(lambda found: chr(int(found[1], 16)), quoted.strip('"')).removesuffix(" (deleted)")
