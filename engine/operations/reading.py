"""What one person sees of records and of himself: record, history, trail, route, rights. Used by `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Kind, Refusal, invalid_at, say, text
from engine.operations import (
    around,
    asking,
    ballots,
    deliveries,
    explaining,
    formview,
    gone,
    heeding,
    inbox,
    layered,
    moving,
    pacing,
    presenting,
    previewing,
    reasons,
    reporting,
    rights,
    standing_in,
    undoing,
    verdicts,
    wording,
    writing,
)
from engine.operations.calls import Answer
from engine.operations.paging import counted
from engine.records import journal, links
from engine.workflow import offers
from engine.workflow import route as predicted
from engine.workflow.moves import ADD_SIGNER, HAND_OVER, REMOVE_SIGNER

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.workflow.plan import Offer


LINES = 500
MOVES = (HAND_OVER, ADD_SIGNER, REMOVE_SIGNER)
_LACKS = text("Still needed: {fields}.", "尚需填写：{fields}。")
_APART = text(", ", "、")


def _seen(operation: Operation, form: str, record: str) -> Folder:
    folder = operation.open(form, record, lock=False)
    rights.require_seen(operation, folder)
    return folder


def record(operation: Operation, form: str, record: str, query: Mapping[str, str]) -> Answer:
    """One record with its tasks, what may be done now, and its links."""
    folder = _seen(operation, form, record)
    body = presenting.head(operation, folder)
    body["values"] = presenting.values(operation, folder)
    body["named"] = presenting.called(folder, body["values"])
    body["units"] = around.units(operation, folder, body["values"])
    body["files"] = around.files(operation, folder, body["values"])
    body["warnings"] = heeding.told(operation, folder)
    body["editable"] = bool(rights.writable(operation, folder).fields)
    body["tasks"] = [_asking(operation, folder, each) for each in inbox.of_record(operation, folder)]
    body["actions"] = actions(operation, folder, everything=query.get("actions") == "all")
    body["take_back"] = undoing.offered(operation, folder)
    body["links"] = _links(operation, record)
    return Answer(200, body, {"ETag": f'"{body["revision"]}"'})


def _asking(operation: Operation, folder: Folder, task: dict[str, Any]) -> dict[str, Any]:
    language = operation.call.language
    return {
        **task,
        **verdicts.told(folder, task, language, lambda each: formview.question(operation, folder.form, each)),
    }


def actions(operation: Operation, folder: Folder, *, everything: bool) -> list[dict[str, Any]]:
    """What this person may do now; with `everything` also the rest, each with the reason.

    `fills`: it lets him write what he may not write without it, so that a reason against it may go with what he writes.
    """
    out = []
    own = rights.writable(operation, folder).fields
    language = operation.call.language
    for offer in offers(operation.situation(folder), all=everything):
        allowed = rights.may(operation, folder, offer.action)
        if not allowed and not everything:
            continue
        entry: dict[str, Any] = {
            "name": offer.action,
            "title": say(offer.title, language) or offer.action,
            **formview.giving_up(folder.workflow, folder.workflow.transitions[offer.action]),
            "asks": {name: formview.question(operation, folder.form, field) for name, field in offer.asks.items()},
        }
        if allowed and rights.writable(operation, folder, offer.action).fields - own:
            entry["fills"] = True
        if offer.because is not None:
            entry["because"] = _because(operation, folder, offer, offer.because)
            entry["code"] = offer.because.code if allowed else "forbidden"
        elif not allowed:
            entry |= {"because": explaining.no_right(language), "code": "forbidden"}
        if "because" in entry:
            entry["who"] = reasons.who_could(operation, folder, offer.action)
        out.append(entry)
    return out


def _because(operation: Operation, folder: Folder, offer: Offer, refusal: Refusal) -> str:
    """Why not: what is still empty comes before a rule about what stands there, as when the action is taken."""
    language = operation.call.language
    empty = writing.lacking(operation, folder, offer.action) if refusal.code == "guard" else []
    if not empty:
        return say(refusal.says, language)
    named = say(_APART, language).join(say(each.title, language) or each.name for each in empty)
    return say(_LACKS, language).format(fields=named)


def _links(operation: Operation, record: str) -> list[dict[str, Any]]:
    out = []
    for link in links.of(operation.connection, record):
        upward = link.to_record == record
        other_form, other = (link.from_form, link.from_record) if upward else (link.to_form, link.to_record)
        try:
            seen = _seen(operation, other_form, other)
        except Refusal as refusal:
            if refusal.kind is not Kind.NOT_FOUND:
                raise
            continue
        out.append(
            {
                "direction": "from" if upward else "to",
                "form": other_form,
                "id": other,
                "number": seen.number,
                "title": say(seen.form.title, operation.call.language),
                "state": formview.state(seen.form, seen.workflow, seen.state, operation.call.language),
                "row": link.to_row if upward else link.from_row,
                "other_row": link.from_row if upward else link.to_row,
                "quantity": str(link.quantity),
            }
        )
    return out


def history(operation: Operation, form: str, record: str, query: Mapping[str, str]) -> Answer:
    """The record's history without the fields that are hidden from the reader; 500 lines a page.

    Oldest first; `newest=true`: newest first, and `next` leads to what is older.
    """
    folder = _seen(operation, form, record)
    after = counted(query.get("cursor", "0"))
    asked = query.get("newest", "false")
    if asked not in ("true", "false"):
        raise invalid_at("/newest", "choice", text("It is one of: true, false.", "只能是：true、false。"))
    newest = asked == "true"
    hidden = gone.Hidden(operation, folder, rights.hidden(operation, folder))
    items = []
    lines = journal.read(operation.connection, record, after=after, limit=LINES + 1, newest=newest)
    by_row = ballots.by_row(operation, folder)
    for line in lines[:LINES]:
        changes = hidden.open(line)
        items.append(
            {
                "seq": line.seq,
                "at": presenting.moment(line.at),
                "person": presenting.person(operation, line.actor),
                "for": presenting.person(operation, line.on_behalf),
                "action": line.action,
                "title": wording.deed(folder.workflow, line.action, operation.call.language),
                "from": line.origin,
                "to": line.target,
                "changes": around.changes(operation, folder, changes),
                "version": line.version,
                "comment": line.comment,
                "because": reasons.plain(operation, folder, line.because),
                "whom": _whom(operation, line.action, line.asks),
                "asks": line.asks,
                "asked": asking.told(operation, folder, line.action, line.asks),
                **ballots.rows_of(by_row, line),
            }
        )
    following = str(lines[LINES - 1].n) if len(lines) > LINES else None
    return Answer(200, {"items": items, "next": following})


def _whom(operation: Operation, action: str, told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Who was brought in by a move."""
    to = (told or {}).get("to") if action.partition(":")[0] in MOVES else None
    return presenting.person(operation, to) if isinstance(to, str) else None


def trail(operation: Operation, form: str, record: str) -> Answer:
    """Traced quantities up and down, as far as the reader may see."""
    _seen(operation, form, record)
    return Answer(200, {"items": _links(operation, record), "next": None})


def route(operation: Operation, form: str, record: str) -> Answer:
    """The predicted route with people and reasons."""
    folder = _seen(operation, form, record)
    language = operation.call.language
    items = [
        {
            "step": each.step,
            "part": each.part,
            "approval": layered.approval_of(folder.workflow, each.step),
            "title": say(each.title, language) or each.step,
            "people": [presenting.person(operation, who) for who in each.people],
            "state": each.state,
            "because": reasons.of_route(operation, folder, each),
            **({"rows": [{"row": row, "state": state} for row, state in each.rows.items()]} if each.rows else {}),
            "for": [
                {"person": presenting.person(operation, who), "for": presenting.person(operation, whom)}
                for who, whom in each.acting
            ],
            "handed": [moving.handed(operation, pair) for pair in each.handed],
            "added": [moving.added(operation, one, None) for one in each.added],
        }
        for each in predicted(operation.situation(folder))
    ]
    return Answer(200, {"items": items, "next": None})


def me(operation: Operation) -> Answer:
    """The person, his units and roles, and what he may do with which form."""
    actor = operation.call.actor
    assert actor is not None
    directory = operation.directory
    known = directory.persons.get(actor.person)
    roles = [
        {"role": role, **_role(operation, role), "at": presenting.person(operation, unit) if unit else None}
        for role, unit in directory.held(actor.person)
    ]
    may: dict[str, list[str]] = {}
    for found in operation.library.forms.values():
        workflow = operation.library.workflows[found.name]
        words = ["see", "create", "edit", "export", "import", *(each for each in workflow.transitions)]
        allowed = [word for word in words if rights.reach(operation, found.name, word) != rights.CLOSED]
        if allowed:
            may[found.name] = allowed
    body = {
        "person": presenting.person(operation, actor.person),
        "account": actor.account,
        "name": known.name if known else actor.name,
        "units": [presenting.person(operation, each) for each in directory.units_of(actor.person)],
        "roles": roles,
        "may": may | reporting.may(operation),
        "people": operation.person_form,
        "oversees": pacing.sees(operation),
        "deliveries": deliveries.may(operation),
        "previews": previewing.may(operation),
        "acting_for": standing_in.acting_for(operation),
        "zone": operation.zone.key,
    }
    return Answer(200, body)


def _role(operation: Operation, name: str) -> dict[str, str]:
    """A role by its title, and what it is for."""
    known, language = operation.library.rights.roles.get(name), operation.call.language
    if known is None:
        return {"title": name, "purpose": ""}
    return {"title": say(known.title, language) or name, "purpose": say(known.purpose, language)}
