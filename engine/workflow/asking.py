"""Asks conditions with the library's eyes. Used by the rest of this room.

Only true is a yes. What is empty or fails is told apart from a no, because where something is decided it refuses.
"""

from __future__ import annotations

from enum import Enum

from engine.errors import rule, text
from engine.expressions import Environment, EvaluationFault, Expression, Reference, Subject, Value
from engine.workflow.plan import Situation


class Said(Enum):
    """What a condition came to."""

    YES = "yes"
    NO = "no"
    EMPTY = "empty"
    FAILED = "failed"


def eyes(situation: Situation) -> Environment:
    """The environment of a situation, knowing what its memory knows."""
    approval = situation.memory.approval
    return situation.environment.with_names(
        state=situation.state,
        came_from=situation.memory.came_from,
        decided=bool(approval is not None and approval.votes),
    )


def said(expression: Expression, environment: Environment) -> Said:
    """What a condition says."""
    try:
        value = expression.evaluate(environment)
    except EvaluationFault:
        return Said.FAILED
    if value is None:
        return Said.EMPTY
    return Said.YES if value is True else Said.NO


def applies(expression: Expression | None, situation: Situation, name: str) -> bool:
    """The `when` of a step or an alternative; an empty one refuses, naming it: a missing limit skips no approver."""
    if expression is None:
        return True
    answer = said(expression, eyes(situation))
    if answer is Said.EMPTY:
        words = text(
            f"The condition of “{name}” is empty ({expression.text}).", f"“{name}”的条件为空（{expression.text}）。"
        )
        raise rule("condition_empty", words, name=name)
    if answer is Said.FAILED:
        words = text(
            f"The condition of “{name}” could not be worked out ({expression.text}).",
            f"无法计算“{name}”的条件（{expression.text}）。",
        )
        raise rule("condition_failed", words, name=name)
    return answer is Said.YES


def person(value: Value) -> str | None:
    """The id behind a value that names a person, a unit or a record."""
    if isinstance(value, (Reference, Subject)):
        return value.id
    return value if isinstance(value, str) and value else None


def named(expression: Expression | None, situation: Situation) -> tuple[str, ...]:
    """The ids that an expression gives, each once: one, or those of a table's rows (`lines.item.category`).

    Nothing when it is empty or fails, so that nobody is found through it.
    """
    if expression is None:
        return ()
    try:
        value = expression.evaluate(eyes(situation))
    except EvaluationFault:
        return ()
    if isinstance(value, (list, tuple)) and not isinstance(value, Reference):  # a reference is a tuple itself
        return tuple(dict.fromkeys(found for each in value if (found := person(each)) is not None))
    one = person(value)
    return () if one is None else (one,)
