"""The pieces of a preview: which records come next, how far it has got, one record of it as JSON. For `previewing`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.database.dialects import listed, one_of, run
from engine.definitions.models import Form
from engine.errors import Fault, Text, say, text
from engine.expressions import Reference
from engine.operations import mapped, paging, presenting, rights
from engine.operations.expecting import Line
from engine.operations.shelf import Shelf
from engine.operations.weighing import Side, Task, Weighed
from engine.records import archive
from engine.records.filling_faults import field_of
from engine.records.filling_plan import REFERENCES
from engine.records.stored import Stored

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.foreseen import Foreseen
    from engine.operations.operation import Operation

_COUNT, _IDS = "SELECT count(*) FROM record WHERE", "SELECT id FROM record WHERE"
MARK = 16
"""So much of the hash of the texts stands in a cursor."""
REMEMBERED = 20_000
UNSEEN = text("Something that you cannot see here is not in order.", "有您看不到的内容不符合要求。")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a preview has got: of which texts, how many of how many records, and behind which of them."""

    mark: str
    total: int
    done: int = 0
    form: str = ""
    id: str = ""

    def written(self) -> str:
        """As a cursor."""
        return f"{self.mark}.{self.total}.{self.done}.{self.form}.{self.id}"


def read(cursor: Any) -> Mark | None:
    """The mark that a cursor is; refused when it is none of ours."""
    if cursor is None:
        return None
    parts = cursor.split(".") if isinstance(cursor, str) else ()
    if len(parts) != 5:
        raise paging.bad_cursor()
    return Mark(parts[0], paging.counted(parts[1]), paging.counted(parts[2]), parts[3], parts[4])


@dataclass(frozen=True)
class Walk:
    """The records that a preview looks at, form by form, in the order of ids."""

    operation: Operation
    form: str | None
    past: tuple[int, int] | None
    named: Sequence[str] | None

    def count(self) -> int:
        """How many there are at most: of some it shows only when they are looked at that nothing waits for them."""
        return sum(
            int(run(self.operation.connection, f"{_COUNT} {where}", asked).scalar_one())
            for _name, where, asked in self._forms("")
        )

    def after(self, mark: Mark, most: int, shelves: Iterable[Shelf]) -> Iterator[tuple[Stored, Mark]]:
        """The next ones, each with the mark that is behind it; what they refer to is read together."""
        at = mark
        for name, where, asked in self._forms(mark.form):
            behind = mark.id if name == mark.form else ""
            sql = f"{_IDS} {where} AND id > :after ORDER BY id LIMIT :most"
            while at.done - mark.done < most:
                wanted = min(archive.AT_ONCE, most - (at.done - mark.done))
                ids = list(run(self.operation.connection, sql, {**asked, "after": behind, "most": wanted}).scalars())
                if not ids:
                    break
                found = archive.load(self.operation.connection, [Reference(name, each) for each in ids])
                self._fetch(self.operation.library.forms[name], found.values(), shelves)
                for record, each in found.items():
                    at = replace(at, done=at.done + 1, form=name, id=record)
                    yield each, at
                behind = ids[-1]

    def _forms(self, begin: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each form from one on, with the condition for its records."""
        dialect = self.operation.connection.dialect.name
        for name in sorted(self.operation.library.forms):
            flow = self.operation.library.workflows.get(name)
            if name < begin or self.form not in (None, name) or flow is None:
                continue
            ends = [each.name for each in flow.states.values() if each.end]
            asked: dict[str, Any] = {"form": name, "ends": listed(dialect, ends)}
            own = "1 = 1" if self.operation.library.forms[name].kind == "document" else "version IS NOT NULL"
            where = f"{own} AND NOT ({one_of(dialect, 'state', 'ends')})"
            if self.past is not None:
                where = f"({where} OR (submitted >= :since AND submitted < :until))"
                asked |= {"since": self.past[0], "until": self.past[1]}
            if self.named is not None:
                where = f"{where} AND {one_of(dialect, 'id', 'named')}"
                asked["named"] = listed(dialect, self.named)
            yield name, f"form = :form AND {where}", asked

    def _fetch(self, form: Form, found: Iterable[Stored], shelves: Iterable[Shelf]) -> None:
        wanted = dict.fromkeys(each for stored in found for each in _references(form, stored))
        for shelf in shelves:
            shelf.keep_below(REMEMBERED)
            shelf.prefetch(wanted)


def _references(form: Form, stored: Stored) -> Iterator[Reference]:
    """What a record refers to by its newest fields; what only older ones refer to is read when it is asked for."""
    for field in form.fields.values():
        if field.type == "table":
            columns = [each for each in field.fields.values() if each.type in REFERENCES]
            for row in stored.rows.get(field.name) or () if columns else ():
                yield from (Reference(_to(each), row[each.name]) for each in columns if _is_id(row.get(each.name)))
        elif field.type in REFERENCES and _is_id(stored.values.get(field.name)):
            yield Reference(_to(field), stored.values[field.name])


def _to(field: Any) -> str:
    return field.value_type.form or ""


def _is_id(raw: Any) -> bool:
    return isinstance(raw, str)


# -- as JSON -----------------------------------------------------------------------------------------------------------


def item(foreseen: Foreseen, found: Weighed) -> dict[str, Any]:
    """One record on both sides, as the actor may see it."""
    operation, folder = foreseen.present, found.folder
    language = operation.call.language
    hidden = _moved(foreseen, folder, _hidden(operation, folder)) | _closed(foreseen.future, folder.form.name)
    after = found.after
    return {
        "kind": found.kind,
        "form": folder.form.name,
        "id": folder.id,
        "number": folder.number,
        "seen": rights.may(operation, folder, "see"),
        "changes": list(found.changes),
        "from": _side(operation, found.before),
        "to": None if after is None else _side(operation, after),
        "happened": None if found.happened is None else _side(operation, found.happened),
        "missing": list(found.missing),
        "passed": list(found.passed),
        "errors": [
            {"path": each.path, "code": each.code, "message": say(_seen(each, hidden), language)}
            for each in found.faults
        ],
        "tasks": {"new": _tasks(operation, found.new), "gone": _tasks(operation, found.gone)},
    }


def _hidden(operation: Operation, folder: Folder) -> frozenset[str]:
    """What the actor may not see of a record; of one that is not his to see, everything."""
    if rights.may(operation, folder, "see"):
        return rights.hidden(operation, folder)
    return frozenset(each.path for each in rights.each_field(folder.form))


def _moved(foreseen: Foreseen, folder: Folder, hidden: frozenset[str]) -> frozenset[str]:
    """The same, and what it would be called: a value is as hidden under a name that is open."""
    after = foreseen.future.library.forms.get(folder.form.name)
    moves = mapped.moves(folder.form, after, foreseen.mapping) if after is not None and hidden else {}
    return hidden | {new for old, new in moves.items() if {old, old.partition(".")[0]} & hidden}


def _closed(future: Operation, form: str) -> frozenset[str]:
    """What lines of the policy would close to the actor: also that is not told of before it is so."""
    return future.matrix.closed_fields(future.actor_id, form, future.directory)


def _seen(fault: Fault, hidden: frozenset[str]) -> Text:
    """The words of a fault, without a value that the reader may not see."""
    path = field_of(fault.path)
    return UNSEEN if {path, path.partition(".")[0]} & hidden else fault.says


def _side(operation: Operation, side: Side) -> dict[str, Any]:
    language, refused = operation.call.language, side.refused
    return {
        "version": side.version,
        "state": side.state,
        "step": side.step,
        "route": [_line(operation, each) for each in side.route],
        "asked": [
            {"kind": each.kind, "step": each.step, "part": each.part, "people": _people(operation, each.people)}
            for each in side.asked
        ],
        "refused": None if refused is None else {"code": refused.code, "message": say(refused.says, language)},
    }


def _line(operation: Operation, line: Line) -> dict[str, Any]:
    return {"step": line.step, "part": line.part, "state": line.state, "people": _people(operation, line.people)}


def _people(operation: Operation, people: Iterable[str]) -> list[dict[str, Any] | None]:
    return [presenting.person(operation, each) for each in people]


def _tasks(operation: Operation, found: Iterable[Task]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "step": step, "part": part, "person": presenting.person(operation, person)}
        for (kind, step, part), person in sorted(found, key=str)
    ]


def in_use(operation: Operation, fault: Fault) -> dict[str, Any]:
    """What stands against a version: how much there is, and of the records those that the actor may see."""
    records: Sequence[Mapping[str, Any]] = fault.params.get("records") or ()
    found = archive.load(operation.connection, [str(each["id"]) for each in records])
    seen = {each.id for each in found.values() if rights.may(operation, operation.unfold(each), "see")}
    shown = [each for each in records if each["id"] in seen]
    message = say(fault.says, operation.call.language)
    if len(shown) < len(records):
        message = say(text("Records use this: {count}.", "有 {count} 处正在使用。"), operation.call.language).format(
            count=fault.params.get("count")
        )
    return {"path": fault.path, "code": fault.code, "message": message, **fault.params, "records": shown}
