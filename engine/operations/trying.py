"""What a record would come to with these values, and nothing is kept: what a form asks while somebody fills it.

For any form, new or there: what he may write now, what is shown and needed as the values stand, what follows from them,
and what is wrong. Used by `commands`; the answer of the real command is the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import Fault, Refusal, forbidden, say
from engine.operations import (
    around,
    asking,
    bodies,
    browsing,
    candidates,
    fitting,
    heeding,
    presenting,
    rights,
    writing,
)
from engine.operations.calls import Answer
from engine.records.filling import field_of
from engine.records.filling_shown import shown

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.workflow.plan import Writable


MOST_FAULTS = 1_000
KNOWN = frozenset({"values", "action", "choose", "asks"})


def fresh(operation: Operation, form: str, body: Mapping[str, Any] | None) -> Answer:
    """`{values, action?, choose?, asks?}` of a record that is not there yet; None: what it begins with, what is live.

    With `choose` only what may be chosen in that field is told (`candidates`).
    """
    bodies.only(body or {}, KNOWN)
    if not rights.sees_form(operation, form):
        operation.definition("")
    if rights.reach(operation, form, "create") == rights.CLOSED:
        raise forbidden()
    folder = _fresh(operation, form)
    sent, action = _sent(body)
    choose = candidates.asked(body)
    first = rights.writable(operation, folder, action)
    faults = _take(operation, folder, sent, action) if sent else []
    if rights.belongs(folder) and not rights.may(operation, folder, "create"):
        return _elsewhere(operation, folder, _fresh(operation, form), sent, first, choose)
    if choose is not None:
        return _choices(operation, folder, action, choose)
    return _answer(operation, folder, action, faults + _answered(operation, folder, body), live=body is None)


def stored(
    operation: Operation, form: str, record: str, body: Mapping[str, Any] | None, *, live: bool = False
) -> Answer:
    """The same for a record that is there: `values` are a patch. `live`: also how values follow from what is typed."""
    bodies.only(body or {}, KNOWN)
    folder = operation.open(form, record, lock=False)
    rights.require_seen(operation, folder)
    writing.current(operation, folder)
    editable = rights.may(operation, folder, "edit")
    sent, action = _sent(body)
    choose = candidates.asked(body)
    first = rights.writable(operation, folder, action)
    faults = _take(operation, folder, sent, action) if sent else []
    if editable and not rights.may(operation, folder, "edit"):
        return _elsewhere(operation, folder, operation.open(form, record, lock=False), sent, first, choose)
    if choose is not None:
        return _choices(operation, folder, action, choose)
    return _answer(operation, folder, action, faults + _answered(operation, folder, body), live=live)


def begun(operation: Operation, form: str, record: str, query: Mapping[str, str]) -> Answer:
    """What a record that is there begins with when it is filled in, for `?action=` with what that lets one write."""
    return stored(operation, form, record, (query.get("action") and {"action": query["action"]}) or None, live=True)


def _choices(operation: Operation, folder: Folder, action: str | None, choose: candidates.Asked) -> Answer:
    if choose.path.startswith(candidates.QUESTION):
        return candidates.of_question(operation, folder, action, choose)
    return candidates.offered(operation, folder, rights.writable(operation, folder, action), choose)


def _answered(operation: Operation, folder: Folder, body: Mapping[str, Any] | None) -> list[Fault]:
    """What is wrong with the answers to an action's questions, of those that are answered (`/asks/why`)."""
    sent = bodies.mapping(body or {}, "asks")
    if not body or not sent or body.get("action") is None:
        return []
    asks = asking.asked_by(folder.workflow, bodies.word(body, "action"))
    closed = {f"/asks/{name}" for name, of in asks.items() if not fitting.narrowed(operation, folder.form, of)}
    found = _refused(partial(asking.answers, operation, folder, asks, sent, all_of_them=False))
    return [each for each in found if each.code != "only" or each.path not in closed]


def _fresh(operation: Operation, form: str) -> Folder:
    folder = operation.fresh(form, operation.new_id())
    writing.derive(operation, folder)
    return folder


def _sent(body: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], str | None]:
    action = bodies.word(body, "action") if body and body.get("action") is not None else None
    return bodies.mapping(body or {}, "values"), action


def _elsewhere(
    operation: Operation,
    tried: Folder,
    folder: Folder,
    sent: Mapping[str, Any],
    writable: Writable,
    choose: candidates.Asked | None,
) -> Answer:
    """What was typed of a record that would not be his there: of what follows from those units nothing is told.

    It is worked out as if none of them had been named. While one of them is still empty, it may yet be his: whoever
    asks another store for goods names that store first. The command itself is refused in any case.
    """
    units = {name: tried.values.get(name) for name in folder.form.org if name in folder.form.fields}
    if not units:
        raise forbidden("not_your_unit")
    for name, value in {**sent, **dict.fromkeys(units)}.items():
        _refused(partial(writing.patch, operation, folder, {name: value}, writable))
    _refused(partial(writing.derive, operation, folder))
    if choose is not None:
        folder.values = {**folder.values, **units}  # what he named himself: nothing is worked out from it
        return candidates.offered(operation, folder, writable, choose)
    faults = rights.elsewhere(tried, "") if all(units.values()) else []
    answer = _answer(operation, folder, None, faults, writable=writable)
    for name in units.keys() & answer.body["values"].keys():
        answer.body["values"][name] = presenting.value(operation, folder.form.fields[name], units[name])
    return answer


def _answer(
    operation: Operation,
    folder: Folder,
    action: str | None,
    faults: list[Fault],
    *,
    live: bool = False,
    writable: Writable | None = None,
) -> Answer:
    writable = writable or rights.writable(operation, folder, action)
    required = frozenset(writing.required_of(folder, action)) if action else frozenset()
    if action is not None:
        faults += _refused(partial(writing.require_whole, operation, folder, "", required, deciding=False))
    else:
        faults += _refused(partial(writing.refuse, operation, folder, _unfit(operation, folder), ""))
    conditions = shown(folder.form, folder.values, lambda values: operation.environment(folder, values), required)
    hidden = rights.hidden(operation, folder)
    language = operation.call.language
    values = presenting.values(operation, folder, hidden)
    trees = {"live": browsing.live(operation, folder.form, hidden)} if live else {}
    return Answer(
        200,
        {
            **trees,
            "values": values,
            "units": around.units(operation, folder, values),
            "writable": sorted(writable.fields),
            "rows": dict(writable.rows),
            "scan": writable.scan,
            "unseen": _told(conditions.unseen, hidden),
            "needed": _told(conditions.needed, hidden),
            "errors": [
                {"path": each.path, "code": each.code, "message": say(each.says, language), "row": each.row}
                for each in faults[:MOST_FAULTS]
            ],
            "warnings": heeding.told(operation, folder),
        },
    )


def _take(operation: Operation, folder: Folder, sent: Mapping[str, Any], action: str | None) -> list[Fault]:
    """Write what can be written, field by field where not all of it can, and say what is wrong with the rest."""
    writing.shape(operation, folder, sent, rights.writable(operation, folder, action))
    writable = rights.writable(operation, folder, action)
    faults = _refused(partial(writing.patch, operation, folder, sent, writable))
    known = folder.form.fields
    for name, value in ((name, value) for name, value in sent.items() if faults and name in known):
        _refused(partial(writing.patch, operation, folder, {name: value}, writable))
    return faults + _refused(partial(writing.derive, operation, folder))


def _unfit(operation: Operation, folder: Folder) -> list[Fault]:
    """What was typed, pasted or scanned where it may not be chosen; only what the actor would not be offered there."""
    fields = [each for each in rights.each_field(folder.form) if fitting.narrowed(operation, folder.form, each)]
    paths = {each.path for each in fields}
    if not paths:
        return []
    found = writing.faults_of(operation, folder, None, deciding=False)
    return [each for each in found if each.code == "only" and field_of(each.path) in paths]


def _refused(work: Callable[[], object]) -> list[Fault]:
    try:
        work()
    except Refusal as refusal:
        return list(refusal.faults) or [Fault("", refusal.code, refusal.says)]
    return []


def _told(places: Iterable[tuple[str, str | None]], hidden: frozenset[str]) -> list[str]:
    """`carrier`, `lines.lot`, or `lines.lot#<row>` for one row; nothing of what is hidden."""
    told = (f"{path}#{row}" if row else path for path, row in places if path not in hidden)
    return sorted(told)
