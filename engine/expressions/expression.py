"""A compiled expression: text, type, what it names and asks, and how to evaluate it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions.environment import Environment
from engine.expressions.values import Type, Value


@dataclass(frozen=True)
class Expression:
    """Compiled and type-checked; frozen and safe to share between threads."""

    text: str
    type: Type
    names: frozenset[tuple[str, ...]]
    calls: frozenset[str]

    def evaluate(self, environment: Environment) -> Value:
        """The value in this environment."""
        raise NotImplementedError
