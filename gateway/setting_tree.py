"""Finds the model field that a pydantic error location, or a path in the file, speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.toml_lines import Path


@dataclass(frozen=True, slots=True)
class Found:
    """`path` is the location as keys in the file; `siblings` the keys possible beside its last one."""

    path: Path
    field: FieldInfo | None = None
    siblings: tuple[str, ...] = ()

    @property
    def bounds(self) -> str:
        """`1 to 65535`, `1 or more`, or nothing."""
        ge = le = None
        for rule in self.field.metadata if self.field is not None else ():
            ge = getattr(rule, "ge", ge)
            le = getattr(rule, "le", le)
        if ge is not None and le is not None:
            return f"{ge} to {le}"
        return f"{ge} or more" if ge is not None else ""


def find(root: type[BaseModel], loc: tuple[str | int, ...]) -> Found:
    """Walk `loc` from `root`. Names that stand for a branch of a union are no keys and are left out."""
    path: Path = ()
    field: FieldInfo | None = None
    kind: Any = root
    siblings: tuple[str, ...] = ()
    for number, part in enumerate(loc):
        is_last = number == len(loc) - 1
        if isinstance(part, int):
            path, kind = (*path, part), _element(kind)
            continue
        fields = _fields(kind)
        if part in fields:
            siblings, field = tuple(fields), fields[part]
            path, kind = (*path, part), field.annotation
        elif (branch := _branch(kind, part)) is not None:
            kind = branch
        elif fields and is_last:
            siblings, field, path = tuple(fields), None, (*path, part)
        elif (value := _mapped(kind)) is not None and part != "[key]":
            path, kind = (*path, part), value
    return Found(path, field, siblings)


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The keys of a table as they stand in the file, with their fields."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def models_in(kind: Any) -> list[type[BaseModel]]:
    """The models that an annotation mentions, at any depth."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for argument in get_args(kind) for model in models_in(argument)]


def _fields(kind: Any) -> dict[str, FieldInfo]:
    models = _alternatives(kind)
    return dict(keys_of(models[0])) if len(models) == 1 else {}


def _branch(kind: Any, tag: str) -> type[BaseModel] | None:
    for model in _alternatives(kind):
        field = model.model_fields.get("type")
        if field is not None and tag in get_args(field.annotation):
            return model
    return None


def _alternatives(kind: Any) -> list[type[BaseModel]]:
    """The models a value of this annotation itself (not its elements) may be."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [model for argument in get_args(kind) for model in _alternatives(argument)]
    return []


def _element(kind: Any) -> Any:
    for branch in _branches(kind):
        if get_origin(branch) in (tuple, list):
            return get_args(branch)[0]
    return None


def _mapped(kind: Any) -> Any:
    for branch in _branches(kind):
        if get_origin(branch) is dict:
            return get_args(branch)[1]
    return None


def _branches(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return _branches(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(branch for argument in get_args(kind) for branch in _branches(argument))
    return (kind,)
