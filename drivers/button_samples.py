"""Inputs that are asked again and again: from samples to what each contact did. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

from drivers.button_contact import Act, Contact, HoldRule

Name = TypeVar("Name", bound=Hashable)


class SampleDebounce:
    """A level counts when it was seen `needed` times in a row; the first sample of all is taken as it is."""

    def __init__(self, needed: int, is_closed: bool) -> None:
        self._needed = needed
        self._seen = 0
        self._since_ms = 0
        self.is_closed = is_closed

    def see(self, is_closed: bool, at_ms: int) -> int | None:
        """When the contact turned, if it is certain now; None otherwise."""
        if is_closed == self.is_closed:
            self._seen = 0
            return None
        if self._seen == 0:
            self._since_ms = at_ms
        self._seen += 1
        if self._seen < self._needed:
            return None
        self._seen = 0
        self.is_closed = is_closed
        return self._since_ms


class Inputs(Generic[Name]):
    """The inputs of one connection. Its first sample is where they start from: a stored 1 is no press."""

    def __init__(self, rule: HoldRule, samples: int) -> None:
        self._rule = rule
        self._samples = samples
        self._watched: dict[Name, tuple[SampleDebounce, Contact]] = {}

    def take(self, sample: Mapping[Name, bool], at_ms: int) -> list[tuple[Name, Act]]:
        """What the inputs did, given all their levels now."""
        acts = []
        for name, is_closed in sample.items():
            if name not in self._watched:
                contact = Contact(self._rule)
                contact.begin(is_closed, at_ms)
                self._watched[name] = (SampleDebounce(self._samples, is_closed), contact)
            debounce, contact = self._watched[name]
            turned_ms = debounce.see(is_closed, at_ms)
            act = contact.look(at_ms) if turned_ms is None else contact.turn(debounce.is_closed, turned_ms)
            if act is not None:
                acts.append((name, act))
        return acts

    def end(self, at_ms: int) -> list[tuple[Name, Act]]:
        """The connection ended."""
        ended = [(name, contact.end(at_ms)) for name, (_, contact) in self._watched.items()]
        return [(name, act) for name, act in ended if act is not None]

    def stuck(self) -> list[Name]:
        """Inputs that have been closed for too long."""
        return [name for name, (_, contact) in self._watched.items() if contact.is_stuck]
