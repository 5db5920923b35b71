"""What live records use of what a new version takes away: it is refused with the list, unless a mapping is given.

Used by `publishing` and by the preview of a version. States, steps, actions and options count where records are under
way; the values of a field count in all, for whoever takes it away must say where they are to be found. Everything that
is in use is told at once, with how many and some of their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.database.dialects import run
from engine.definitions.mappings import Carrying
from engine.definitions.models import NOTHING, Field, Form, Library, Workflow
from engine.definitions.order import all_fields
from engine.errors import Fault, rule, text
from engine.operations import mapped
from engine.operations.held import MOST_NAMED, Held, fault_of, misfits, shapes, values_of
from engine.records import archive
from engine.records.stored import loads

if TYPE_CHECKING:
    from sqlalchemy import Connection


def require_unused(
    connection: Connection,
    before: Library,
    after: Library,
    mapping: Carrying,
    *,
    pinned: bool = True,
    back: bool = False,
) -> None:
    """Refuse what would leave live records with what is no more.

    Without `pinned` those are left out that stay on their own version anyway: rolling back must not wait for them.
    """
    faults = [
        *mapped.faults(before, after, mapping),
        *found(connection, before, after, mapping, pinned=pinned, back=back),
    ]
    if faults:
        first = faults[0]
        says = first.says if len(faults) == 1 else text("This is in use.", "以下内容仍在使用。")
        raise rule(first.code, says, faults=faults)


def found(
    connection: Connection,
    before: Library,
    after: Library,
    mapping: Carrying,
    *,
    pinned: bool = True,
    back: bool = False,
) -> Iterator[Fault]:
    """Everything that is taken away and in use."""
    yield from _forms(connection, before, after)
    yield from misfits(connection, before, after, back=back)
    for name, form in before.forms.items():
        flow, later = before.workflows.get(name), after.forms.get(name)
        if later is None or flow is None or name not in after.workflows:
            continue
        if taken := _taken(name, before, after, mapping):
            yield from _states_andvalues_of(connection, form, flow, taken, pinned=pinned)
        if pinned:
            yield from _waited_for(connection, name, _flows(before, name), _flows(after, name), mapping)
    yield from _roles(connection, before, after, mapping)
    if pinned:
        yield from _overlays(connection, before, after)


def _forms(connection: Connection, before: Library, after: Library) -> Iterator[Fault]:
    for name in sorted(set(before.forms) - set(after.forms)):
        ids = archive.find(connection, name, {}, limit=1)
        if ids:
            says = text(f"There are records of these forms: {name}.", f"以下表单仍有单据：{name}。")
            yield Fault(f"/form/{name}", "form_in_use", says)


@dataclass(frozen=True)
class _Taken:
    """What a version takes away of one form without saying what becomes of it."""

    states: set[str]
    fields: list[Field]
    options: dict[str, set[str]]


def _flows(library: Library, name: str) -> list[Workflow]:
    """The workflow of a form, plain and under every overlay."""
    return [each.workflows[name] for each in (library, *library.variants.values()) if name in each.workflows]


def _taken(name: str, before: Library, after: Library, mapping: Carrying) -> _Taken | None:
    kept = {each for flow in _flows(after, name) for each in flow.states} | {*mapping.states.get(name, NOTHING)}
    states = {each for flow in _flows(before, name) for each in flow.states} - kept
    named = mapping.fields.get(name, NOTHING)
    gone = [each for each in _gone(shapes(before, name), shapes(after, name)) if each.path not in named]
    options = {
        path: each for path, each in _options_gone(before.forms[name], after.forms[name], mapping).items() if each
    }
    return _Taken(states, gone, options) if states or gone or options else None


def _states_andvalues_of(
    connection: Connection, form: Form, flow: Workflow, taken: _Taken, *, pinned: bool
) -> Iterator[Fault]:
    in_state: dict[str, Held] = defaultdict(Held)
    values: dict[str, Held] = defaultdict(Held)
    chosen: dict[tuple[str, str], Held] = defaultdict(Held)
    for stored in archive.walk(connection, form.name):
        if stored.version is not None and not pinned:
            continue
        state = flow.states.get(stored.state)
        live = state is None or not state.end
        if live and stored.state in taken.states:
            in_state[stored.state].add(stored)
        for each in taken.fields:
            if times := len(values_of(stored, each)):
                values[each.path].add(stored, times)
        for path, left in taken.options.items() if live else ():
            for option in left.intersection(map(str, values_of(stored, form.field(path)))):
                chosen[path, option].add(stored)
    yield from _told(form, flow, in_state, values, chosen)


def _told(
    form: Form,
    flow: Workflow,
    in_state: dict[str, Held],
    values: dict[str, Held],
    chosen: dict[tuple[str, str], Held],
) -> Iterator[Fault]:
    for name, held in sorted(in_state.items()):
        says = text(
            f"Records in the state “{name}”: {held.count} ({held.shown}).",
            f"{held.count} 张单据处于状态“{name}”：{held.shown}。",
        )
        yield fault_of(f"/workflow/{flow.name}/states/{name}", "state_in_use", held, says)
    for name, held in sorted(values.items()):
        says = text(
            f"Values in the field “{name}”: {held.count} ({held.shown}).",
            f"字段“{name}”中有 {held.count} 个值：{held.shown}。",
        )
        yield fault_of(f"/form/{form.name}/fields/{name.replace('.', '/fields/')}", "field_in_use", held, says)
    for (path, option), held in sorted(chosen.items()):
        says = text(
            f"Records that have chosen “{option}”: {held.count} ({held.shown}).",
            f"{held.count} 张单据选择了“{option}”：{held.shown}。",
        )
        at = f"/form/{form.name}/fields/{path.replace('.', '/fields/')}/options/{option}"
        yield fault_of(at, "option_in_use", held, says)


def _gone(forms: Sequence[Form], later: Sequence[Form]) -> list[Field]:
    """The fields that no overlay has any more, under whatever name; of a table that is gone, the table alone."""
    kept = [each for form in later for each in all_fields(form.fields)]
    names, numbers = {each.path for each in kept}, {each.number for each in kept}
    missing = {
        each.path: each
        for form in forms
        for each in all_fields(form.fields)
        if each.path not in names and each.number not in numbers
    }
    tables = {each.path for each in missing.values() if each.type == "table"}
    return [each for each in missing.values() if each.table not in tables]


def _options_gone(form: Form, later: Form, mapping: Carrying) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in all_fields(form.fields):
        same = later.field(each.path)
        if same is None or same.type != each.type or each.type not in ("choice", "choices"):
            continue
        if form.told.get("assignment", NOTHING).get("role") == each.path:
            continue  # who holds it is told of roles
        kept = {*mapping.options.get(form.name, NOTHING).get(each.path, NOTHING)}
        found[each.path] = mapped.options_of(each) - mapped.options_of(same) - kept
    return found


def _waited_for(
    connection: Connection, form: str, flows: Sequence[Workflow], later: Sequence[Workflow], mapping: Carrying
) -> Iterator[Fault]:
    """Open tasks for steps, and actions that somebody is waited for, which are no more."""
    renamed = mapping.steps.get(form, NOTHING)
    sql = (
        "SELECT t.kind, t.step, t.part, r.id, r.number FROM task t "
        "JOIN record r ON r.id = t.record AND r.form = t.form "
        "WHERE t.form = :form AND t.ended IS NULL AND t.kind IN ('decide', 'expects') ORDER BY t.opened, t.id"
    )
    steps = {name for each in later for name in mapped.steps_of(each)}
    actions = {name for each in later for name in each.transitions}
    held: dict[tuple[str, str], Held] = defaultdict(Held)
    before = {name for each in flows for name in (*mapped.steps_of(each), *each.transitions)}
    for line in run(connection, sql, {"form": form}):
        known = steps if line.kind == "decide" else actions
        names = [line.step, *([f"{line.step}/{line.part}"] if line.part else [])]
        for name in names:
            if name in before and name not in known and name not in renamed:
                one = held[line.kind, name]
                one.count += 1
                if len(one.records) < MOST_NAMED:
                    one.records.append({"form": form, "id": line.id, "number": line.number})
                break
    for (kind, name), one in sorted(held.items()):
        where = "steps" if kind == "decide" else "transitions"
        says = text(
            f"Tasks that wait at “{name}”: {one.count} ({one.shown}).", f"{one.count} 个待办停在“{name}”：{one.shown}。"
        )
        code = "step_in_use" if kind == "decide" else "action_in_use"
        yield fault_of(f"/workflow/{flows[0].name}/{where}/{name}", code, one, says)


def _roles(connection: Connection, before: Library, after: Library, mapping: Carrying) -> Iterator[Fault]:
    """Roles that people hold, or that open tasks ask."""
    held: dict[str, int] = {}
    for form in after.forms.values():
        told = form.told.get("assignment")
        if not told:
            continue
        ends = {state.name for state in after.workflows[form.name].states.values() if state.end}
        for each in archive.of_form(connection, form.name):
            role = str(each.values.get(told["role"]))
            if each.state not in ends and role not in after.rights.roles:
                held[role] = held.get(role, 0) + 1
    gone = set(before.rights.roles) - set(after.rights.roles)
    asked = {role: _asking(connection, role) for role in sorted(gone)}
    for role in sorted({*held, *(role for role, count in asked.items() if count)} - set(mapping.roles)):
        people, tasks = held.get(role, 0), asked.get(role, 0)
        says = text(
            f"These roles are held by people: {role} ({people}); {tasks} open tasks ask for it.",
            f"以下角色仍有人担任：{role}（{people}）；{tasks} 个待办需要该角色。",
        )
        yield Fault("/permissions/roles", "role_in_use", says, params={"role": role, "count": people, "tasks": tasks})


def _asking(connection: Connection, role: str) -> int:
    sql = "SELECT count(DISTINCT a.task) FROM task_ask a JOIN task t ON t.id = a.task WHERE a.role = :role"
    return int(run(connection, sql + " AND t.ended IS NULL", {"role": role}).scalar_one())


def _overlays(connection: Connection, before: Library, after: Library) -> Iterator[Fault]:
    """Overlays under which records are under way."""
    gone = set(before.overlays) - set(after.overlays)
    if not gone:
        return
    held: dict[str, Held] = defaultdict(Held)
    sql = "SELECT form, id, number, state, overlays FROM record WHERE CAST(overlays AS TEXT) <> '[]' ORDER BY form, id"
    for line in run(connection, sql):
        flow = before.workflows.get(line.form)
        state = flow.states.get(line.state) if flow else None
        for name in gone & set(loads(line.overlays)) if state is None or not state.end else ():
            held[name].count += 1
            if len(held[name].records) < MOST_NAMED:
                held[name].records.append({"form": line.form, "id": line.id, "number": line.number})
    for name, one in sorted(held.items()):
        says = text(
            f"Records under way under the overlay “{name}”: {one.count} ({one.shown}).",
            f"{one.count} 张单据正在使用覆盖层“{name}”：{one.shown}。",
        )
        yield fault_of(f"/overlay/{name}", "overlay_in_use", one, says)
