"""A mapping held against two versions, and what it makes of one record's state, values and memory. Used by `carrying`.

A mapping leads from what was to what is: what it names must be there. Renames (`was:`) need none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.definitions.mappings import ARCHIVE, Carrying
from engine.definitions.models import NOTHING, Field, Form, Library, Step, Workflow
from engine.definitions.order import all_fields
from engine.errors import Fault, text
from engine.fields import BY_NAME
from engine.records.stored import Stored
from engine.workflow.plan import Approving, Memory


def options_of(field: Field) -> set[str]:
    """The values that a choice may have."""
    return {each.value for each in field.options.get("options") or ()}


def fits(field: Field, raw: Any) -> bool:
    """Whether a value as it is stored is one of this field, so that a record which holds it can be read."""
    kind = BY_NAME[field.type]
    if field.type in ("boolean", "integer"):
        return isinstance(raw, bool) if field.type == "boolean" else isinstance(raw, int) and not isinstance(raw, bool)
    if field.type in ("choice", "choices"):
        return str(raw) in options_of(field)
    try:
        return bool(kind.dump(kind.load(raw, field), field) == raw)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return False


def steps_of(flow: Workflow) -> set[str]:
    """Steps by name, and their parts as `step/part`."""
    steps = [step for approval in flow.approvals.values() for step in approval.steps.values()]
    return {each.name for each in steps} | {f"{each.name}/{part}" for each in steps for part in each.parts}


# -- whether it fits ---------------------------------------------------------------------------------------------------


def faults(before: Library, after: Library, mapping: Carrying) -> Iterator[Fault]:
    """What a mapping names that is not there, or does not fit."""
    for word, maps in (("states", mapping.states), ("steps", mapping.steps), ("fields", mapping.fields)):
        for form, names in maps.items():
            for old, new in names.items():
                if form not in before.forms or form not in after.workflows:
                    yield _unknown(f"/mapping/{word}/{form}", form)
                elif not _fits(before, after, word, form, old, new):
                    yield _unknown(f"/mapping/{word}/{form}/{old}", new)
    yield from _options(after, mapping)
    for old, new in mapping.roles.items():
        if new not in after.rights.roles:
            yield _unknown(f"/mapping/roles/{old}", new)
    for form, values in mapping.missing.items():
        for path in values:
            if form not in after.forms or path not in after.forms[form].fields:
                yield _unknown(f"/mapping/missing/{form}", path)


def _options(after: Library, mapping: Carrying) -> Iterator[Fault]:
    for form, paths in mapping.options.items():
        for path, names in paths.items():
            later = after.forms[form].field(path) if form in after.forms else None
            known = options_of(later) if later else set()
            for old, new in names.items():
                if new not in known:
                    yield _unknown(f"/mapping/options/{form}/{path}/{old}", new)


def _fits(before: Library, after: Library, word: str, form: str, old: str, new: str) -> bool:
    flow = after.workflows[form]
    if word == "states":
        return new in flow.states and not flow.states[new].end
    if word == "steps":
        return new in steps_of(flow)
    later, was = after.forms[form].field(new), before.forms[form].field(old)
    if new == ARCHIVE:
        return True
    return later is not None and (was is None or (was.table, was.type) == (later.table, later.type))


def _unknown(path: str, name: str) -> Fault:
    return Fault(path, "unknown_target", text(f"“{name}” is not there, or does not fit.", f"“{name}”不存在或不相符。"))


def earlier(flow: Workflow, state: str) -> set[str]:
    """The states that lie before one: they lead to it and it does not lead back to them, but through the start."""
    onward = {name: {to.state for each in flow.leaving(name) for to in each.to} - {flow.start} for name in flow.states}
    return {name for name in flow.states if state in _led(onward, name) and name not in _led(onward, state)} - {state}


def _led(onward: Mapping[str, set[str]], state: str) -> set[str]:
    found: set[str] = set()
    ahead = [state]
    while ahead:
        new = onward[ahead.pop()] - found
        found |= new
        ahead += new
    return found


# -- what it makes of a record -----------------------------------------------------------------------------------------


def moves(before: Form, after: Form, mapping: Carrying) -> dict[str, str]:
    """Where the values of fields go that are called otherwise now, old path -> new path; archived ones stay."""
    numbers = {each.number: each.path for each in all_fields(after.fields)}
    found = {
        each.path: numbers[each.number]
        for each in all_fields(before.fields)
        if each.number in numbers and numbers[each.number] != each.path
    }
    said = mapping.fields.get(before.name, NOTHING)
    return {**found, **{old: new for old, new in said.items() if new != ARCHIVE}}


def values(
    stored: Stored, before: Form, after: Form, mapping: Carrying, roles: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Header and rows as the new version calls them; what is there already under the new name is not written over."""
    moved = moves(before, after, mapping)
    header = _renamed(stored.values, {old: new for old, new in moved.items() if "." not in old})
    tables = {old: new for old, new in moved.items() if "." not in old and before.fields[old].type == "table"}
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, lines in stored.rows.items():
        columns = {
            old.partition(".")[2]: new.partition(".")[2] for old, new in moved.items() if old.startswith(f"{name}.")
        }
        rows[tables.get(name, name)] = [_renamed(line, columns) for line in lines]
    options = dict(mapping.options.get(after.name, NOTHING))
    told = after.told.get("assignment")
    if told and roles:
        options[told["role"]] = roles
    for path, names in options.items():
        table, _, column = path.rpartition(".")
        for each in rows.get(table, ()) if table else (header,):
            _chosen(each, column, names)
    return header, rows


def roles(after: Library, mapping: Carrying) -> dict[str, str]:
    """The roles that are no more, and which stands for each in what people hold."""
    return {old: new for old, new in mapping.roles.items() if old not in after.rights.roles}


def touches(old: Form, form: Form, mapping: Carrying, roles: Mapping[str, str]) -> bool:
    """Whether records of a form that follow the newest version are called otherwise by it."""
    said = (mapping.states, mapping.fields, mapping.options)
    named = any(each.get(form.name) for each in said) or bool(roles and form.told.get("assignment"))
    return named or bool(moves(old, form, mapping))


def followed(stored: Stored, old: Form, form: Form, mapping: Carrying, roles: Mapping[str, str]) -> Stored:
    """A record that follows the newest version, as that calls what it holds; the same one where nothing differs."""
    header, rows = values(stored, old, form, mapping, roles)
    state = mapping.state(form.name, stored.state)
    if (header, rows, state) == (stored.values, {name: list(each) for name, each in stored.rows.items()}, stored.state):
        return stored
    return replace(stored, values=header, rows=rows, state=state)


def _renamed(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[name] if name in names and names[name] not in data else name: each for name, each in data.items()}


def _chosen(data: dict[str, Any], name: str, options: Mapping[str, str]) -> None:
    value = data.get(name)
    if isinstance(value, list):
        data[name] = list(dict.fromkeys(options.get(each, each) for each in value))
    elif isinstance(value, str):
        data[name] = options.get(value, value)


def remembered(
    memory: Memory, form: str, after: Workflow, mapping: Carrying, moved: Mapping[str, str], *, again: bool
) -> Memory:
    """The memory under the new names. Steps before the present one are not asked again, unless `again`."""
    renamed = mapping.steps.get(form, NOTHING)
    did = {renamed.get(name, name): persons for name, persons in memory.did.items()}
    wrote = {moved.get(path, path): persons for path, persons in memory.wrote.items()}
    approval = memory.approval
    if approval is not None and approval.name in after.approvals:
        approval = _approving(approval, after.approvals[approval.name].steps, renamed, again=again)
    return replace(memory, did=did, wrote=wrote, approval=approval, undo=None)


def _approving(old: Approving, steps: Mapping[str, Step], renamed: Mapping[str, str], *, again: bool) -> Approving:
    order = list(steps)
    step = renamed.get(old.step, old.step) if old.step is not None else None
    done = [renamed.get(each, each) for each in old.done]
    here = step if step in order else None
    if here is not None and not again:
        done += [each for each in order[: order.index(here)] if each not in done]
    votes = tuple(replace(each, step=renamed.get(each.step, each.step)) for each in old.votes)
    base = {renamed.get(name, name): each for name, each in old.base.items()}
    if here is not None and steps[here].each is None and not _asked(steps[here], base):
        here = None  # it is asked anew, of how many people is counted then
    return replace(
        old, step=here, done=tuple(each for each in done if each in order), votes=votes, base=base, route=None
    )


def _asked(step: Step, base: Mapping[str, int]) -> bool:
    """Whether it is known of how many people a step asks: it began under this name."""
    return step.name in base if not step.parts else any(f"{step.name}/{part}" in base for part in step.parts)
