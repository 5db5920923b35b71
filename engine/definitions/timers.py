"""Builds timers: where they run, how long they wait, how they repeat and what they do. For the builder of workflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.models import NOTHING, Span, Timer
from engine.definitions.outline import MOMENT
from engine.definitions.reader import Path
from engine.definitions.scopes import Names

SECONDS: Mapping[str, int] = {"d": 86_400, "h": 3_600, "m": 60}


def span(duration: str) -> Span:
    """`3d`, `48h`, `30m`."""
    return Span(int(duration[:-1]) * SECONDS[duration[-1]], duration[-1] == "d")


@dataclass(frozen=True)
class TimerBuilder:
    """Builds the timers of one workflow."""

    desk: Desk
    scope: Names

    def all(self, data: Mapping[str, Any] | None) -> dict[str, Timer]:
        """All timers, by name."""
        return {name: self._one(name, each) for name, each in (data or NOTHING).items()}

    def _one(self, name: str, data: Mapping[str, Any]) -> Timer:
        path: Path = ("timers", name)
        return Timer(
            name=name,
            state=data.get("in"),
            step=data.get("step"),
            moment=self.desk.expression(data.get("at"), (*path, "at"), self.scope, MOMENT),
            after=span(data["after"]) if "after" in data else Span(),
            do=EffectBuilder(self.desk, self.scope).all(data["do"], (*path, "do")),
            working=data.get("working", False),
            when=self.desk.condition(data.get("when"), (*path, "when"), self.scope),
            part=data.get("part"),
            every=span(data["every"]) if "every" in data else None,
            times=data.get("times"),
            deadline=data.get("deadline", False),
            title=data.get("title", NOTHING),
            at=self.desk.marked.place(path),
        )
