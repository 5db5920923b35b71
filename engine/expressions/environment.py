"""What an expression sees while it is evaluated: names, the world, the moment, and its fuel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from engine.expressions.values import Value, World


class Environment:
    """Names and outside answers for one evaluation; children share the fuel."""

    __slots__ = ("fuel", "names", "now", "today", "world")

    def __init__(
        self, names: Mapping[str, Value], world: World, now: datetime, today: date, fuel: list[int] | None = None
    ) -> None:
        self.names = names
        self.world = world
        self.now = now
        self.today = today
        self.fuel = fuel if fuel is not None else [100_000]

    def with_names(self, **names: Value) -> Environment:
        """A child that knows more names."""
        return Environment({**self.names, **names}, self.world, self.now, self.today, self.fuel)
