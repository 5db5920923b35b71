"""What a verdict on a task asks of its giver, and where a record may be returned to. Used by `reading`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Step
from engine.errors import Text, say, text
from engine.operations.folder import Folder
from engine.workflow.deciding import may_return_to

if TYPE_CHECKING:
    from engine.definitions.models import Approval

SUBMITTER = "submitter"
_TO_SUBMITTER = text("who submitted it", "提交人")


def told(
    folder: Folder, task: dict[str, Any], language: str, describe: Callable[[Field], dict[str, Any]]
) -> dict[str, Any]:
    """`asks`: the questions of its step; `returns`: `[{to, title}]`, the steps that have decided, and the submitter."""
    approval = next((each for each in folder.workflow.approvals.values() if task["step"] in each.steps), None)
    if task["kind"] != "decide" or approval is None:
        return {"asks": {}, "returns": []}
    step = approval.steps[task["step"]]
    asked = (step.parts.get(task["part"]) if task["part"] else None) or step
    returns = _returns(folder, approval) if "return" in task["actions"] else []
    return {
        "asks": {name: describe(field) for name, field in asked.asks.items()},
        "verdict_asks": {
            verdict: {name: describe(field) for name, field in fields.items()}
            for verdict, fields in approval.asks.items()
        },
        "returns": [{"to": name, "title": say(title, language) if title else name} for name, title in returns],
    }


def _returns(folder: Folder, approval: Approval) -> list[tuple[str, Text | None]]:
    approving = folder.memory.approval
    done = approving.done if approving else ()
    decided = {vote.part for vote in approving.votes} if approving else set()
    parts = {part.name: part for step in approval.steps.values() for part in step.parts.values()}
    again = {name: approval.steps[name] for name in done}
    again |= {name: part for name, part in parts.items() if name in decided}
    steps: dict[str, Step] = {name: again[name] for name in may_return_to(approval) if name in again}
    back = [(SUBMITTER, _TO_SUBMITTER)] if SUBMITTER in approval.may_return_to else []
    return [*back, *((name, step.title) for name, step in steps.items())]
