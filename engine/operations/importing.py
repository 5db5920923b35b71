"""Records from a sheet, under the same rules as by hand. Used by bootstrap for the web.

A CSV file in UTF-8, comma or tab or semicolon, one line a record; a line with the header of the one before it (or with
none) and filled `lines.` columns adds a row. Formulas are refused, numbers read as a form's are: nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import Kind, Refusal, forbidden, invalid_at, not_found, text
from engine.operations import creating, rights, runs
from engine.operations.calls import Answer, Call
from engine.operations.commands import not_signed_in
from engine.operations.once import Result, request_hash, within
from engine.operations.operation import Operation
from engine.operations.problems import problem
from engine.operations.runs import Making

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

MOST_ROWS = 50_000
LONGEST_CELL = 20_000
ACTION = "action"


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the sheet: the line it began on, and the body of the command that makes it."""

    number: int
    body: Mapping[str, Any]
    fault: Refusal | None = None


class _Undone(Exception):
    def __init__(self, results: list[Result]) -> None:
        self.results = results


def run(services: Services, call: Call, form: str, content: bytes, name: str, mode: str, *, dry: bool) -> Answer:
    """`{rows: [{row, id?, errors}]}`; `mode` `all`: everything or nothing, `good`: what is in order; `dry`: nothing."""
    if call.actor is None:
        raise not_signed_in()
    if mode not in ("all", "good"):
        raise invalid_at("/mode", "bad_mode", text("all or good", "应为 all 或 good"))
    lines = _lines(services, call, form, content)
    if call.key is None:
        return _answer(_perform(services, call, form, lines, mode, dry=dry), lines, call.language)
    request = request_hash("POST", f"records/{form}/import", [name, content.hex(), mode, dry])
    told: list[Answer] = []

    def work(connection: Connection) -> Result:
        def all_lines(operation: Operation) -> Answer:
            results = _each(services, operation.connection, call, form, lines)
            if dry or (mode == "all" and any(each.refusal for each in results)):
                raise _Undone(results)
            small = Answer(200, {"rows": len(lines)})
            told[:] = [small, _answer(results, lines, call.language)]
            return small

        return within(services, connection, call, request, all_lines, nested=True)

    try:
        result = services.database.transaction(work)
    except _Undone as undone:
        return _answer(undone.results, lines, call.language)
    if result.refusal is not None:
        raise result.refusal
    assert result.answer is not None
    # Somebody else's answer under the same key stands for what was taken back here.
    return told[1] if told and result.answer is told[0] else result.answer


def _perform(services: Services, call: Call, form: str, lines: list[Line], mode: str, *, dry: bool) -> list[Result]:
    def work(connection: Connection) -> list[Result]:
        results = _each(services, connection, call, form, lines)
        if dry or (mode == "all" and any(each.refusal for each in results)):
            raise _Undone(results)
        return results

    try:
        return services.database.transaction(work)
    except _Undone as undone:
        return undone.results


def _each(services: Services, connection: Connection, call: Call, form: str, lines: list[Line]) -> list[Result]:
    """What each line came to; neighbours that are in order are written together."""
    plain = Call(call.actor, call.language, None, call.at, "import")

    def together(tried: Sequence[Line]) -> Sequence[Result]:
        sound = takewhile(lambda line: line.fault is None, tried)
        makings = [Making(plain, "", form, line.body) for line in sound]
        if len(makings) < 2:
            return ()
        savepoint = connection.begin_nested()
        try:
            done = runs.attempt(services, connection, makings)
        except Refusal:
            savepoint.rollback()
            raise
        savepoint.commit()
        return done

    def alone(line: Line) -> Result:
        if line.fault is not None:
            return Result(refusal=line.fault)
        return within(services, connection, plain, "", lambda op: creating.create(op, form, line.body), nested=True)

    return runs.in_order(lines, together, alone)


def _answer(results: list[Result], lines: list[Line], language: str) -> Answer:
    rows = []
    for line, result in zip(lines, results, strict=True):
        shown: dict[str, Any] = {"row": line.number, "errors": []}
        if result.refusal is not None:
            shown["errors"] = problem(result.refusal, language)["errors"]
        elif result.answer is not None:
            shown["id"] = result.answer.body["id"]
        rows.append(shown)
    return Answer(200, {"rows": rows})


def _lines(services: Services, call: Call, form: str, content: bytes) -> list[Line]:
    with services.database.reading() as connection:
        operation = Operation(services, connection, call)
        definition = operation.library.forms.get(form)
        if definition is None or not rights.sees_form(operation, form):
            raise not_found()
        if rights.reach(operation, form, "import") == rights.CLOSED:
            raise forbidden()
        return list(_records(definition, content))


def _records(form: Form, content: bytes) -> Iterator[Line]:
    rows = _table(content)
    head = [cell.strip() for cell in rows[0]]
    _check_head(form, head)
    open_line: tuple[int, dict[str, str], list[dict[str, str]]] | None = None
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(head) :]):
            says = text(f"Line {number} has more cells than the first.", f"第 {number} 行的单元格多于表头。")
            raise invalid_at(f"/file/{number - 1}/{len(head)}", "too_many_cells", says)
        found = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if cell.strip()}
        header = {name: cell for name, cell in found.items() if "." not in name or not _in_table(form, name)}
        row = {name: cell for name, cell in found.items() if name not in header}
        if open_line is not None and row and (not header or header == open_line[1]):
            open_line[2].append(row)
            continue
        if open_line is not None:
            yield _line(form, *open_line)
        open_line = (number, header, [row] if row else [])
    if open_line is not None:
        yield _line(form, *open_line)


def _table(content: bytes) -> list[list[str]]:
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid_at("/file", "encoding", text("The file must be UTF-8.", "文件必须为 UTF-8 编码。")) from error
    if "\0" in words:
        raise invalid_at("/file", "encoding", text("The file is no table.", "文件不是表格。"))
    first = words.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    try:
        rows = []
        for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                raise Refusal(Kind.LIMIT, "too_many", text(f"At most {MOST_ROWS} lines.", f"最多 {MOST_ROWS} 行。"))
    except csv.Error as error:
        raise invalid_at("/file", "not_a_table", text("The file is no table.", "文件不是表格。")) from error
    if not rows:
        raise invalid_at("/file", "empty", text("The file is empty.", "文件为空。"))
    return rows


def _check_head(form: Form, head: list[str]) -> None:
    for column, name in enumerate(head):
        if name not in ("id", ACTION) and form.field(name) is None:
            raise invalid_at(f"/file/0/{column}", "unknown_field", text("There is no such field.", "没有这个字段。"))
    if len(set(head)) != len(head):
        raise invalid_at("/file/0", "twice", text("A column is there twice.", "存在重复的列。"))


def _in_table(form: Form, name: str) -> bool:
    table = form.fields.get(name.partition(".")[0])
    return table is not None and table.type == "table"


def _line(form: Form, number: int, header: dict[str, str], rows: list[dict[str, str]]) -> Line:
    try:
        values: dict[str, Any] = {
            name: _cell(form.fields[name], cell) for name, cell in header.items() if name not in ("id", ACTION)
        }
        for row in rows:
            by_table: dict[str, dict[str, Any]] = {}
            for name, cell in row.items():
                table, _, column = name.partition(".")
                by_table.setdefault(table, {})[column] = _cell(form.fields[table].fields[column], cell)
            for table, made in by_table.items():
                values.setdefault(table, []).append(made)
    except Refusal as refusal:
        return Line(number, {}, refusal)
    body: dict[str, Any] = {"values": values}
    if "id" in header:
        body["id"] = header["id"]
    if ACTION in header:
        body[ACTION] = header[ACTION]
    return Line(number, body)


def _cell(field: Field, cell: str) -> Any:
    """The JSON that a cell stands for; the field's own type reads it, so nothing is guessed here."""
    if cell[:1] in "=+@" or (cell[:1] == "-" and not cell[1:2].isdigit()):
        raise invalid_at(f"/{field.path.replace('.', '/')}", "formula", text("A formula is not read.", "不读取公式。"))
    if field.type == "boolean":
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if field.type == "integer" and cell.removeprefix("-").isascii() and cell.removeprefix("-").isdigit():
        return int(cell)
    if field.type in ("reference", "person", "org_unit"):
        return {"code": cell} if len(cell) != 36 else cell
    if field.type == "choices":
        return [each.strip() for each in cell.split("|")]
    return cell
