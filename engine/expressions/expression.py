"""A compiled expression: text, type, what it names and asks, and how to evaluate it. Made by `compile_expression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import Refusal
from engine.expressions.calls import CALL_STEPS
from engine.expressions.checker import Checker, Steps
from engine.expressions.environment import Environment
from engine.expressions.faults import EvaluationFault, ExpressionFault, failed, tip, wrong
from engine.expressions.kinds import fits, is_number, named, places
from engine.expressions.naming import NAMING_STEPS
from engine.expressions.nodes import Node, calls_of, names_of
from engine.expressions.operators import OPERATOR_STEPS
from engine.expressions.reading import read
from engine.expressions.running import OPERATORS, Run
from engine.expressions.running_comparing import COMPARISONS
from engine.expressions.running_rows import ROWS
from engine.expressions.running_words import WORDS
from engine.expressions.sql import SQL_OPERATORS
from engine.expressions.sql_parts import Columns, Translate, Translation
from engine.expressions.sql_words import SQL_WORDS
from engine.expressions.values import Scope, Type, Value

STEPS: Steps = MappingProxyType({**OPERATOR_STEPS, **NAMING_STEPS, **CALL_STEPS})
SQL_STEPS: Mapping[str, Translate] = MappingProxyType({**SQL_OPERATORS, **SQL_WORDS})
BUILDERS = MappingProxyType({**OPERATORS, **COMPARISONS, **WORDS, **ROWS})


@dataclass(frozen=True, slots=True)
class Expression:
    """Compiled and type-checked; frozen and safe to share between threads. Two of the same text and type are equal."""

    text: str
    type: Type
    names: frozenset[tuple[str, ...]] = field(compare=False)
    """The fields it depends on: `("record", "lines", "item", "cost")`, `("row", "approved")`, `("today",)`."""
    calls: frozenset[str] = field(compare=False)
    """The outside functions and facts it asks."""
    node: Node = field(compare=False, repr=False)
    """The typed tree, for the back ends."""
    run: Run = field(compare=False, repr=False)

    @property
    def conjuncts(self) -> tuple[Expression, ...]:
        """`a and b and c` taken apart; else itself alone."""
        if self.node.op != "and":
            return (self,)
        return tuple(each for part in self.node.parts for each in of_node(part).conjuncts)

    @property
    def equality(self) -> tuple[Expression, Expression] | None:
        """Both sides, when it is `x == y`."""
        if self.node.op != "compare" or self.node.value != "==":
            return None
        return of_node(self.node.parts[0]), of_node(self.node.parts[1])

    def sql(self, columns: Columns, parameters: Environment) -> ColumnElement[Any]:
        """The element that answers this in both databases; raises `NotInSql`.

        Names that `parameters` holds are values known beforehand, all others are columns of the query's candidate.
        """

        def known(node: Node) -> Value:
            return of_node(node).evaluate(parameters)

        return Translation(columns, parameters, known, SQL_STEPS).translate(self.node).element

    def evaluate(self, environment: Environment) -> Value:
        """The value in this environment; raises `EvaluationFault`, which is a refusal, for whatever goes wrong.

        What the world itself refuses, and what the database breaks with, passes through: neither is ever a yes.
        """
        try:
            value: Value = self.run(environment)
            return value
        except (Refusal, SQLAlchemyError):
            raise
        except KeyError as error:
            raise failed("missing", f"{error} is not known here.", f"此处没有 {error}。") from error
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            raise failed("evaluation", "This could not be worked out.", "无法计算此表达式。") from error


def holds(expression: Expression, environment: Environment) -> bool:
    """Whether the value is true; empty and errors are no."""
    try:
        return expression.evaluate(environment) is True
    except EvaluationFault:
        return False


def compile_expression(text: str, scope: Scope, expected: Type | None = None) -> Expression:
    """Read, check against `scope` and compile; `expected` is what the place where it stands can take.

    Raises `ExpressionFault` with a code, a sentence, the column and often a hint.
    """
    source = read(text)
    checker = Checker(source, scope, STEPS)
    node = checker.check(source.body)
    if expected is None:
        return of_node(node, text)
    _expect(checker, node, expected)
    return of_node(node, text, _stored(expected))


def of_node(node: Node, text: str | None = None, finish: Callable[[Any], Any] | None = None) -> Expression:
    """The expression of a typed node (a part of another one)."""
    run = build(node)
    if finish is not None:
        run = _finished(run, finish)
    return Expression(node.text if text is None else text, node.type, names_of(node), calls_of(node), node, run)


def build(node: Node) -> Run:
    """The closure that works a node out."""
    return BUILDERS[node.op](node, build)


def _expect(checker: Checker, node: Node, expected: Type) -> None:
    checker.option(expected, node)
    literal = node.op == "constant" and node.type.kind == "text" and expected.kind == "choice"
    if not literal and not fits(node.type, expected):
        raise checker.mismatch(node, node.type, named(expected))
    if not is_number(expected) or not is_number(node.type):
        return
    if places(node.type) > places(expected):
        digits = places(expected)
        en = f"This has up to {places(node.type)} places; {named(expected)} keeps {digits}."
        zh = f"结果最多 {places(node.type)} 位小数，{named(expected)} 只保留 {digits} 位。"
        hint = tip(f"round(..., {digits})", f"round(..., {digits})")
        raise wrong(1, "scale", en, zh, hint)


def _stored(expected: Type) -> Callable[[Any], Any] | None:
    if expected.kind == "integer":
        return int
    return Decimal if is_number(expected) else None


def _finished(run: Run, finish: Callable[[Any], Any]) -> Run:
    def finished(environment: Environment) -> Any:
        value = run(environment)
        return None if value is None else finish(value)

    return finished


__all__ = ["Expression", "ExpressionFault", "compile_expression", "holds"]
