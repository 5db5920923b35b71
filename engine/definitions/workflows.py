"""Builds workflows out of checked texts: states, transitions, duties. Used by the loader.

Approvals are built in `approvals`, effects in `effects`, timers in `timers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.approvals import ApprovalBuilder
from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.fields import FieldBuilder, type_of
from engine.definitions.models import NOTHING, Alternative, Duty, State, Transition, Workflow
from engine.definitions.reader import Path
from engine.definitions.scopes import Names, scope_of
from engine.definitions.timers import TimerBuilder
from engine.expressions import Type

LAST_RESORT = "otherwise"
"""Name of the only alternative of a transition that names a state."""


def step_names(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of all steps and parts of a workflow's text."""
    found: dict[str, None] = {}
    for approval in (data.get("approvals") or NOTHING).values():
        for name, step in approval["steps"].items():
            found[name] = None
            found.update(dict.fromkeys(step.get("parts") or NOTHING))
    return tuple(found)


@dataclass(frozen=True)
class WorkflowBuilder:
    """Builds one workflow."""

    desk: Desk

    def build(self) -> Workflow:
        """The workflow."""
        desk, data = self.desk, self.desk.marked.data
        scope = scope_of(desk.outline, data["form"])
        return Workflow(
            name=data["workflow"],
            form=data["form"],
            start=data["start"],
            states={name: self._state(name, each, scope) for name, each in data["states"].items()},
            transitions={
                name: self._transition(name, each) for name, each in (data.get("transitions") or NOTHING).items()
            },
            approvals=ApprovalBuilder(desk, scope).all(data.get("approvals")),
            duties={
                name: Duty(name, (each["not_both"][0], each["not_both"][1]), each.get("says", NOTHING))
                for name, each in (data.get("duties") or NOTHING).items()
            },
            timers=TimerBuilder(desk, scope).all(data.get("timers")),
            at=desk.marked.place(()),
            layers=desk.marked.layers,
        )

    def _state(self, name: str, data: Mapping[str, Any], scope: Names) -> State:
        path: Path = ("states", name)
        return State(
            name=name,
            title=self.desk.title(data, name),
            end=data.get("end", False),
            means=data.get("means"),
            edit=self.desk.edits(data.get("edit"), (*path, "edit"), scope),
            expects=tuple(data.get("expects") or ()),
            steps=data.get("steps"),
            required=tuple(data.get("required") or ()),
            at=self.desk.marked.place(path),
        )

    def _transition(self, name: str, data: Mapping[str, Any]) -> Transition:
        desk = self.desk
        path: Path = ("transitions", name)
        plain = scope_of(desk.outline, desk.marked.data["form"])
        asks = FieldBuilder(desk, plain, NOTHING).asked(data.get("asks"), (*path, "asks"))
        scope = scope_of(desk.outline, desk.marked.data["form"], asks=self._asked(data.get("asks")))
        origins = data["from"]
        tables = tuple(desk.outline.forms[desk.marked.data["form"]].tables)
        if data.get("rows") and len(tables) == 1:
            scope = scope.with_names(chosen=Type("table", form=desk.marked.data["form"], table=tables[0]))
        return Transition(
            name=name,
            title=desk.title(data, name),
            origins=(origins,) if isinstance(origins, str) else tuple(origins),
            to=self._alternatives(data["to"], path, scope),
            by=desk.people(data["by"], (*path, "by"), scope),
            asks=asks,
            edit=desk.edits(data.get("edit"), (*path, "edit"), scope),
            required=tuple(data.get("required") or ()),
            guard=desk.rules(data.get("guard"), (*path, "guard"), scope),
            do=EffectBuilder(desk, scope).all(data.get("do"), (*path, "do")),
            rows=data.get("rows"),
            at=desk.marked.place(path),
        )

    def _asked(self, data: Mapping[str, Any] | None) -> dict[str, Type]:
        desk, people = self.desk, self.desk.outline.first("account")
        return {name: type_of(each, desk.vocabulary, desk.options, people) for name, each in (data or NOTHING).items()}

    def _alternatives(self, data: Any, path: Path, scope: Names) -> tuple[Alternative, ...]:
        if isinstance(data, str):
            return (Alternative(LAST_RESORT, data),)
        effects = EffectBuilder(self.desk, scope)
        return tuple(
            Alternative(
                name=name,
                state=each["state"],
                when=self.desk.condition(each.get("when"), (*path, "to", name, "when"), scope),
                do=effects.all(each.get("do"), (*path, "to", name, "do")),
            )
            for name, each in data.items()
        )
