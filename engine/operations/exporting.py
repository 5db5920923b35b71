"""A list as a file, with the reader's rights. Used by bootstrap for the web.

CSV in UTF-8: for machines (names, ids, codes, a line for each row of a table), or `readable` (titles and words of the
reader, the columns that he looks at, marked as UTF-8 for spreadsheets). Cells that a spreadsheet would take for a
formula are written as text. A list is given whole or refused: it is written down as it is read, a few hundred lines at
a time, and sent when it is done, so that neither its length nor a slow reader costs memory or a connection.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import Kind, Refusal, forbidden, invalid_at, not_found, say, text
from engine.operations import conditions, gone, listing, presenting, reporting, reportrows, rights
from engine.operations.calls import Call
from engine.operations.commands import not_signed_in
from engine.operations.operation import Operation
from engine.operations.sheets import Sheet

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.services import Services

_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?\Z", re.ASCII)
AT_ONCE = 500
MOST = 300_000
IN_MEMORY, PIECE = 1 << 18, 1 << 16
REMEMBERED = 5_000
"""Records that lines refer to, kept from one page to the next."""


def run(services: Services, call: Call, form: str, query: Mapping[str, str]) -> tuple[str, str, Iterator[bytes]]:
    """File name, media type and content. `format=csv`, `readable=true`; filter, sort and search as for the list."""
    if call.actor is None:
        raise not_signed_in()
    if query.get("format", "csv") != "csv":
        raise invalid_at("/format", "bad_format", text("This can be exported as csv.", "可导出为 csv。"))
    with services.database.reading() as connection:
        operation = Operation(services, connection, call)
        definition = operation.library.forms.get(form)
        report = reporting.seen(operation, form)
        if report is None and (definition is None or not rights.sees_form(operation, form)):
            raise not_found()
        if rights.reach(operation, form, "export") == rights.CLOSED:
            raise forbidden()
        readable = _is_true(query, "readable")
        if report is not None:
            name = say(report.form.title, call.language) if readable else form
            content = _written(services, _of_report(operation, report, query, readable=readable))
            return f"{name or form}.csv", "text/csv; charset=utf-8", content
        assert definition is not None
        name = say(definition.title, call.language) if readable else form
        archive = _is_true(query, "archive")
        old = list(gone.archived(operation, definition)) if archive else []
        content = _written(services, (_readable if readable else _lines)(operation, definition, query, old))
    return f"{name or form}.csv", "text/csv; charset=utf-8", content


def _written(services: Services, lines: Generator[bytes, None, None]) -> Iterator[bytes]:
    """Everything, once it is all there; a long list waits on the disk."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(services.settings.data))  # noqa: SIM115
    try:
        with closing(lines):
            for line in lines:
                file.write(line)
    except OSError as error:
        file.close()
        says = text("There is no room to write the file.", "没有空间写入文件。")
        raise Refusal(Kind.UNAVAILABLE, "no_room", says) from error
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _pieces(file)


def _pieces(file: tempfile.SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _lines(
    operation: Operation, form: Form, query: Mapping[str, str], old: Sequence[Field]
) -> Generator[bytes, None, None]:
    """Every record, for machines; `old` are archived fields, which stand behind those of the form as they were kept."""
    closed = rights.never_seen(operation, form)
    chosen = listing.chosen(operation, form, query.get("fields"))
    header = [each for each in form.fields.values() if each.type != "table" and each.path not in closed]
    if chosen is not None:
        header = [form.fields[name] for name in chosen if name in form.fields and form.fields[name].type != "table"]
    columns = [
        column
        for table in form.fields.values()
        if table.type == "table" and table.path not in closed and (chosen is None or table.name in chosen)
        for column in table.fields.values()
        if column.path not in closed
    ]
    header += [each for each in old if each.table is None and each.type != "table"]
    columns += [each for each in old if each.table is not None]
    yield _csv(["id", "number", "state", *(each.path for each in header), *(each.path for each in columns)])
    for folder in _records(operation, form, query):
        values = _with_old(presenting.values(operation, folder), folder, old)
        first = [folder.id, folder.number, folder.state, *(_cell(values.get(each.name)) for each in header)]
        yield from _rows(first, values, columns)


def _with_old(values: dict[str, Any], folder: Folder, old: Sequence[Field]) -> dict[str, Any]:
    """The values with what is archived in the record, header and rows, as it is stored."""
    stored = folder.stored
    assert stored is not None
    for each in old:
        if each.table is None:
            values.setdefault(each.name, stored.values.get(each.name))
        kept = {row["row"]: row.get(each.name) for row in stored.rows.get(each.table or "", ())}
        for row in values.get(each.table or "", ()):
            row.setdefault(each.name, kept.get(row["row"]))
    return values


def _of_report(
    operation: Operation, report: reporting.Seen, query: Mapping[str, str], *, readable: bool
) -> Generator[bytes, None, None]:
    """The rows of a report, as far as the reader sees them; as many as the list would show."""
    chosen = listing.chosen(operation, report.form, query.get("fields"))
    names = [name for name in (report.form.fields if chosen is None else chosen) if name in report.form.fields]
    sheet = Sheet(operation, report.form, names)
    yield codecs.BOM_UTF8 + _csv(sheet.titles()) if readable else _csv(names)
    count = 0
    with closing(reportrows.every(operation, report, _words_of(query), AT_ONCE)) as parts:
        for lines in parts:
            count += len(lines)
            if count > MOST:
                raise _too_many()
            operation.shelf.keep_below(REMEMBERED)
            operation.shelf.prefetch(reportrows.references_of(lines))
            for line in lines:
                values = reportrows.item(operation, report, line, dict.fromkeys(names))["values"]
                yield _csv(sheet.cells(values) if readable else [_cell(values[name]) for name in names])


def _words_of(query: Mapping[str, str]) -> dict[str, str]:
    """What narrows and orders the list that is exported."""
    asked = {
        name: value
        for name, value in query.items()
        if name in ("filter", "sort", "q") or name.startswith(conditions.PREFIX)
    }
    return asked | {"limit": str(AT_ONCE)}


def _too_many() -> Refusal:
    return Refusal(
        Kind.LIMIT, "too_many", text(f"At most {MOST} records; use a filter.", f"最多 {MOST} 条，请先筛选。")
    )


def _readable(
    operation: Operation, form: Form, query: Mapping[str, str], old: Sequence[Field]
) -> Generator[bytes, None, None]:
    """Every record in the reader's words, archived fields of its header at the end."""
    closed = rights.never_seen(operation, form)
    chosen = listing.chosen(operation, form, query.get("fields"))
    every = ["number", "state", *(name for name in form.fields if name not in closed)]
    sheet = Sheet(operation, form, every if chosen is None else chosen)
    header = [each for each in old if each.table is None and each.type != "table"]
    titles = [say(each.title, operation.call.language) or each.name for each in header]
    yield codecs.BOM_UTF8 + _csv([*sheet.titles(), *titles])
    for folder in _records(operation, form, query):
        values = _with_old({}, folder, header)
        yield _csv([*sheet.row(folder), *(_cell(values.get(each.name)) for each in header)])


def _is_true(query: Mapping[str, str], word: str) -> bool:
    sent = query.get(word)
    if sent not in (None, "true", "false"):
        raise invalid_at(f"/{word}", "choice", text("It is one of: true, false.", "只能是：true、false。"))
    return sent == "true"


def _records(operation: Operation, form: Form, query: Mapping[str, str]) -> Iterator[Folder]:
    """Every record that the list would show; refuses when there are too many."""
    asked, count = _words_of(query), 0
    while count < MOST:
        operation.shelf.keep_below(REMEMBERED)
        page = listing.rows(operation, form, asked)
        yield from (operation.unfold(stored) for stored in page.items)
        count += len(page.items)
        if page.next is None:
            return
        asked["cursor"] = page.next
    raise _too_many()


def _rows(first: list[Any], values: Mapping[str, Any], columns: list[Field]) -> Iterator[bytes]:
    tables = dict.fromkeys(str(each.table) for each in columns)
    rows = [(table, row) for table in tables for row in values.get(table) or ()]
    for table, row in rows or [("", {})]:
        cells = [_cell(row.get(each.name)) if each.table == table else "" for each in columns]
        yield _csv([*first, *cells])


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("code") or value.get("title") or value.get("typed") or value.get("id")
    if isinstance(value, list):
        return "|".join(str(_cell(each)) for each in value)
    return (
        {True: "true", False: "false", None: ""}.get(value, value)
        if value is None or isinstance(value, bool)
        else value
    )


def _csv(cells: Sequence[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_safe(each) for each in cells])
    return out.getvalue().encode()


def _safe(cell: Any) -> Any:
    """What a spreadsheet would run is given a quote in front; plain negative numbers stay."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not _NEGATIVE.match(cell):
        return f"'{cell}"
    return cell
