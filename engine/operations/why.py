"""Why somebody can or cannot: right, rule, place in the definition, who could; why a rule holds. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Refusal, forbidden, invalid_at, not_found, say, text
from engine.operations import explaining, granting, layered, presenting, reasons, rights
from engine.operations.calls import Answer
from engine.operations.saying import people_apart
from engine.workflow import people, taking

if TYPE_CHECKING:
    from engine.access.matrix import Decision
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def why(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`?form=&id=&action=[&person=]`: may this person take the action now, and because of what.

    `step`, `approval`, `state` or `field` instead of an action: which layers of definitions that comes from, in order.
    `person` alone, or with a form: all that he may do, where, and by which lines.
    """
    if granting.is_asked(query):
        return Answer(200, granting.effective(operation, _person(operation, query["person"]), query.get("form")))
    words = [each for each in ("action", *layered.RULES) if query.get(each)]
    if len(words) > 1:
        says = text("Only one thing is asked at a time.", "一次只能询问一项。")
        raise invalid_at(f"/{words[1]}", "one_of", says)
    for name in ("form", "id", *(words or ("action",))):
        if not query.get(name):
            raise invalid_at(f"/{name}", "required", text("This is needed.", "此项必填。"))
    folder = operation.open(query["form"], query["id"], lock=False)
    rights.require_seen(operation, folder)
    if words != ["action"]:
        return Answer(200, layered.answer(operation, folder, words[0], query[words[0]]))
    person = _person(operation, query.get("person"))
    return Answer(200, answer(operation, folder, query["action"], person))


def _person(operation: Operation, sent: str | None) -> str:
    if sent is None or sent == operation.actor_id:
        return operation.actor_id
    known = operation.directory.persons.get(sent) or operation.directory.person_of_account(sent)
    if known is None:
        raise not_found()
    if known.id != operation.actor_id and rights.reach(operation, operation.person_form, "see") is not None:
        raise forbidden()
    return known.id


def answer(operation: Operation, folder: Folder, action: str, person: str) -> dict[str, Any]:
    """`{allowed, reasons: [{check, holds, because}], who, layers}`."""
    transition = folder.workflow.transitions.get(action)
    if transition is None:
        raise not_found()
    language = operation.call.language
    decision = operation.matrix.decide(operation.directory.held(person), folder.form.name, action, operation.directory)
    within = rights.person_may(operation, folder, action, person)
    situation = operation.situation(folder, person)
    checks = [
        {
            "check": "policy",
            "holds": within,
            "because": _granted(operation, folder.form.name, action, decision)
            if not decision.allowed or within
            else explaining.no_right(language),
        },
        {
            "check": "by",
            "holds": people.matches(transition.by, person, situation),
            "because": reasons.people(reasons.sayer(operation, folder), transition.by),
            **_where(transition.at),
        },
    ]
    try:
        taking.take(situation, action)
    except Refusal as refusal:
        checks.append({"check": refusal.rule or refusal.code, "holds": False, "because": say(refusal.says, language)})
    who = [each for each in people.find(transition.by, situation) if rights.person_may(operation, folder, action, each)]
    return {
        "person": presenting.person(operation, person),
        "form": folder.form.name,
        "id": folder.id,
        "action": action,
        "allowed": all(each["holds"] for each in checks),
        "reasons": checks,
        "who": [presenting.person(operation, each) for each in who],
        "layers": layered.of_action(operation, folder, action),
    }


def _granted(operation: Operation, form: str, action: str, decision: Decision) -> str:
    """Which roles the policy gives a right to, by their titles; what else it says, as it says it."""
    language, known = operation.call.language, operation.library.rights.roles
    names = decision.roles or tuple(dict.fromkeys(role for role, _ in operation.matrix.who(form, action)))
    if operation.matrix.fault is not None or not names:
        return say(decision.because, language)
    titles = (say(known[each].title, language) if each in known else "" for each in names)
    told = people_apart(language).join(title or name for title, name in zip(titles, names, strict=True))
    some, only = text("Granted to: {}.", "已授予：{}。"), text("Granted only to: {}.", "仅授予：{}。")
    return say(some if decision.allowed else only, language).format(told)


def _where(at: Any) -> dict[str, Any]:
    return {"file": at.file, "line": at.line} if at is not None else {}
