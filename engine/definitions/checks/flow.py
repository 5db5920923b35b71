"""Checks of the way through a workflow: reachable states, ways out, last resorts, what can be filled in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.definitions.checks.workflows import pairs, steps_in
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import Edit, EffectUse, Form, Library, Place, Transition, Workflow
from engine.definitions.order import all_fields, worked_out
from engine.errors import text
from engine.expressions import Expression


def _onward(workflow: Workflow) -> dict[str, set[str]]:
    """The states that follow each state, returns to the submitter included."""
    found: dict[str, set[str]] = {state: set() for state in workflow.states}
    for action in workflow.transitions.values():
        for origin in action.origins:
            found.setdefault(origin, set()).update(each.state for each in action.to)
    for state in workflow.states.values():
        approval = workflow.approvals.get(state.steps or "")
        if approval is not None and "submitter" in approval.may_return_to:
            entered = {name for name, after in found.items() if state.name in after}
            found[state.name] |= entered
    return found


def _reached(start: Iterable[str], onward: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [each for each in start if each in onward]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo.extend(onward.get(state, ()))
    return seen


def states_can_be_reached(library: Library) -> Iterator[Finding]:
    """Every state can be reached from the start."""
    for _, workflow in pairs(library):
        reached = _reached([workflow.start], _onward(workflow))
        for state in workflow.states.values():
            if state.name not in reached:
                says = text(f"Nothing leads to '{state.name}'.", f"没有路径通向“{state.name}”。")
                yield finding(state.at, "unreachable", says)


def states_can_be_left(library: Library) -> Iterator[Finding]:
    """A state is an end and nothing leaves it, or something does and leads to an end."""
    for _, workflow in pairs(library):
        onward = _onward(workflow)
        ends = {state.name for state in workflow.states.values() if state.end}
        for state in workflow.states.values():
            leaves = onward[state.name]
            if state.end and leaves:
                says = text(
                    f"'{state.name}' is an end, yet something leaves it.", f"“{state.name}”是终态，却有操作离开。"
                )
                yield finding(state.at, "end_leaves", says)
            elif not state.end and not leaves:
                says = text(
                    f"Nothing leaves '{state.name}', and it is no end.", f"“{state.name}”不是终态，却没有出路。"
                )
                yield finding(state.at, "dead_end", says)
            elif not state.end and ends and not _reached(leaves, onward) & ends:
                says = text(f"No end can be reached from '{state.name}'.", f"从“{state.name}”无法到达终态。")
                yield finding(state.at, "no_end", says)


def alternatives_have_a_last_resort(library: Library) -> Iterator[Finding]:
    """The last alternative has no condition, and no other lacks one."""
    for _, workflow in pairs(library):
        for action in workflow.transitions.values():
            *others, last = action.to
            if last.when is not None:
                says = text(
                    f"'{last.name}' is the last alternative, yet it has a condition.",
                    f"“{last.name}”是最后的分支，不能有条件。",
                )
                yield finding(action.at, "no_last_resort", says)
            for each in others:
                if each.when is None:
                    says = text(f"Nothing after '{each.name}' is ever asked.", f"“{each.name}”之后的分支永远不会执行。")
                    yield finding(action.at, "unreachable_alternative", says)


def required_can_be_written(library: Library) -> Iterator[Finding]:
    """What must be filled in can be, by then: by somebody, by a default, or by an effect."""
    made = _made(library)
    for form, workflow in pairs(library):
        onward = _onward(workflow)
        free = {each.path for each in all_fields(form.fields) if worked_out(each)} | made.get(form.name, set())
        free |= _set(action for action in workflow.transitions.values())
        for action in workflow.transitions.values():
            before = {state for state in workflow.states if _reached([state], onward) & set(action.origins)}
            known = free | _writable(workflow, before) | _written(action.edit.values())
            yield from _missing(form, action.required, known, action.at)
        everywhere = free | _writable(workflow, set(workflow.states))
        everywhere |= {path for action in workflow.transitions.values() for path in _written(action.edit.values())}
        for field in all_fields(form.fields):
            if field.required is True:
                yield from _missing(form, [field.path], everywhere, field.at)
        for state in workflow.states.values():
            yield from _missing(form, state.required, everywhere, state.at)


def _missing(form: Form, required: Iterable[str], known: set[str], at: Place | None) -> Iterator[Finding]:
    for path in required:
        if path not in known and form.field(path) is not None:
            says = text(f"'{path}' is required, but nobody may write it before.", f"“{path}”必填，但此前无人可填。")
            yield finding(at, "never_writable", says)


def _written(edits: Iterable[Edit]) -> set[str]:
    return {path for edit in edits for path in edit.fields}


def _writable(workflow: Workflow, states: set[str]) -> set[str]:
    """What can be written in these states, also by those who decide in them."""
    found: set[str] = set()
    for name in states:
        state = workflow.states[name]
        found |= _written(state.edit.values())
        approval = workflow.approvals.get(state.steps or "")
        for step in steps_in(approval) if approval is not None else ():
            found |= _written(step.edit.values())
    return found


def effects_of(action: Transition) -> Iterator[EffectUse]:
    """Everything that an action does, whichever way it goes."""
    yield from action.do.values()
    for alternative in action.to:
        yield from alternative.do.values()


def _set(actions: Iterable[Transition]) -> set[str]:
    """Fields that effects write to the record itself."""
    found: set[str] = set()
    for action in actions:
        for use in effects_of(action):
            values, table = use.options.get("values"), use.options.get("each")
            if values and "form" not in use.options and "on_record" not in use.options:
                found |= {f"{table}.{name}" if table else name for name in values}
    return found


def _made(library: Library) -> dict[str, set[str]]:
    """Fields that `create` fills in new records, by form."""
    found: dict[str, set[str]] = {}
    actions = [each for workflow in library.workflows.values() for each in workflow.transitions.values()]
    actions += [each for report in library.reports.values() for each in report.transitions.values()]
    for action in actions:
        for use in effects_of(action):
            if "form" in use.options:
                paths = found.setdefault(use.options["form"], set())
                paths |= set(use.options.get("values") or ()) | set(use.options.get("copy") or ())
                for table, rows in (use.options.get("rows") or {}).items():
                    paths |= {f"{table}.{name}" for word in ("values", "sums") for name in rows.get(word) or ()}
    return found


def facts_count_where_they_wait(library: Library) -> Iterator[Finding]:
    """A fact that decides over a record should count the state in which that record waits (a warning).

    Before it leaves its start state a record waits for nobody.
    """
    for form, workflow in pairs(library):
        for action in workflow.transitions.values():
            if action.origins == (workflow.start,):
                continue
            deciding = [rule.check for rule in action.guard.values()] + [each.when for each in action.to if each.when]
            yield from _uncounted(library, form, deciding, action.origins, action.at)
        for state in workflow.states.values():
            approval = workflow.approvals.get(state.steps or "")
            deciding = [step.when for step in steps_in(approval) if step.when] if approval else []
            yield from _uncounted(library, form, deciding, (state.name,), state.at)


def _uncounted(
    library: Library, form: Form, deciding: Iterable[Expression], waits: tuple[str, ...], at: Place | None
) -> Iterator[Finding]:
    for name in sorted({call for each in deciding for call in each.calls} & library.facts.keys()):
        quoted = [f"{mark}{state}{mark}" for state in waits for mark in "'\""]
        asked = [
            each.text for each in library.facts[name].sources if each.form == form.name and "it.state" in each.text
        ]
        if asked and not any(each in words for words in asked for each in quoted):
            says = text(
                f"'{name}' does not count records in '{', '.join(waits)}', where this one waits.",
                f"“{name}”没有统计处于“{', '.join(waits)}”的记录，而此记录正停在那里。",
            )
            yield finding(at, "fact_misses_state", says, severity=WARNING)
