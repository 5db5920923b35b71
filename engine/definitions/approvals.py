"""Builds approvals: steps, their parts, votes, who is asked when nobody is found. Used by the builder of workflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions import moves
from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.fields import FieldBuilder
from engine.definitions.models import NOTHING, Approval, Decide, NobodyFound, Step
from engine.definitions.reader import Path
from engine.definitions.scopes import Names
from engine.errors import text


@dataclass(frozen=True)
class ApprovalBuilder:
    """Builds the approvals of one workflow."""

    desk: Desk
    scope: Names

    def all(self, data: Mapping[str, Any] | None) -> dict[str, Approval]:
        """All approvals, by name."""
        return {name: self.one(name, each) for name, each in (data or NOTHING).items()}

    def one(self, name: str, data: Mapping[str, Any]) -> Approval:
        """One approval."""
        desk = self.desk
        path: Path = ("approvals", name)
        nobody = data.get("nobody_found") or NOTHING
        after = data.get("after_return") or NOTHING
        return Approval(
            name=name,
            approved=data["approved"],
            refused=data["refused"],
            steps={step: self._step(step, each, (*path, "steps", step)) for step, each in data["steps"].items()},
            route=data.get("route", "evaluated_at_each_step"),
            same_person=data.get("same_person", "required_again"),
            nobody_found=NobodyFound(
                desk.people(nobody.get("ask"), (*path, "nobody_found", "ask"), self.scope),
                nobody.get("otherwise", "refuse"),
                desk.people(nobody.get("tell"), (*path, "nobody_found", "tell"), self.scope),
            ),
            submitter_may_decide=data.get("submitter_may_decide", False),
            may_return_to=tuple(data.get("may_return_to") or ()),
            keeps_parts=after.get("parts") == "kept",
            tells_deciders=after.get("tell") == "deciders",
            resume="returner" if after.get("resume") == "returner" else "all_again",
            all_again_when=desk.condition(
                after.get("all_again_when"), (*path, "after_return", "all_again_when"), self.scope
            ),
            asks={
                verdict: FieldBuilder(desk, self.scope, NOTHING).asked(each, (*path, "asks", verdict))
                for verdict, each in (data.get("asks") or NOTHING).items()
            },
            may=moves.may(desk, data.get("may"), (*path, "may"), self.scope),
            cc=moves.copies(desk, data.get("cc"), (*path, "cc"), self.scope),
            at=desk.marked.place(path),
        )

    def _step(self, name: str, data: Mapping[str, Any], path: Path) -> Step:
        desk = self.desk
        scope = self._walked(data.get("each"))
        parts = data.get("parts") or NOTHING
        if bool(parts) == ("ask" in data):
            says = text(
                f"Step '{name}' asks people or has parts, one of the two.", f"步骤“{name}”应写 ask 或 parts 之一。"
            )
            desk.findings.add(desk.marked.place(path), "step", says)
        return Step(
            name=name,
            title=desk.title(data, name),
            ask=desk.people(data.get("ask"), (*path, "ask"), scope),
            decide=self._decide(data.get("decide")),
            when=desk.condition(data.get("when"), (*path, "when"), scope),
            edit=desk.edits(data.get("edit"), (*path, "edit"), scope),
            required=tuple(data.get("required") or ()),
            asks=FieldBuilder(desk, scope, NOTHING).asked(data.get("asks"), (*path, "asks")),
            exclude=tuple(_excluded(each) for each in data.get("except") or ()),
            parts={
                part: replace(self, scope=scope)._step(part, each, (*path, "parts", part))
                for part, each in parts.items()
            },
            each=data.get("each"),
            do=EffectBuilder(desk, self.scope).all(data.get("do"), (*path, "do")),
            on_refusal=EffectBuilder(desk, self.scope).all(data.get("on_refusal"), (*path, "on_refusal")),
            binds=tuple(data.get("binds") or ()),
            cc=moves.copies(desk, data.get("cc"), (*path, "cc"), scope),
            at=desk.marked.place(path),
        )

    def _walked(self, each: str | None) -> Names:
        """The scope of a step that is taken row by row."""
        form = self.desk.outline.forms[self.desk.marked.data["form"]]
        return self.scope.of_row(form.name, each) if each is not None and each in form.tables else self.scope

    def _decide(self, data: Mapping[str, Any] | None) -> Decide:
        given = data or NOTHING
        words = {word: str(value) for word, value in given.items()}
        return replace(Decide(), **words)


def _excluded(words: str) -> tuple[str, str]:
    """`did(submit)` as a pair."""
    kind, _, rest = words.partition("(")
    return kind, rest.removesuffix(")")
