"""Writing down what an operation came to: stock, records, history, tasks, links, facts, messages. Used by every verb.

One order for all: chart, ledger (which locks balances and draws the number), facts, records with their history, then
what hangs on them. Everything or nothing: the transaction is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.database.dialects import run_together
from engine.definitions.models import Form
from engine.errors import Refusal, conflict, rule, text
from engine.expressions import Reference
from engine.ledger import Book, Posting
from engine.operations import (
    alerting,
    asking,
    calendars,
    changes,
    charting,
    copying,
    endpoints,
    informing,
    postings,
    rights,
    tasking,
    trails,
    validity,
    zones,
)
from engine.operations.folder import Event, Folder
from engine.records import archive, attachments, facts, forms_json, journal, links, votes
from engine.records.archive import Stored
from engine.records.beside import Steps
from engine.records.journal import Change, Entry
from engine.workflow import memory

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def settle(operation: Operation) -> None:
    """Write down every record that the operation touched; raises `Refusal` (the ledger's, or a conflict)."""
    touched = [folder for folder in operation.folders.values() if folder.dirty]
    check(operation)
    for folder in touched:
        copying.note(operation, folder)
        validity.require(operation, folder)
        calendars.require(folder)
        zones.require(folder)
        endpoints.require(operation, folder)
        charting.register(operation, folder)
    wanted = [(folder, each) for folder in operation.folders.values() for each in postings.of(operation, folder)]
    pairs = alerting.promised(operation, [each for _, each in wanted])
    seqs = _post(operation, wanted)
    moved = operation.facts.changes(touched)
    also = facts.moving(operation.connection, moved)
    for folder in touched:
        _write(operation, folder, also)
        also = []
    for folder in touched:
        charting.after(operation, folder)
    alerting.follow(operation, pairs, seqs, moved)


def check(operation: Operation) -> None:
    """A record may not end while something is left in a place of its own that must be empty then."""
    for folder in operation.folders.values():
        if not folder.dirty or not folder.workflow.states[folder.state].end:
            continue
        for place in folder.form.places.values():
            if place.empty_at_end and operation.stock.anything_at(f"{folder.id}/{place.name}"):
                words = text("Something is still there: {en}", "仍有库存未清空")
                says = {"en": words["en"].format(en=place.title.get("en", place.name)), "zh": words["zh"]}
                raise rule("not_empty", says, name=place.name)


def _post(operation: Operation, wanted: Sequence[tuple[Folder, Posting]]) -> list[int]:
    """Post what is wanted, in its order; the numbers that it got."""
    seqs: list[int] = []
    book = Book(operation.connection)
    for folder, posting in wanted:
        try:
            seqs.append(book.post(posting).seq)
        except Refusal as refusal:
            raise _located(folder, refusal) from refusal
    operation.seq = seqs[-1] if seqs else book.draw_seq()
    return seqs


def _located(folder: Folder, refusal: Refusal) -> Refusal:
    """The ledger's refusal with the path of each row that it names, counted as in the request if it was sent."""
    places = {row["row"]: f"/{table}/{index}" for table, rows in folder.tables() for index, row in enumerate(rows)}
    for row, index in folder.order.items():
        if row in places:
            places[row] = f"{places[row].rpartition('/')[0]}/{index}"
    faults = [replace(each, path=each.path or places.get(each.row or "", "")) for each in refusal.faults]
    return Refusal(
        refusal.kind,
        refusal.code,
        refusal.says,
        faults=faults,
        status=refusal.status,
        rule=refusal.rule,
        who=refusal.who,
    )


def _write(operation: Operation, folder: Folder, also: Steps) -> None:
    """A record with all that hangs on it, and `also`, in as few statements as can be."""
    old = folder.stored
    steps = [*also, *beside(operation, folder)]
    written = folder.stored
    assert written is not None
    form, units = found_by(operation, folder)
    if folder.discarded:
        if old is not None:
            archive.discard(operation.connection, old)
        run_together(operation.connection, steps)
        return
    if old is None:
        archive.insert(operation.connection, written, form, units, steps)
    elif not archive.save(operation.connection, old, written, form, units, steps):
        raise conflict("stale", text("Somebody has changed this meanwhile.", "内容已被他人修改。"), 412)
    operation.shelf.forget(folder.id)
    hang(operation, folder)


def found_by(operation: Operation, folder: Folder) -> tuple[Form, dict[str, str]]:
    """The form that says by what the record is found, the newest whichever it is pinned to; its org units by field."""
    form = operation.library.forms.get(folder.form.name, folder.form)
    return form, {name: value.id for name in form.org if isinstance(value := folder.values.get(name), Reference)}


def beside(operation: Operation, folder: Folder) -> Steps:
    """Seal the record as it is to be stored (`folder.stored`); what is written beside it, in the same transaction."""
    new = stored_of(operation, folder)
    old = folder.stored
    before = (old.values, old.rows) if old else changes.NOTHING
    changed = changes.by_event(before, folder.snapshots, (new.values, new.rows))
    entries = [_entry(operation, folder, event, each) for event, each in zip(folder.events, changed, strict=True)]
    sealed, history = journal.seal(operation.connection, Change(old, new, entries))
    folder.stored = sealed[new.id]
    return [
        *history,
        *tasking.steps(operation, folder),
        *informing.steps(operation, folder),
    ]


def hang(operation: Operation, folder: Folder) -> None:
    """Links, files and votes of a record that was written."""
    _link(operation, folder)
    _keep_votes(operation, folder)


def _link(operation: Operation, folder: Folder) -> None:
    found = [
        links.Link(
            operation.new_id(),
            operation.folders[share.origin].form.name,
            share.origin,
            share.origin_row,
            folder.form.name,
            folder.id,
            share.row,
            share.quantity,
            share.effect,
            operation.seq,
        )
        for share in folder.shares
    ]
    if not trails.gave_up(folder):
        links.add(operation.connection, found)
    else:
        links.reverse(operation.connection, folder.id, operation.seq)
    attachments.link(operation.connection, folder.id, _files(folder))


def _files(folder: Folder) -> list[tuple[str, str]]:
    """Every file that the record shows, with the path of its field; of an answer, hidden from nobody, its action."""
    shown = [(file, path) for path, file in asking.files_of(folder.form.fields.values(), folder.values)]
    for event in folder.events:
        asked = asking.asked_by(folder.workflow, event.action).values()
        shown += [(file, f"{event.action}?{path}") for path, file in asking.files_of(asked, event.asks or {})]
    return shown


def _keep_votes(operation: Operation, folder: Folder) -> None:
    approval = folder.memory.approval
    task, content, words = folder.voted_on
    ballots = [
        votes.Ballot(
            record=folder.id,
            approval=approval.name if approval else "",
            round=approval.round if approval else 0,
            step=each.step,
            part=each.part or "",
            row=each.row or "",
            person=each.person,
            verdict=each.verdict,
            content=content,
            at=to_stored(operation.now),
            seq=operation.seq,
            on_behalf=each.on_behalf,
            task=task,
            comment=words,
        )
        for each in folder.votes
    ]
    votes.add(operation.connection, ballots)


def stored_of(operation: Operation, folder: Folder) -> Stored:
    """The record as it is to be stored: the next revision, the values that are stored, what the process remembers."""
    header, rows = forms_json.encode(folder.form, folder.values, folder.fixed)
    remembered = remember(folder, operation)
    old = folder.stored
    return Stored(
        id=folder.id,
        form=folder.form.name,
        number=folder.number,
        state=folder.state,
        revision=(old.revision if old else 0) + 1,
        version=folder.version,
        overlays=folder.overlays,
        values=header,
        rows=rows,
        memory={**memory.to_json(remembered), **_touched(folder)},
        created=folder.created,
        created_by=folder.created_by,
        submitted=folder.submitted,
        submitted_by=folder.submitted_by,
        updated=to_stored(operation.now),
        head=old.head if old else "",
        seq=operation.seq,
    )


def _touched(folder: Folder) -> dict[str, Any]:
    """What was written instead of a default. The form of a record that has started stays: only its defaults matter."""
    kept = set() if folder.workflow.states[folder.state].end else folder.touched
    if folder.started:
        defaults = {each.path for each in rights.each_field(folder.form) if each.default is not None}
        kept = {(path, row) for path, row in kept if path in defaults}
    return {"touched": sorted(([path, row] for path, row in kept), key=str)} if kept else {}


def remember(folder: Folder, operation: Operation) -> Any:
    """The memory with who wrote what in this operation."""
    if not folder.wrote:
        return folder.memory
    who = operation.actor_id
    wrote = dict(folder.memory.wrote)
    by_row = _asked_by_row(folder)
    written = {path for path, _row in folder.wrote}
    for path in written | {f"{path}@{row}" for path, row in folder.wrote if row is not None and path in by_row}:
        wrote[path] = tuple(dict.fromkeys((*wrote.get(path, ()), who)))
    folder.memory = replace(folder.memory, wrote=wrote, editor=who)
    return folder.memory


def _asked_by_row(folder: Folder) -> frozenset[str]:
    """Fields of which a step that is taken row by row asks who wrote them in the row."""
    steps = (step for each in folder.workflow.approvals.values() for step in each.steps.values() if step.each)
    return frozenset(path for step in steps for kind, path in step.exclude if kind == "wrote")


def _entry(operation: Operation, folder: Folder, event: Event, changed: Sequence[Mapping[str, Any]]) -> Entry:
    return Entry(
        actor=event.person,
        action=event.action,
        origin=event.origin,
        target=event.target,
        on_behalf=event.on_behalf,
        changes=changed,
        route=operation.call.route,
        comment=event.comment,
        because=event.because,
        asks=event.told or asking.stored(asking.asked_by(folder.workflow, event.action), event.asks),
        version=operation.library.version,
    )


def small(operation: Operation, folder: Folder) -> dict[str, Any]:
    """The whole answer of every write."""
    stored = folder.stored
    return {
        "form": folder.form.name,
        "id": folder.id,
        "number": folder.number,
        "state": folder.state,
        "revision": stored.revision if stored else 0,
        "version": folder.version or operation.library.version,
        "seq": operation.seq,
    }
