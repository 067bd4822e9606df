"""What each station was told last, for the page, in the station's own language."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from gateway.model import Status, Verdict
from gateway.text.sentence import from_json, render


class Board:
    """One verdict per configured station: bounded by the configuration. Any thread may call it."""

    def __init__(self, languages: Mapping[str, str]) -> None:
        """`languages` by station, in the order of the configuration."""
        self._languages = dict(languages)
        self._lock = threading.Lock()
        self._verdicts: dict[str, Verdict] = {}

    def show(self, station: str, verdict: Verdict) -> None:
        """A station was told something."""
        if station in self._languages:
            with self._lock:
                self._verdicts[station] = verdict

    def ask_again(self, flows: Mapping[str, Mapping[str, Any]]) -> None:
        """After a start: the questions that still stand, by device, as their facts have them (kanban/flow.py)."""
        for flow in flows.values():
            self.show(flow["sta"], Verdict(Status.ASK, flow["asks"].get("key", ""), from_json(flow["asks"])))

    def rows(self) -> list[dict[str, str]]:
        """For the page: every station that was told something since the start."""
        with self._lock:
            verdicts = dict(self._verdicts)
        return [
            {
                "station": station, "language": language, "status": verdicts[station].status.value,
                "code": verdicts[station].code, "text": render(verdicts[station].text, language),
                "card": verdicts[station].card,
            }
            for station, language in self._languages.items()
            if station in verdicts
        ]  # fmt: skip
