"""Logging to stderr: one line a record, whatever was scanned; priorities for journald.

A scanned code is hostile input. Control characters are escaped and lines are cut, so that nothing
from the floor can forge a line or repaint a terminal.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Literal

from gateway.clock import iso_utc

LINE_LIMIT = 4000  # characters

Kind = Literal["text", "json", "journal"]

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))


class LineFormatter(logging.Formatter):
    """`text` for people, `json` for collectors, `journal` with a priority and without a time."""

    def __init__(self, kind: Kind) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        when = iso_utc(int(record.created * 1000))
        if self._kind == "json":
            return self._as_json(record, when)
        line = make_harmless(super().format(record))
        return f"<{_priority(record.levelno)}>{line}" if self._kind == "journal" else f"{when} {line}"

    def _as_json(self, record: logging.LogRecord, when: str) -> str:
        row = {"t": when, "level": record.levelname.lower(), "logger": record.name}
        row["msg"] = record.getMessage()[:LINE_LIMIT]
        if record.exc_info:
            row["exc"] = self.formatException(record.exc_info)[-LINE_LIMIT:]
        return json.dumps(row)


def configure_log(level: str, kind: Kind) -> None:
    """Send the log of this process to stderr; `level` as in logging, any case."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(kind))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def make_harmless(text: str) -> str:
    """`text` on one line of printable characters, cut at LINE_LIMIT."""
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[:LINE_LIMIT])
    return shown if len(text) <= LINE_LIMIT else shown + "…"


def _priority(level: int) -> int:
    return next(priority for least, priority in _PRIORITIES if level >= least)
