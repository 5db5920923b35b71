"""Who is asked and why, in the words of the reader: roles and fields by their titles. For whoever shows reasons.

What the workflow says of itself is written as the definition spells it (`manager at from_store`); this is the same for
people. It is made when it is read, so that it follows the newest titles and the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from engine.definitions.models import People, Step, Workflow
from engine.errors import Text, say, text
from engine.expressions import Expression
from engine.operations import browsing, rights
from engine.operations.saying import Sayer, people_apart

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.workflow.plan import RouteStep

DOERS: Mapping[str, Text] = {
    "submitter": text("who submitted it", "提交人"),
    "editor": text("who edited it last", "最后编辑人"),
    "writer": text("who wrote it", "填写人"),
    "system": text("the system", "系统"),
}
RELATIONS: Mapping[str, Text] = {
    "at": text("{role} ({unit})", "{unit}的{role}"),
    "above": text("{role} (above {unit})", "{unit}上级的{role}"),
    "below": text("{role} (below {unit})", "{unit}下级的{role}"),
    "nearest": text("{role} (nearest to {unit})", "离{unit}最近的{role}"),
}
LEVELS = text("{role} ({levels} above {unit})", "{unit}上 {levels} 级的{role}")
ASKED = text("Decided by {who}.", "由{who}审批。")
ASKED_WHEN = text("Decided by {who}, because {when}.", "因为{when}，由{who}审批。")
PERHAPS = text("Decided by {who} if {when}; that is not known yet.", "若{when}，由{who}审批；目前尚不确定。")
NOT_ASKED = text("Only asked if {when}.", "仅当{when}时才需审批。")
NOT_HERE = text("Not asked here.", "此处无需审批。")
MAYBE = text("Perhaps decided by {who}; that is not known yet.", "可能由{who}审批；目前尚不确定。")
EXPECTED = text("Waits for {who}.", "等待{who}处理。")


def sayer(operation: Operation, folder: Folder) -> Sayer:
    """Says what this record's definition says, in the language of the call."""
    return Sayer(operation.library, folder.form, operation.call.language)


def people(sayer: Sayer, asked: Iterable[People]) -> str:
    """Those who are meant, each by the title of his role and of the unit."""
    return people_apart(sayer.language).join(dict.fromkeys(_one(sayer, each) for each in asked))


def _one(sayer: Sayer, who: People) -> str:
    language = sayer.language
    if who.kind == "role":
        known = sayer.library.rights.roles.get(who.role or "")
        role = (say(known.title, language) if known else "") or str(who.role)
        if who.unit is None:
            return role
        relation = who.relation or "at"
        levels, _, above = relation.partition(" ")
        pattern = LEVELS if above else RELATIONS.get(relation, RELATIONS["at"])
        return say(pattern, language).format(role=role, unit=sayer.says(who.unit), levels=levels)
    unit = sayer.says(who.unit) if who.unit is not None else say(DOERS["submitter"], language)
    if who.kind == "manager_of":
        return say(text("the manager of {0}", "{0}的上级"), language).format(unit)
    if who.kind == "owner_of":
        return say(text("the owner of {0}", "{0}的负责人"), language).format(unit)
    if who.kind == "decider_of":
        return say(text("who decided before ({0})", "先前的审批人（{0}）"), language).format(who.name or "")
    known_doer = DOERS.get(who.kind)
    return say(known_doer, language) if known_doer else unit


def of_step(operation: Operation, folder: Folder, name: str, part: str | None, state: str, unsure: bool) -> str | None:
    """Why a step (or part) asks whom it asks, or does not; None when the definition has no such step."""
    step = _step(folder.workflow, name)
    if step is None:
        return None
    inner = step.parts.get(part) if part else None
    told = sayer(operation, folder)
    when = (inner and inner.when) or step.when
    who = people(told, (inner or step).ask)
    if when is not None and not _may_know(operation, folder, when):
        pattern = NOT_HERE if state == "skipped" else MAYBE if unsure else ASKED
        return say(pattern, told.language).format(who=who)
    pattern = ASKED if when is None else NOT_ASKED if state == "skipped" else PERHAPS if unsure else ASKED_WHEN
    return say(pattern, told.language).format(who=who, when=told.says(when) if when is not None else "")


def _may_know(operation: Operation, folder: Folder, when: Expression) -> bool:
    """Whether the reader sees every field that a condition asks: else it would tell what stands there."""
    hidden = rights.hidden(operation, folder)
    own = (name[1:] if name[0] == "record" else name for name in when.names)
    return all(
        browsing.seen(operation, folder.form, name, hidden) for name in own if name and name[0] in folder.form.fields
    )


def of_route(operation: Operation, folder: Folder, line: RouteStep) -> str:
    """The reason of one line of the predicted route."""
    told = say(line.because, operation.call.language)
    if line.sure is None:
        return told
    return of_step(operation, folder, line.step, line.part, line.state, not line.sure) or told


def of_task(operation: Operation, folder: Folder, kind: str, step: str, part: str | None) -> str | None:
    """Why a task is somebody's; None when the definition says nothing more than its own words."""
    if kind == "decide":
        return of_step(operation, folder, step, part, "now", unsure=False)
    transition = folder.workflow.transitions.get(step) if kind == "expects" else None
    if transition is None:
        return None
    told = sayer(operation, folder)
    asked = [each for each in transition.by if each.kind != "system"]
    return say(EXPECTED, told.language).format(who=people(told, asked))


def who_could(operation: Operation, folder: Folder, action: str) -> str | None:
    """Who may take an action, by role."""
    transition = folder.workflow.transitions.get(action)
    if transition is None:
        return None
    return people(sayer(operation, folder), [each for each in transition.by if each.kind != "system"]) or None


def plain(operation: Operation, folder: Folder, told: Text | None) -> str | None:
    """A reason that history kept, with the conditions that it names in the words of the reader."""
    if not told:
        return None
    words, speaker = say(told, operation.call.language), sayer(operation, folder)
    for approval in folder.workflow.approvals.values():
        for step in approval.steps.values():
            if step.when is not None:
                if not _may_know(operation, folder, step.when):
                    title = say(step.title, speaker.language) or step.name
                    words = words.replace(f"{step.name}: {step.when.text}", title)
                    continue
                title = say(step.title, speaker.language) or step.name
                words = words.replace(f"{step.name}: {step.when.text}", f"{title}: {speaker.says(step.when)}")
    return words


def _step(workflow: Workflow, name: str) -> Step | None:
    return next((each.steps[name] for each in workflow.approvals.values() if name in each.steps), None)
