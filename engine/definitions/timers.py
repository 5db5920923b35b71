"""Builds timers: where they run, how long they wait, how they repeat and what they do. For the builder of workflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.models import NOTHING, Span, Timer
from engine.definitions.reader import Path
from engine.definitions.scopes import Names
from engine.errors import text
from engine.expressions import Expression

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
            moment=self._moment(data.get("at"), (*path, "at")),
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

    def _moment(self, data: Any, path: Path) -> Expression | None:
        """A moment, or a date: then the first moment of that day."""
        found = self.desk.expression(data, path, self.scope, None)
        if found is None or found.type.kind in ("moment", "date"):
            return found
        kind = found.type.kind
        says = text(f"This is {kind}; a moment or a date is needed here.", f"此处需要时刻或日期，而这是 {kind}。")
        self.desk.findings.add(self.desk.marked.place(path), "type", says)
        return None
