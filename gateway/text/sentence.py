"""A sentence for people: its key and its arguments, and itself the English text.

The journal and the logs keep the English; a screen renders the same sentence in its own language. An argument
may be a sentence too, such as the name of a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.text.en import ENGLISH
from gateway.text.goods_en import GOODS_ENGLISH
from gateway.text.goods_zh_cn import GOODS_CHINESE
from gateway.text.kanban_en import KANBAN_ENGLISH
from gateway.text.kanban_zh_cn import KANBAN_CHINESE
from gateway.text.need_en import NEED_ENGLISH
from gateway.text.need_zh_cn import NEED_CHINESE
from gateway.text.portal_en import PORTAL_ENGLISH
from gateway.text.portal_zh_cn import PORTAL_CHINESE
from gateway.text.reorder_en import REORDER_ENGLISH
from gateway.text.reorder_zh_cn import REORDER_CHINESE
from gateway.text.zh_cn import CHINESE

_ENGLISH = {**ENGLISH, **KANBAN_ENGLISH, **GOODS_ENGLISH, **NEED_ENGLISH, **PORTAL_ENGLISH, **REORDER_ENGLISH}
_CHINESE = {**CHINESE, **KANBAN_CHINESE, **GOODS_CHINESE, **NEED_CHINESE, **PORTAL_CHINESE, **REORDER_CHINESE}
LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "zh-CN": _CHINESE}
ARGUMENT_LIMIT = 200  # characters of one argument; what is scanned may be longer


class Sentence(str):
    """English text that knows what it says; made by `say`."""

    __slots__ = ("args", "key")

    key: str
    args: dict[str, str]

    def __new__(cls, text: str = "", key: str = "", args: Mapping[str, str] | None = None) -> Sentence:
        made = super().__new__(cls, text)
        made.key = key
        made.args = dict(args or {})
        return made


def say(key: str, **args: str | int) -> Sentence:
    """The sentence of a key in gateway/text/en.py; KeyError for an unknown key or a missing argument."""
    kept = {name: _cut(value) for name, value in args.items()}
    return Sentence(_ENGLISH[key].format(**kept), key, kept)


def render(text: str, language: str) -> str:
    """A sentence in `language`; a text that is no sentence, or a language nobody wrote, stays English."""
    texts = LANGUAGES.get(language)
    if texts is None or not isinstance(text, Sentence) or text.key not in texts:
        return str(text)
    return texts[text.key].format(**{name: render(value, language) for name, value in text.args.items()})


def to_json(text: str) -> dict[str, Any]:
    """Key and arguments as JSON values; a text that is no sentence has no key."""
    if not isinstance(text, Sentence):
        return {"text": text}
    args = {name: to_json(value) if isinstance(value, Sentence) else value for name, value in text.args.items()}
    return {"key": text.key, "args": args}


def from_json(told: Mapping[str, Any]) -> str:
    """The inverse; a key of another version of this software comes back as itself."""
    if "key" not in told:
        return str(told.get("text", ""))
    args = {name: from_json(one) if isinstance(one, dict) else one for name, one in told.get("args", {}).items()}
    try:
        return say(told["key"], **args)
    except (KeyError, TypeError):
        return str(told["key"])


def _cut(value: str | int) -> str:
    if not isinstance(value, str):
        return str(value)
    return value if isinstance(value, Sentence) or len(value) <= ARGUMENT_LIMIT else value[:ARGUMENT_LIMIT]
