"""The rule file: TOML in, a document and its rule set out, or every mistake with its line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import ConfigError
from gateway.mistake import Mistake
from gateway.reorder.rule import RuleSet
from gateway.reorder.ruledocument import rules_of
from gateway.toml_source import read_toml

DOCUMENT_LIMIT_BYTES = 200 * 1024  # as JSON: it is one line at the control socket, and one event
MISTAKE_LIMIT = 100  # more are counted, not listed


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file without a mistake."""

    document: dict[str, Any]  # JSON values without floats and dates
    rules: RuleSet

    def body(self, zone: str) -> dict[str, Any]:
        """The instruction `rules.load`; `zone` is the plant's."""
        return {"document": self.document, "zone": zone}


def load_rules(file: Path) -> RuleFile:
    """The rules in `file`; ConfigError with every mistake, each as `file:line: key: what, expected what`."""
    source = read_toml(file)
    mistakes = list(source.mistakes)
    rules = RuleSet()
    if source.is_whole:
        rules, faults = rules_of(source.data)
        mistakes += [Mistake(fault.path, fault.text) for fault in faults]
        if len(json.dumps(source.data, default=str)) > DOCUMENT_LIMIT_BYTES:
            text = f"is larger than {DOCUMENT_LIMIT_BYTES} bytes, expected fewer rules and overrides"
            mistakes.append(Mistake((), text, line=1))
    if not mistakes:
        return RuleFile(source.data, rules)
    placed = sorted((one.line or source.line_of(one.path), number) for number, one in enumerate(mistakes))
    messages = [f"{file}:{line}: {mistakes[number].message}" for line, number in placed[:MISTAKE_LIMIT]]
    if len(placed) > MISTAKE_LIMIT:
        messages.append(f"{file}: and {len(placed) - MISTAKE_LIMIT} more mistakes")
    raise ConfigError(messages)
