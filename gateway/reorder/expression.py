"""Conditions and quantities that a planner writes: `on_hand < 2 * daily_use and open_signals == 0`.

Evaluated by simpleeval, of which only numbers, names, arithmetic, comparisons, and/or/not, `min`, `max` and `abs` are
left: no texts, no attributes, no powers, nothing that could take long or grow. Numbers are exact fractions, so the
answer is the same on every machine.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

LENGTH_LIMIT = 300  # characters; with exact fractions of at most 10^18 this bounds time and memory too
DEPTH_LIMIT = 25

Value = Fraction | bool
Names = Callable[[str], Fraction]

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}
_NODES = (
    ast.Expression, ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.Call, ast.Load,
    ast.And, ast.Or, *_OPERATORS,
)  # fmt: skip
_EXPECTED = "numbers of at most 10^12, names, + - * /, comparisons, and, or, not"


class ExpressionError(ValueError):
    """An expression that cannot be read, or has no value here: says what was wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One that was read; `names` are the numbers it asks for."""

    text: str
    tree: ast.AST
    names: tuple[str, ...]
    is_condition: bool  # its value is true or false, else a number


def read_expression(text: str, known: Mapping[str, str]) -> Expression:
    """Read one; `known` are the names it may use. ExpressionError with what was expected."""
    if not 0 < len(text.strip()) <= LENGTH_LIMIT:
        raise ExpressionError(f"has {len(text)} characters, expected 1 to {LENGTH_LIMIT}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise ExpressionError(f"cannot be read ({why}), expected such as 'on_hand < 100'") from error
    _check(tree)
    names = tuple(sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - _FUNCTIONS.keys()))
    if unknown := [name for name in names if name not in known]:
        raise ExpressionError(f"{unknown[0]!r} is no number of a situation, expected one of {', '.join(sorted(known))}")
    return Expression(text.strip(), tree.body, names, _is_condition(tree.body))


def evaluate(expression: Expression, names: Names) -> Value:
    """Its value; ExpressionError when it has none, as for a division by zero."""
    runner = SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS, names=lambda node: names(node.id))
    runner.nodes[ast.Constant] = _constant
    try:
        value = runner.eval(expression.text, previously_parsed=expression.tree)
    except ZeroDivisionError as error:
        raise ExpressionError(f"{expression.text!r} divides by zero here") from error
    except (InvalidExpression, TypeError, ArithmeticError) as error:
        raise ExpressionError(f"{expression.text!r} has no value here: {error}") from error
    return value if isinstance(value, bool) else Fraction(value)


def _check(tree: ast.Expression) -> None:
    for node, depth in _walk(tree, 0):
        if depth > DEPTH_LIMIT:
            raise ExpressionError(f"is nested deeper than {DEPTH_LIMIT}")
        if not isinstance(node, _NODES) or (isinstance(node, ast.Constant) and not _is_number(node)):
            what = ast.unparse(node) or type(node).__name__.lower()
            raise ExpressionError(f"{what!r} is not possible, expected {_EXPECTED}")
        if isinstance(node, ast.Call):
            is_ours = isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
            if not is_ours or node.keywords or not 0 < len(node.args) <= 8:
                raise ExpressionError(f"{ast.unparse(node)!r} is not possible, expected min(…), max(…) or abs(…)")


def _walk(node: ast.AST, depth: int) -> Any:
    yield node, depth
    for inner in ast.iter_child_nodes(node):
        yield from _walk(inner, depth + 1)


def _is_number(node: ast.Constant) -> bool:
    return isinstance(node.value, int | float) and (node.value == 0 or 1e-6 <= node.value <= 1e12)


def _is_condition(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp | ast.Compare):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _constant(node: ast.Constant) -> Value:
    """A decimal as it is written, not as a float holds it."""
    return node.value if isinstance(node.value, bool) else Fraction(str(node.value))
