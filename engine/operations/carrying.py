"""Carrying a record under way over to the version in force, and back. Used by `carryover` and the preview of a version.

Where it comes to stands in its definition, the mapping says what is called otherwise now. Nothing is decided by it and
nothing is posted: a record that the new version would take further by itself stays where it is, and says so. Tasks and
timers are made anew. What is required now and missing becomes a task of whoever submitted it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.definitions.mappings import Carrying
from engine.definitions.models import NOTHING, Field, Form, Library, People, Workflow
from engine.definitions.order import all_fields
from engine.effects.outcomes import OpenTask
from engine.errors import Fault, Refusal, Text, rule, say, text
from engine.expressions import Expression
from engine.fields import BY_NAME
from engine.fields.kinds import Unfit
from engine.operations import mapped, pinning, writing
from engine.operations.folder import CARRIED, Event, Folder, is_filled
from engine.operations.knowing import Knowing
from engine.records import forms_json
from engine.records.carried import Carried
from engine.records.filling import field_of
from engine.records.stored import Stored
from engine.workflow import arrive, look_again, memory, waiting
from engine.workflow.plan import SYSTEM, Memory, Wait

if TYPE_CHECKING:
    from engine.operations.operation import Operation

DEED, BACK = CARRIED
FILL = "fill_in"
DIGITS = re.compile(r"-?[0-9]{1,18}")
"""A text that an integer can be read of."""
SUBMITTER = (People("submitter", text="submitter"),)


@dataclass(frozen=True)
class Landing:
    """Where a record comes to, or why it cannot be carried over; `folder` is the working copy that says so."""

    stored: Stored
    step: str | None
    folder: Folder | None = None
    missing: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    """Steps that lie before it and are not gone through again."""
    faults: tuple[Fault, ...] = ()


def landing(operation: Operation, stored: Stored, mapping: Carrying, *, again: bool = False) -> Landing:
    """Where a record comes to under the version in force; nothing is written down."""
    folder = operation.unfold(stored)
    approval = folder.memory.approval
    step = approval.step if approval is not None else None
    if (fault := _stays(operation, folder)) is not None:
        return Landing(stored, step, faults=(fault,))
    try:
        return _landed(operation, folder, mapping, step, again=again)
    except Refusal as refusal:
        return Landing(stored, step, faults=refusal.faults or (Fault("", refusal.code, refusal.says),))


def _stays(operation: Operation, folder: Folder) -> Fault | None:
    """Why a record is not carried over at all."""
    if folder.version is None:
        return Fault("", "not_begun", text("It follows the newest version anyway.", "它本来就使用最新版本。"))
    if folder.version == operation.library.version:
        return Fault("", "is_there", text("It is on this version already.", "它已使用此版本。"))
    if is_finished(operation, folder):
        return Fault("", "finished", text("It is finished.", "它已结束。"))
    return None


def is_finished(operation: Operation, folder: Folder) -> bool:
    """It has ended, or it was decided and nothing waits for anybody."""
    if folder.workflow.states[folder.state].end:
        return True
    approval = folder.memory.approval
    decided = approval is not None and approval.step is None and approval.resume_at is None
    return decided and not waiting(operation.situation(folder))


def _landed(operation: Operation, old: Folder, mapping: Carrying, step: str | None, *, again: bool) -> Landing:
    stored = old.stored
    assert stored is not None
    folder, faults = reshaped(operation, old, mapping, again=again)
    state = folder.workflow.states.get(folder.state)
    if state is None or state.end:
        says = text(f"The state “{old.state}” is no more.", f"状态“{old.state}”已不存在。")
        faults.append(Fault("/state", "no_state", says))
    if faults:
        return Landing(stored, step, faults=tuple(faults))
    missing = _fill(operation, old, folder, mapping)
    waits, kept = _waits(operation, folder)
    folder.memory, folder.waits = kept, waits
    known = mapped.steps_of(old.workflow) | set(mapping.steps.get(folder.form.name, NOTHING).values())
    passed = dict.fromkeys((*_new_before(folder, known), *_passed_over(old.memory, kept)))
    return Landing(stored, step, folder, tuple(missing), tuple(passed))


def reshaped(
    operation: Operation, old: Folder, mapping: Carrying, *, again: bool = False
) -> tuple[Folder, list[Fault]]:
    """A record in the shape of the version in force, and what does not fit it: then it has no values."""
    stored = old.stored
    assert stored is not None
    library, form, flow, overlays = _definitions(operation, old, mapping)
    header, rows = mapped.values(stored, old.form, form, mapping, NOTHING)
    faults = list(_converted(Knowing(operation, old), old.form, form, header, rows))
    moved = mapped.moves(old.form, form, mapping)
    folder = Folder(
        library=library,
        form=form,
        workflow=flow,
        stored=stored,
        id=stored.id,
        values={} if faults else forms_json.decode(form, replace(stored, values=header, rows=rows)),
        state=mapping.state(form.name, old.state),
        memory=mapped.remembered(old.memory, form.name, flow, mapping, moved, again=again),
        number=stored.number,
        version=library.version,
        overlays=overlays,
        created=stored.created,
        created_by=stored.created_by,
        person_form=operation.person_form,
        submitted=stored.submitted,
        submitted_by=stored.submitted_by,
        touched=old.touched,
        reopens=True,
    )
    return folder, faults


def _definitions(
    operation: Operation, old: Folder, mapping: Carrying
) -> tuple[Library, Form, Workflow, tuple[str, ...]]:
    name = old.form.name
    plain, _flow = operation.definition(name)
    unit = old.values.get(plain.variant) if plain.variant is not None else None
    chosen = pinning.overlays(operation, plain, unit.id if unit is not None else None)
    library = operation.library.variant(chosen)
    return library, library.forms[name], library.workflows[name], chosen


def _waits(operation: Operation, folder: Folder) -> tuple[tuple[Wait, ...], Memory]:
    """What it waits for now; refused when it would go further by itself."""
    situation = operation.situation(folder, SYSTEM)
    approval, steps = folder.memory.approval, folder.workflow.states[folder.state].steps
    if steps is None:
        return waiting(situation), folder.memory
    if approval is None or approval.name != steps:
        reached: Any = arrive(situation)
    elif approval.step is None:
        reached = look_again(situation)
    else:
        return waiting(situation), folder.memory
    if reached.fire is not None or reached.due:
        says = text(
            "Nobody would be asked any more: it would be decided by being carried over.",
            "已无人需要审批：迁移本身会使其得出结果。",
        )
        raise rule("decides_itself", says)
    return reached.waits, reached.memory


def _new_before(folder: Folder, known: set[str]) -> Iterator[str]:
    """Steps of states that lie before the one where it stands, which its old version did not know."""
    states = folder.workflow.states
    for name in mapped.earlier(folder.workflow, folder.state):
        if (asked := states[name].steps) is not None:
            yield from (each for each in folder.workflow.approvals[asked].steps if each not in known)


def _passed_over(before: Memory, after: Memory) -> tuple[str, ...]:
    if before.approval is None or after.approval is None:
        return ()
    return tuple(each for each in after.approval.done if each not in before.approval.done and not _voted(after, each))


def _voted(after: Memory, step: str) -> bool:
    return after.approval is not None and any(each.step == step for each in after.approval.votes)


# -- values ------------------------------------------------------------------------------------------------------------


def _converted(
    known: Knowing, before: Form, after: Form, header: dict[str, Any], rows: Mapping[str, list[dict[str, Any]]]
) -> Iterator[Fault]:
    """Values whose field has another type now, as that type writes them; what does not fit is told, each value."""
    for name, field in after.fields.items():
        if field.type == "table":
            for index, row in enumerate(rows.get(name, ())):
                for column in field.fields.values():
                    yield from _one(known, before.field(column.path), column, row, f"/{name}/{index}/{column.name}")
        else:
            yield from _one(known, before.field(name), field, header, f"/{name}")


def _one(known: Knowing, was: Field | None, field: Field, data: dict[str, Any], path: str) -> Iterator[Fault]:
    raw = data.get(field.name)
    if raw is None or was is None or was.type == field.type:
        return
    kind = BY_NAME[field.type]
    try:
        written = int(raw) if kind.name == "integer" and isinstance(raw, str) and DIGITS.fullmatch(raw) else raw
        data[field.name] = kind.dump(kind.read(written, field, known), field)
    except Unfit:
        # which value is for whoever may see the field to look up
        says = text(f"What stands in “{field.name}” does not fit it any more.", f"“{field.name}”中的值不再有效。")
        yield Fault(path, "does_not_convert", says)


def _fill(operation: Operation, old: Folder, folder: Folder, mapping: Carrying) -> list[str]:
    """Put in what the mapping gives for what is required now and missing; the rest is a task of the submitter."""
    given = mapping.missing.get(folder.form.name, NOTHING)
    known = frozenset(required(old.workflow)) | {
        each.path for each in all_fields(old.form.fields) if _same(each, folder)
    }
    found = []
    for path in lacking(operation, folder):
        if path in given:
            folder.values[path] = BY_NAME[folder.form.fields[path].type].load(given[path], folder.form.fields[path])
        elif path not in known:
            found.append(path)
    _ask(folder, found)
    return found


def _same(was: Field, folder: Folder) -> bool:
    """Whether what must be filled in under some condition was so before: who is asked for it then is not asked now."""
    now = folder.form.field(was.path)
    return now is not None and isinstance(was.required, Expression) and was.required == now.required


def lacking(operation: Operation, folder: Folder) -> list[str]:
    """Paths of fields that are required, by the form or by a state or when it is submitted, and empty somewhere.

    Only what is required under a condition is worked out; most records are told by a look.
    """
    said = frozenset(required(folder.workflow))
    fields = [each for each in all_fields(folder.form.fields) if each.required is not False or each.path in said]
    empty = [each for each in fields if each.type != "table" and not is_filled(folder.values, each.path)]
    if all(each.required is True or each.path in said for each in empty):
        return [each.path for each in empty]
    faults = writing.faults_of(operation, folder, said, deciding=False)
    return list(dict.fromkeys(field_of(each.path) for each in faults if each.code == "required"))


def _ask(folder: Folder, missing: list[str]) -> None:
    """Its submitter has to fill this in; what he was asked for by an earlier version he is asked no more."""
    fields = [each for path in missing if (each := folder.form.field(path)) is not None]
    if fields:
        folder.looks.append(OpenTask(SUBMITTER, _please([each.title for each in fields]), FILL, tuple(missing)))


def _please(names: list[Text]) -> Text:
    en, zh = (", ".join(say(each, language) for each in names) for language in ("en", "zh"))
    return text(f"Fill in: {en}", f"请填写：{zh}")


def required(flow: Workflow) -> tuple[str, ...]:
    """Paths that must be filled in at some time because a state says so, or when it is submitted."""
    states = [name for each in flow.states.values() for name in each.required]
    submits = [name for each in flow.leaving(flow.start) for name in each.required]
    return tuple(dict.fromkeys((*states, *submits)))


# -- writing down ------------------------------------------------------------------------------------------------------


def begin(operation: Operation, found: Landing) -> Folder:
    """Make a landing part of the operation, with its line of history; `settling` writes it down."""
    folder = found.folder
    assert folder is not None
    old = found.stored
    because = text(
        f"Carried over from version {old.version} to {folder.version}.",
        f"从版本 {old.version} 迁移到版本 {folder.version}。",
    )
    operation.folders[folder.id] = folder
    folder.note(Event(DEED, operation.actor_id, None, old.state, folder.state, because=because))
    return folder


def back(operation: Operation, stored: Stored, kept: Carried) -> Folder:
    """The record as it was before it was carried over."""
    was = kept.before
    shaped = replace(
        stored,
        state=was["state"],
        version=was["version"],
        overlays=tuple(was["overlays"]),
        values=was["values"],
        rows=was["rows"],
        memory=was["memory"],
    )
    folder = operation.unfold(shaped)
    folder.stored, folder.place_before, folder.reopens = stored, None, True
    folder.memory = memory.from_json(was["memory"])
    folder.waits = waiting(operation.situation(folder))
    _ask(folder, [each for each in lacking(operation, folder) if each not in required(folder.workflow)])
    because = text(
        f"Carried back from version {stored.version} to {folder.version}.",
        f"从版本 {stored.version} 迁回版本 {folder.version}。",
    )
    operation.folders[folder.id] = folder
    folder.note(Event(BACK, operation.actor_id, None, stored.state, folder.state, because=because))
    return folder
