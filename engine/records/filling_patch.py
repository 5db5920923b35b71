"""Puts a request's JSON onto values: fields by name, rows by id, every fault at once. Used by operations.

The patch is a JSON merge patch. Of a table: an object with a known `row` changes that row; without `row`, or with a new
UUID as `row`, it adds one; `{"row": id, "remove": true}` removes; rows that are not named stay; null removes all.
Where rows may only be split: `{"split_of": id, <fields>}` makes a new row beside the row. The first quantity given says
how much the new row takes; every other stored quantity of the row is divided, so that sums stay.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from engine.definitions.models import Field, Form
from engine.errors import Fault, text
from engine.fields import BY_NAME, Known, Unfit
from engine.records.filling_faults import not_writable, pointer, too_many, unknown_field
from engine.records.filling_items import misfits
from engine.records.filling_plan import REFERENCES, FormPlan, plan_of, plan_of_fields, whole
from engine.records.filling_splitting import Split, SplitRow, divided

MOST_ROWS = 1000
KEPT = frozenset(
    {
        *("id", "form", "number", "state", "revision", "version", "created", "created_by"),
        *("submitted", "submitted_by", "updated", "came_from", "seq"),
    }
)
ROW_WORDS = frozenset({"row", "remove", "split_of"})
NONE_HIDDEN: frozenset[str] = frozenset()


class Writable(Protocol):
    """What the writer may write now; `workflow.plan.Writable` is one."""

    @property
    def fields(self) -> frozenset[str]:
        """Paths of fields; a table's own path stands for all its columns."""
        ...

    @property
    def rows(self) -> Mapping[str, str]:
        """`free`, `split` or `fixed` by table; a table that is not named is fixed."""
        ...


@dataclass(frozen=True, slots=True)
class Filled:
    """The values after a patch, and what was wrong with it.

    `wrote` holds `(path, row)` of what the writer wrote (of an added or removed row: the table's path). `order` gives a
    row's index in the request. `fresh` are rows that were added.
    """

    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    wrote: frozenset[tuple[str, str | None]] = frozenset()
    fresh: frozenset[str | None] = frozenset()
    splits: tuple[Split, ...] = ()
    order: Mapping[str, int] = field(default_factory=dict)


def patch(
    form: Form,
    values: Mapping[str, Any],
    patch: Any,
    writable: Writable,
    hidden: frozenset[str],
    known: Known,
    new_id: Callable[[], str],
) -> Filled:
    """The values with the patch put on. The values given are not changed; nothing that is refused is put on."""
    return _Patch(plan_of(form), values, writable, hidden, known, new_id).apply(patch)


@dataclass(frozen=True, slots=True)
class _All:
    fields: frozenset[str]
    rows: Mapping[str, str]


def answers(fields: Mapping[str, Field], raw: Any, known: Known, new_id: Callable[[], str]) -> Filled:
    """What an action asks, read: all of it may be written, nothing was there before."""
    free = _All(frozenset(fields), {name: "free" for name, each in fields.items() if each.type == "table"})
    return _Patch(plan_of_fields(fields), {}, free, NONE_HIDDEN, known, new_id).apply(raw)


class _Patch:
    """One patch being put on."""

    def __init__(
        self,
        plan: FormPlan,
        values: Mapping[str, Any],
        writable: Writable,
        hidden: frozenset[str],
        known: Known,
        new_id: Callable[[], str],
    ) -> None:
        self.plan = plan
        self.values = whole(plan, values)
        self.writable = writable
        self.hidden = hidden
        self.known = known
        self.new_id = new_id
        self.faults: list[Fault] = []
        self.wrote: set[tuple[str, str | None]] = set()
        self.fresh: set[str | None] = set()
        self.order: dict[str, int] = {}
        self.splits: list[SplitRow] = []
        self.moved: set[tuple[str, str | None]] = set()
        self.taken = {row["row"]: table.name for table in plan.tables for row in self.values[table.name]}

    def apply(self, raw: Any) -> Filled:
        """Put the whole patch on."""
        if not isinstance(raw, Mapping):
            self.faults.append(Fault("", "type", text("This must be an object of fields.", "必须是字段对象。")))
            return self._filled(())
        plain: list[tuple[Field, Any, str]] = []
        tables: list[tuple[Field, Any, str]] = []
        for name, value in raw.items():
            path = pointer("", name)
            of = self._seen(self.plan.fields.get(name), path, None, kept=name in KEPT)
            if of is not None:
                (tables if of.type == "table" else plain).append((of, value, path))
        self._write(plain, self.values, None, self.values)
        for of, value, path in tables:
            self._table(of, value, path)
        done, faults = divided(self.splits, self.wrote)
        self.faults += faults
        self.faults += misfits(self.plan, self.values, self.moved, self.wrote, self.order, self.known)
        return self._filled(done)

    def _filled(self, splits: Iterable[Split]) -> Filled:
        return Filled(
            self.values, tuple(self.faults), frozenset(self.wrote), frozenset(self.fresh), tuple(splits), self.order
        )

    def _seen(self, of: Field | None, path: str, row: str | None, *, kept: bool = False) -> Field | None:
        if of is None and kept:
            self.faults.append(not_writable(path, row))
        elif of is None or of.path in self.hidden or of.table in self.hidden:
            self.faults.append(unknown_field(path, row))
            return None
        return of

    def _may_write(self, of: Field) -> bool:
        if of.compute is not None or of.live is not None:
            return False
        return of.path in self.writable.fields or of.table in self.writable.fields

    def _write(
        self,
        entries: list[tuple[Field, Any, str]],
        target: dict[str, Any],
        row: str | None,
        beside: Mapping[str, Any],
    ) -> None:
        """References first: a quantity is read at the scale of the item beside it."""
        for of, raw, path in sorted(entries, key=lambda each: each[0].type not in REFERENCES):
            if not self._may_write(of):
                self.faults.append(not_writable(path, row))
                continue
            try:
                value = None if raw is None else BY_NAME[of.type].read(raw, of, self.known, beside)
            except Unfit as unfit:
                self.faults.append(Fault(path, unfit.code, unfit.says, row))
                continue
            if of.type in REFERENCES and value != target.get(of.name):
                self.moved.add((of.name, row))
            target[of.name] = value
            self.wrote.add((of.path, row))

    def _table(self, table: Field, raw: Any, path: str) -> None:
        mode = self.writable.rows.get(table.name, "fixed")
        rows = self.values[table.name]
        if raw is None:
            if mode != "free":
                self.faults.append(not_writable(path))
                return
            self.wrote |= {(table.path, row["row"]) for row in rows}
            rows.clear()
            return
        if not isinstance(raw, list):
            self.faults.append(Fault(path, "type", text("This must be a list of rows.", "必须是行的列表。")))
            return
        if len(raw) > MOST_ROWS:
            self.faults.append(too_many(path, MOST_ROWS, limit=True))
            return
        by_id = {row["row"]: row for row in rows}
        for index, entry in enumerate(raw):
            self._row(table, mode, by_id, entry, index, pointer(path, index))
        self.values[table.name] = list(by_id.values())
        if len(by_id) > min(table.maximum, MOST_ROWS):
            self.faults.append(too_many(path, min(table.maximum, MOST_ROWS), limit=table.maximum >= MOST_ROWS))

    def _row(
        self, table: Field, mode: str, by_id: dict[str, dict[str, Any]], entry: Any, index: int, path: str
    ) -> None:
        if not isinstance(entry, Mapping):
            self.faults.append(Fault(path, "type", text("A row must be an object.", "行必须是对象。")))
            return
        row, fault = self._row_id(entry, by_id, path)
        entries = [
            (of, value, at)
            for name, value in entry.items()
            if name not in ROW_WORDS
            and (of := self._seen(table.fields.get(name), at := pointer(path, name), row)) is not None
        ]
        if fault is not None:
            self.faults.append(fault)
            return
        row = self.new_id() if row is None else row
        self.order[row] = index
        if "remove" in entry:
            self._remove(table, mode, by_id, entry, row, path)
        elif row in by_id:
            self._write(entries, by_id[row], row, ChainMap(by_id[row], self.values))
        elif "split_of" in entry:
            self._split(table, mode, by_id, entry, row, entries, path)
        elif mode != "free":
            self.faults.append(not_writable(path))
        else:
            self._add(table, by_id, row, entries)

    def _row_id(self, entry: Mapping[str, Any], by_id: Mapping[str, Any], path: str) -> tuple[str | None, Fault | None]:
        """The row that is meant; None is a new one. A fault when the id is none, or used up."""
        raw = entry.get("row")
        if raw is None:
            missing = "remove" in entry
            return None, _unknown_row(path) if missing else None
        row = raw if isinstance(raw, str) and raw in by_id else _uuid(raw)
        if row is None or (row not in by_id and "remove" in entry):
            return None, _unknown_row(path)
        if row in self.order or (row in self.taken and row not in by_id):
            says = text("This row is named twice.", "此行被重复引用。")
            return row, Fault(path, "twice", says, row)
        if row in by_id and "split_of" in entry:
            return row, Fault(path, "split", text("A split row is a new one.", "拆分出的行必须是新行。"), row)
        return row, None

    def _remove(
        self, table: Field, mode: str, by_id: dict[str, dict[str, Any]], entry: Mapping[str, Any], row: str, path: str
    ) -> None:
        if entry["remove"] is not True or set(entry) != {"row", "remove"}:
            says = text(
                'To remove a row, write {"row": id, "remove": true}.', '删除行请写 {"row": 编号, "remove": true}。'
            )
            self.faults.append(Fault(path, "remove", says, row))
        elif mode != "free":
            self.faults.append(not_writable(path, row))
        else:
            del by_id[row]
            self.wrote.add((table.path, row))

    def _add(
        self, table: Field, by_id: dict[str, dict[str, Any]], row: str, entries: list[tuple[Field, Any, str]]
    ) -> dict[str, Any]:
        made: dict[str, Any] = {"row": row, **self.plan.blank_rows[table.name]}
        by_id[row] = made
        self.taken[row] = table.name
        self.fresh.add(row)
        self.wrote.add((table.path, row))
        self._write(entries, made, row, ChainMap(made, self.values))
        return made

    def _split(
        self,
        table: Field,
        mode: str,
        by_id: dict[str, dict[str, Any]],
        entry: Mapping[str, Any],
        row: str,
        entries: list[tuple[Field, Any, str]],
        path: str,
    ) -> None:
        origin = by_id.get(entry["split_of"]) if isinstance(entry["split_of"], str) else None
        if origin is None:
            self.faults.append(_unknown_row(path))
            return
        if mode not in ("split", "free"):
            self.faults.append(not_writable(path))
            return
        made: dict[str, Any] = {**origin, "row": row}
        self.taken[row] = table.name
        rows = list(by_id.items())
        at = next(index for index, (each, _) in enumerate(rows) if each == origin["row"]) + 1
        by_id.clear()
        by_id.update([*rows[:at], (row, made), *rows[at:]])
        self.wrote.add((table.path, row))
        self._write(entries, made, row, ChainMap(made, self.values))
        self.splits.append(SplitRow(table, origin, made, path))


def _uuid(raw: Any) -> str | None:
    try:
        read = str(UUID(raw)) if isinstance(raw, str) else None
    except ValueError:
        return None
    return read if read is not None and read == raw.lower() else None


def _unknown_row(path: str) -> Fault:
    return Fault(
        path, "unknown_row", text("There is no such row, and this is no new id.", "没有这一行，且不是新的编号。")
    )
