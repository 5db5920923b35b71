"""Actions on chosen rows of a report: locked, looked at again, acted on all or not at all. Used by `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Report, Transition
from engine.definitions.sayings import sentence
from engine.effects import EffectCall, propose
from engine.errors import Fault, Kind, Refusal, forbidden, not_found, rule, say, text
from engine.expressions import Reference, Row, Subject, holds
from engine.operations import acting, applying, asking, bodies, reporting, reportrows, rights, settling, taking
from engine.operations.calls import Answer
from engine.reports import table

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.operations.reporting import Seen

GONE = text("This line is not in the report any more.", "该行已不在报表中。")


def act(operation: Operation, name: str, action: str, body: Mapping[str, Any]) -> Answer:
    """Take an action of a report with `{rows, asks?}`."""
    _prepare(operation, name, action, body)
    settling.settle(operation)
    small = {"form": name, "id": None, "number": None, "state": None, "revision": 0}
    return Answer(200, {**small, "version": operation.library.version, "seq": operation.seq})


def preview(operation: Operation, name: str, action: str, body: Mapping[str, Any]) -> Answer:
    """What would happen: the records that it makes or writes into; its questions need no answer yet."""
    _prepare(operation, name, action, body, looking=True)
    settling.check(operation)
    written = [each for each in operation.folders.values() if each.events]
    return Answer(200, {"form": name, "records": [_told(operation, each) for each in written]})


def _told(operation: Operation, folder: Folder) -> dict[str, Any]:
    """A record that would be made or written: its form and how many rows it would have; its number for who sees it."""
    seen = folder.stored is not None and rights.may(operation, folder, "see")
    rows = sum(len(folder.values.get(each.name) or ()) for each in folder.form.fields.values() if each.type == "table")
    return {
        "form": folder.form.name,
        "title": say(folder.form.title, operation.call.language),
        "id": folder.id if seen else None,
        "number": folder.number if seen else None,
        "made": folder.stored is None,
        "rows": rows if seen or folder.stored is None else None,
    }


def _prepare(operation: Operation, name: str, action: str, body: Mapping[str, Any], *, looking: bool = False) -> None:
    """Everything up to the point of writing down; `looking` says that it stops there."""
    found = reporting.required(operation, name)
    transition = found.report.transitions.get(action)
    if transition is None:
        raise not_found()
    if not _may(operation, found.report, transition):
        raise forbidden()
    bodies.only(body, {"rows", "asks"})
    rows = _chosen(operation, found, acting.chosen_rows(body))
    first = operation.chosen[str(rows[0]["row"])]
    sent = bodies.mapping(body, "asks") or {}
    asks = asking.answers(operation, first, transition.asks, sent, all_of_them=not looking)
    _perform(operation, found.report, transition, rows, asks)


def _may(operation: Operation, report: Report, transition: Transition) -> bool:
    holds_role = operation.directory.holds
    named = any(holds_role(operation.actor_id, str(each.role), each.relation or "at", None) for each in transition.by)
    return named and rights.reach(operation, report.name, transition.name) != rights.CLOSED


def _chosen(operation: Operation, found: Seen, sent: tuple[str, ...]) -> tuple[Row, ...]:
    """The rows behind the lines that were chosen: locked in one order, then asked of the report once more."""
    pairs = [tuple(each.partition(".")[::2]) for each in sent]
    for record in sorted({record for record, _ in pairs}):
        try:
            operation.open(found.report.source, record, lock=True)
        except Refusal as refusal:
            if refusal.kind is not Kind.NOT_FOUND:
                raise
    query = {"limit": str(len(sent))}
    asked = reportrows.asked(operation, found, query)
    shown = table.page(operation.connection, table.chosen(asked, tuple((one, two) for one, two in pairs)))
    there = {reportrows.key_of(found, line) for line in shown.items}
    faults = [Fault(f"/rows/{at}", "no_longer_there", GONE, each) for at, each in enumerate(sent) if each not in there]
    if faults:
        raise Refusal(Kind.CONFLICT, "no_longer_there", GONE, faults=faults, status=409)
    rows: list[Row] = []
    for record, row in pairs:
        folder = operation.folders[record]
        lines = folder.values.get(found.report.table or "") or ()
        line = next((each for each in lines if each["row"] == row), None) if row else {"row": record}
        assert line is not None
        rows.append(line)
        operation.chosen[str(line["row"])] = folder
    return tuple(rows)


def _perform(
    operation: Operation, report: Report, transition: Transition, rows: tuple[Row, ...], asks: Mapping[str, Any]
) -> None:
    """Guards, then effects in order, each seeing what earlier ones proposed."""
    form = operation.library.forms[report.source]
    names = {**asks, "chosen": list(rows)}
    origins = {row: Reference(form.name, folder.id) for row, folder in operation.chosen.items()}
    for guard in transition.guard.values():
        environment = operation.environment(None, locking=True).with_names(**names)
        if not holds(guard.check, environment):
            raise rule("guard", sentence(guard, environment), name=guard.name)
    first = operation.chosen[str(rows[0]["row"])]
    for use in transition.do.values():
        environment = operation.environment(None, locking=True).with_names(**names)
        subject, ids = Subject(report.name, "", {}), tuple(str(each["row"]) for each in rows)
        call = EffectCall(use, form, subject, environment, ids, rows=rows, origins=origins)
        for outcome in tuple(propose(call)):
            taking.follow(operation, applying.apply(operation, first, outcome))
