"""What a scan of goods leads to when nothing is booked yet: a question, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.text.sentence import Sentence, say


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person must say first; `step` is what the next scan should be."""

    step: str
    prompt: Sentence


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is booked. With `task` it goes to the list of what a person must look at."""

    text: Sentence
    got: str = ""
    expected: str = ""
    task: str = ""  # id of the task; the same one is one row however often it happens
    is_already: bool = False  # it was done before: amber, no mistake of anybody

    @property
    def code(self) -> str:
        return self.text.key


def refuse(key: str, *, got: str = "", expected: str = "", task: str = "", **args: str | int) -> Refusal:
    """A refusal with the sentence of `key`."""
    return Refusal(say(key, **args), got, expected, task)


def already(key: str, **args: str | int) -> Refusal:
    """What was done before."""
    return Refusal(say(key, **args), is_already=True)


def ask_for(step: str, key: str, **args: str | int) -> Question:
    """A question with the sentence of `key`."""
    return Question(step, say(key, **args))
