"""Forms as one person sees them: fields, schema, states, actions and their questions. Used by `commands`, `reading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions import schema_of_form
from engine.definitions.models import Edit, Field, Form, Transition, Workflow
from engine.errors import not_found, say
from engine.fields import BY_NAME, shape, widget_of
from engine.operations import conditions, fitting, rights
from engine.operations.calls import Answer
from engine.operations.saying import Sayer

if TYPE_CHECKING:
    from engine.operations.operation import Operation

NOTHING: frozenset[str] = frozenset()


def forms(operation: Operation) -> Answer:
    """The forms that this person may see."""
    language = operation.call.language
    items = [
        {
            "form": form.name,
            "title": say(form.title, language),
            "kind": form.kind,
            "version": operation.library.version,
            "ledger": _in_the_ledger(form),
        }
        for form in operation.library.forms.values()
        if rights.sees_form(operation, form.name)
    ]
    return Answer(200, {"items": items, "next": None})


def _in_the_ledger(form: Form) -> str | None:
    """What its records are to the ledger: `item`, `lot`, `place`, or `outside`, a place whose goods are not ours."""
    told = form.told.get("ledger") or {}
    if "place" in told:
        return "outside" if told["place"].get("negative") == "allowed" else "place"
    return next((each for each in ("item", "lot") if each in told), None)


def form(operation: Operation, name: str) -> Answer:
    """One form as this person sees it: fields, schema, states, actions."""
    found = operation.library.forms.get(name)
    if found is None or not rights.sees_form(operation, name):
        raise not_found()
    closed = rights.never_seen(operation, found)
    workflow = operation.library.workflows[name]
    language = operation.call.language
    names = _names(operation, found)
    return Answer(
        200,
        {
            "form": name,
            "title": say(found.title, language),
            "kind": found.kind,
            "version": operation.library.version,
            "list": [each for each in found.list if each not in closed],
            "narrows": conditions.told(operation, found),
            "amount": found.amount if found.amount not in closed else None,
            "currency": operation.library.settings.get("currency"),
            "later": sorted(_later(found, workflow) - closed),
            "fields": {
                each.name: _chosen(operation, found, each, field(operation, each, closed)) | names.get(each.name, {})
                for each in found.fields.values()
                if each.path not in closed
            },
            "schema": without(schema_of_form(found), closed),
            "states": [
                state(found, workflow, each, language) | {"open": sorted(_open(workflow, each) - closed)}
                for each in workflow.states
            ],
            "actions": _form_actions(operation, found, workflow, language),
        },
    )


def _later(found: Form, workflow: Workflow) -> frozenset[str]:
    """Fields with a default that nobody writes where a record begins and somebody does afterwards: until then it is an
    offer to whoever that is, and no word of his."""
    steps = [step for each in workflow.approvals.values() for step in each.steps.values()]
    after: list[Mapping[str, Edit]] = [each.edit for each in workflow.states.values()]
    after += [each.edit for each in workflow.transitions.values()]
    after += [each.edit for step in steps for each in (step, *step.parts.values())]
    first = {name for each in workflow.states[workflow.start].edit.values() for name in each.fields}
    others = {name for edits in after for each in edits.values() for name in each.fields}
    offered = {each.path for each in rights.each_field(found) if each.default is not None}
    return frozenset(offered & (others - first))


def _open(workflow: Workflow, name: str) -> frozenset[str]:
    """What somebody may still write while it stands there: what is in it then is no last word."""
    state, edits = workflow.states[name], list(workflow.states[name].edit.values())
    steps = workflow.approvals[state.steps].steps.values() if state.steps else ()
    edits += [edit for step in steps for each in (step, *step.parts.values()) for edit in each.edit.values()]
    return frozenset(path for edit in edits for path in edit.fields)


def _names(operation: Operation, found: Form) -> dict[str, dict[str, Any]]:
    """Of a form of limits: what its words for forms and levels stand for, by the titles of forms and of steps.

    Whoever keeps the limits of the whole chain is told of every form, for he says what each of them is.
    """
    told = found.told.get("limit")
    if not told:
        return {}
    language = operation.call.language
    keeps = rights.reach(operation, found.name, "edit") is None
    seen = [each for each in operation.library.forms.values() if keeps or rights.sees_form(operation, each.name)]
    levels = {
        step.name: say(step.title, language)
        for each in reversed(seen)
        for approval in operation.library.workflows[each.name].approvals.values()
        for step in approval.steps.values()
        if step.title
    }
    forms = {
        **{word: titled for each in seen for word, titled in Sayer(operation.library, each, language).limits()},
        **{each.name: say(each.title, language) for each in seen},
    }
    return {told["form"]: {"names": forms}, told["level"]: {"names": levels}}


def state(of: Form, workflow: Workflow, name: str, language: str) -> dict[str, Any]:
    """A state by its title, with what it means: one of four; None of what is no paper on its way and out of use."""
    found = workflow.states[name]
    means: str | None = workflow.meaning(name)
    if of.kind != "document" and found.means is None:
        means = None if found.end else "good"
    return {"name": name, "title": say(found.title, language) or name, "end": found.end, "means": means}


def _form_actions(operation: Operation, found: Form, workflow: Workflow, language: str) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "title": say(each.title, language) or each.name,
            "from": list(each.origins),
            **giving_up(workflow, each),
            "asks": {name: question(operation, found, asked) for name, asked in each.asks.items()},
        }
        for each in workflow.transitions.values()
        if not all(who.kind == "system" for who in each.by)
        and rights.reach(operation, found.name, each.name) != rights.CLOSED
    ]


def giving_up(workflow: Workflow, transition: Transition) -> dict[str, bool]:
    """`gives_up`, told where it is so only."""
    return {"gives_up": True} if gives_up(workflow, transition) else {}


def gives_up(workflow: Workflow, transition: Transition) -> bool:
    """Whether an action leads nowhere but to an end that is no success: it is never what is offered first."""
    ends = [each.state for each in transition.to]
    return all(workflow.states[each].end and workflow.meaning(each) == "wrong" for each in ends)


def without(schema: dict[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    """A form's schema without the fields that are never this person's to see."""

    def cut(node: dict[str, Any], prefix: str) -> dict[str, Any]:
        properties = {}
        for name, inner in node.get("properties", {}).items():
            path = f"{prefix}{name}"
            if path in closed:
                continue
            items = inner.get("items")
            properties[name] = (
                {**inner, "items": cut(items, f"{name}.")}
                if isinstance(items, dict) and "properties" in items
                else inner
            )
        required = [each for each in node.get("required", ()) if each in properties]
        return {**node, "properties": properties, **({"required": required} if "required" in node else {})}

    return cut(schema, "")


def field(operation: Operation, of: Field, closed: frozenset[str] = NOTHING) -> dict[str, Any]:
    """A field as the reader's language says it, without the columns that are closed."""
    language = operation.call.language
    shown: dict[str, Any] = {"type": of.type, "title": say(of.title, language) or of.name}
    shown |= shape(BY_NAME[of.type], of.options)
    shown["holds"] = of.value_type.kind
    if of.required is True:
        shown["required"] = True
    if of.compute is not None or of.live is not None:
        shown["worked_out"] = True
    if of.live is not None:
        shown.pop("summed", None)  # what is so elsewhere just now is no part of a whole: two rows may tell the same
    if of.help:
        shown["help"] = say(of.help, language)
    options = of.options.get("options")
    if options:
        shown["options"] = [{"value": each.value, "title": say(each.title, language)} for each in options]
    if of.options.get("to"):
        shown["to"] = of.options["to"]
    if _is_coded(operation, of):
        shown["coded"] = True
    if among := _among(operation, of):
        shown["among"] = among
    if made := _made(operation, of):
        shown["makes"] = made
    if of.type == "quantity" and of.options.get("of"):
        shown["of"] = of.options["of"]
    if of.type == "table":
        shown["fields"] = {
            each.name: field(operation, each, closed) for each in of.fields.values() if each.path not in closed
        }
    return shown


def question(operation: Operation, form: Form, of: Field) -> dict[str, Any]:
    """What an action or a verdict asks, as a field of its own; with `narrowed` like one of the form."""
    return _chosen(operation, form, of, field(operation, of))


def _chosen(operation: Operation, form: Form, of: Field, shown: dict[str, Any]) -> dict[str, Any]:
    """The field with `narrowed` where `.../fill` tells what may be chosen in it; columns too."""
    for name, column in shown.get("fields", {}).items():
        _chosen(operation, form, of.fields[name], column)
    if of.only is not None and fitting.narrowed(operation, form, of):
        shown["narrowed"] = True
    return shown


def _is_coded(operation: Operation, of: Field) -> bool:
    """Whether what it refers to carries barcodes, to be read by a camera."""
    to = operation.library.forms.get(str(of.options.get("to"))) if of.type == "reference" else None
    return to is not None and any(_carries(each) for each in to.fields.values())


def _carries(field: Field) -> bool:
    return widget_of(BY_NAME[field.type]).scanned or any(_carries(each) for each in field.fields.values())


def _made(operation: Operation, of: Field) -> dict[str, Any] | None:
    """The master data that it refers to, where the reader may make more of it: what is missing need not stop him."""
    to = operation.library.forms.get(str(of.options.get("to"))) if of.type == "reference" else None
    if to is None or to.kind != "master" or rights.reach(operation, to.name, "create") == rights.CLOSED:
        return None
    return {"form": to.name, "title": say(to.title, operation.call.language), "into": _called_by(operation, to)}


def _called_by(operation: Operation, form: Form) -> dict[str, str]:
    """The fields in which stands what its records are called: a `code`, and `words`. What was sought goes there."""
    closed = rights.never_seen(operation, form)
    fields = [form.fields[name] for name in form.show if name in form.fields and name not in closed]
    texts = [each for each in reversed(fields) if each.type == "text" and each.compute is None]
    return {"code" if each.options.get("code") else "words": each.name for each in texts}


def _among(operation: Operation, of: Field) -> list[str]:
    """The forms whose records it may name: those of them that the reader may look into, to choose there."""
    if of.type == "reference":
        meant = [str(of.options["to"])]
    elif of.type == "person":
        meant = [operation.person_form]
    elif of.type == "org_unit":
        meant = [each.name for each in operation.library.forms.values() if each.told.get("org_unit")]
    else:
        meant = []
    return [each for each in meant if rights.sees_form(operation, each)]
