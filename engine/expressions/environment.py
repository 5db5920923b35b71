"""What an expression sees while it is evaluated: names, the world, the moment, its fuel. Made by operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from engine.expressions.values import Value, World

FUEL = 2_000_000
"""Steps of one operation: a row of a loop costs the size of what is asked of it, an outside answer costs 20."""


class Environment:
    """Names and outside answers for one evaluation; children share the fuel.

    `zone` says on which day a moment falls (`date(now)`): the zone of the store, as `today` is the store's.
    """

    __slots__ = ("fuel", "names", "now", "today", "world", "zone")

    def __init__(
        self,
        names: Mapping[str, Value],
        world: World,
        now: datetime,
        today: date,
        fuel: list[int] | int | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.names = names
        self.world = world
        self.now = now
        self.today = today
        self.fuel = fuel if isinstance(fuel, list) else [FUEL if fuel is None else fuel]
        self.zone = zone

    def fuelled(self) -> Environment:
        """The same with fuel of its own: for the next part of something long."""
        return Environment(self.names, self.world, self.now, self.today, None, self.zone)

    def with_names(self, **names: Value) -> Environment:
        """A child that knows more names."""
        return Environment({**self.names, **names}, self.world, self.now, self.today, self.fuel, self.zone)

    def without(self, *names: str) -> Environment:
        """A child that does not know some names: a query's candidate is not known beforehand."""
        kept = {name: value for name, value in self.names.items() if name not in names}
        return Environment(kept, self.world, self.now, self.today, self.fuel, self.zone)
