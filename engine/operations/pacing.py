"""Where it waits: tasks by step, answers by person, returns by reason; for whoever keeps processes going.

Used by `commands`. Asks the right `tasks, see` for the whole chain, and tells only of forms of which one sees every
record: a sum of what is not one's own to see would say what is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.definitions.models import Field
from engine.errors import Text, invalid_at, not_found, say, text
from engine.operations import asking, presenting, rights
from engine.operations.calls import Answer
from engine.records import pace
from engine.records.pace import AtStep

if TYPE_CHECKING:
    from engine.operations.operation import Operation

DAYS, MOST_DAYS = 30, 366
MOST_RETURNS = 5000
MICRO = 1_000_000
_UNSAID = text("without a word", "未说明")


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`?days=`: of so many days up to now. `{days, steps, people, returns}`; times are whole seconds."""
    if not sees(operation):
        raise not_found()
    days = _days(query.get("days"))
    since = to_stored(operation.now - timedelta(days=days))
    forms = [each for each in operation.library.forms if rights.reach(operation, each, "see") is None]
    body = {
        "days": days,
        "steps": _steps(operation, forms, since),
        "people": [
            {"person": presenting.person(operation, each.person), **_times(each.many, each.whole, each.longest)}
            for each in pace.by_person(operation.connection, forms, since)
        ],
        "returns": _returns(operation, forms, since),
    }
    return Answer(200, body)


def sees(operation: Operation) -> bool:
    """Whether the policy lets the actor see how tasks go, of the whole chain."""
    return rights.granted(operation, "tasks", "see") and rights.reach(operation, "tasks", "see") is None


def _days(sent: str | None) -> int:
    if sent is None:
        return DAYS
    if not (sent.isdecimal() and sent.isascii() and 1 <= len(sent) <= 3 and 1 <= int(sent) <= MOST_DAYS):
        says = text(f"A number of days from 1 to {MOST_DAYS} is expected.", f"应为 1 至 {MOST_DAYS} 之间的天数。")
        raise invalid_at("/days", "bad_days", says)
    return int(sent)


def _times(count: int, whole: int, longest: int) -> dict[str, int]:
    return {"answered": count, "average": whole // count // MICRO, "longest": longest // MICRO}


def _steps(operation: Operation, forms: list[str], since: int) -> list[dict[str, Any]]:
    """Every step at which something waits or was done: what waits longest comes first."""
    waits = {_key(each): each for each in pace.waiting(operation.connection, forms, to_stored(operation.now))}
    done = {_key(each): each for each in pace.answered(operation.connection, forms, since)}
    told = []
    for key in dict.fromkeys((*waits, *done)):
        form, kind, step, part = key
        waiting, past = waits.get(key), done.get(key)
        told.append(
            {
                "form": form,
                "form_title": say(operation.library.forms[form].title, operation.call.language),
                "kind": kind,
                "step": step,
                "part": part,
                "title": say(_title(operation, *key), operation.call.language) or step,
                "waiting": waiting.many if waiting else 0,
                "oldest": presenting.moment(waiting.oldest) if waiting else None,
                **(
                    _times(past.many, past.whole, past.longest)
                    if past
                    else {"answered": 0, "average": None, "longest": None}
                ),
            }
        )
    return told


def _key(each: AtStep) -> tuple[str, str, str, str | None]:
    return each.form, each.kind, each.step, each.part


def _title(operation: Operation, form: str, kind: str, step: str, part: str | None) -> Text:
    workflow = operation.library.workflows[form]
    if kind == "expects":
        awaited = workflow.transitions.get(step)
        return awaited.title if awaited else {}
    found = next((each.steps[step] for each in workflow.approvals.values() if step in each.steps), None)
    known = found.parts.get(part, found) if found and part else found
    return (known.title if known else None) or {}


def _returns(operation: Operation, forms: list[str], since: int) -> list[dict[str, Any]]:
    """How often what was returned from which step for which reason: what was chosen, else what was written."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for each in pace.returns(operation.connection, forms, since, MOST_RETURNS):
        step, _, part = each.action.partition(":")[2].partition("/")
        counted[each.form, f"{step}/{part}" if part else step, _reason(operation, each)] += 1
    told = []
    for (form, where, reason), count in counted.most_common():
        step, _, part = where.partition("/")
        title = say(_title(operation, form, "decide", step, part or None), operation.call.language) or step
        form_title = say(operation.library.forms[form].title, operation.call.language)
        told.append(
            {
                "form": form,
                "form_title": form_title,
                "step": step,
                "part": part or None,
                "title": title,
                "reason": reason,
                "count": count,
            }
        )
    return told


def _reason(operation: Operation, returned: pace.Returned) -> str:
    """An answer, by its title where it was chosen from several; a comment when nothing was asked."""
    asked = asking.asked_by(operation.library.workflows[returned.form], returned.action)
    for name, value in (returned.asks or {}).items():
        field = asked.get(name)
        if isinstance(value, str) and value and field is not None:
            return _chosen(field, value, operation.call.language)
    return returned.comment or say(_UNSAID, operation.call.language)


def _chosen(field: Field, value: str, language: str) -> str:
    known = field.options.get("options") or ()
    title = next((each.title for each in known if getattr(each, "value", None) == value), None)
    return (say(title, language) if title else "") or value
