"""Lists of records: filter, sort, search, scope and pages that neither lose nor repeat a record. Used by operations.

Pages go by keyset, never by offset: a cursor holds the sort values of the last record, signed and bound to who asks and
what is asked. Empty values sort before all others; `created`, then the id, decides between equals. Both databases give
the same list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    TextClause,
    and_,
    false,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy import true as always

from engine.database.dialects import listed, one_of
from engine.database.headers import form_is
from engine.definitions.models import Form
from engine.errors import Refusal, invalid_at
from engine.errors import text as words
from engine.expressions import Environment, Expression, NotInSql, Reference, Type
from engine.records.archive import CORE, load, stored_from
from engine.records.columns import CORE as CORE_TYPES
from engine.records.columns import NEVER_EMPTY, RecordColumns
from engine.records.cursors import open_cursor, seal_cursor, signing_secret
from engine.records.driving import Drive, drive
from engine.records.keysets import Key, beyond, ordered
from engine.records.stored import Stored
from engine.records.words import asked_words, following

__all__ = ["Page", "Query", "page", "signing_secret"]

MOST = 500
COUNTED = 1_000


@dataclass(frozen=True)
class Query:
    """What is asked. `scope` None is everything, else the org units whose records may be seen.

    `filter` is compiled and free of fields that the asker may not see; `environment` holds the names known beforehand.
    `sort` are fields with whether they descend. `owner` is who asks; a cursor of somebody else is no cursor. `asked` is
    what stands behind the names of `environment` that the filter knows: a cursor is good for these alone.
    """

    form: Form
    filter: Expression | None = None
    environment: Environment | None = None
    sort: Sequence[tuple[str, bool]] = (("created", True),)
    scope: frozenset[str] | None = None
    q: str | None = None
    limit: int = 50
    cursor: str | None = None
    owner: str = ""
    secret: bytes = b""
    forms: Mapping[str, Form] = field(default_factory=dict)
    with_rows: bool = False
    count: bool = False
    asked: tuple[tuple[str, str], ...] = ()
    before: str | None = None
    totals: tuple[str, ...] = ()
    """Fields of which every value is wanted, as far as the count goes to its end."""


@dataclass(frozen=True)
class Page:
    """Some records, the cursors of what follows and went before (None: nothing), and how many (stops at 1,001)."""

    items: tuple[Stored, ...]
    next: str | None
    count: int | None = None
    previous: str | None = None
    values: tuple[tuple[Any, ...], ...] | None = None
    """Of every record that is found: the fields of `totals`; None where there are too many."""


def page(connection: Connection, query: Query) -> Page:
    """One page. Refuses a forged cursor, an unknown sort field, and a filter that cannot be asked of the database."""
    if not 1 <= query.limit <= MOST:
        raise invalid_at("/limit", "bad_limit", words("From 1 to 500.", "应为 1 到 500。"))
    dialect = connection.dialect.name
    columns = RecordColumns(dialect, query.form, query.forms)
    way_in = drive(connection, query.form, query.forms, query.filter, query.environment, query.scope)
    keys = _keys(query, columns, way_in)
    if query.before is not None:
        keys = [replace(key, descending=not key.descending) for key in keys]
    conditions, parameters = _conditions(query, columns, dialect, way_in)
    source = text(f"{way_in.source} AS f JOIN record AS r ON r.id = f.record" if way_in else "record AS r")
    statement = _select(keys).select_from(source).where(and_(*conditions))
    mark = query.cursor if query.before is None else query.before
    if mark is not None:
        statement = statement.where(beyond(keys, open_cursor(mark, query.secret, _asked(query))))
    statement = ordered(statement, keys)
    lines = connection.execute(statement.limit(query.limit + 1), parameters).all()
    shown, more = lines[: query.limit], len(lines) > query.limit
    count = _count(connection, source, conditions, parameters, query)
    if query.before is not None:
        shown = shown[::-1]
    later, earlier = (more, query.cursor is not None) if query.before is None else (bool(shown), more)
    following = _sealed(query, keys, shown[-1]) if later and shown else None
    previous = _sealed(query, keys, shown[0]) if earlier and shown else None
    values = _values(connection, source, conditions, parameters, query, columns) if query.totals else None
    return Page(_items(connection, query, shown), following, count, previous, values)


def askable(connection: Connection, query: Query) -> bool:
    """Whether the database can work the filter out."""
    try:
        _filter(query, RecordColumns(connection.dialect.name, query.form, query.forms))
    except Refusal:
        return False
    return True


def _sealed(query: Query, keys: Sequence[Key], line: Any) -> str:
    """A record as the place from which to go on."""
    return seal_cursor([line._mapping[f"k{index}"] for index in range(len(keys))], query.secret, _asked(query))


def _select(keys: Sequence[Key]) -> Select[Any]:
    core: list[ColumnElement[Any]] = [literal_column(f"r.{name}").label(name) for name in CORE]
    return select(*core, *(key.element.label(f"k{index}") for index, key in enumerate(keys)))


def _items(connection: Connection, query: Query, lines: Sequence[Any]) -> tuple[Stored, ...]:
    if not query.with_rows:
        return tuple(stored_from(line, {}, whole=False) for line in lines)
    whole = load(connection, [Reference(query.form.name, line.id) for line in lines])
    return tuple(whole[line.id] for line in lines)


def _count(
    connection: Connection,
    source: TextClause,
    conditions: list[ColumnElement[bool]],
    parameters: dict[str, Any],
    query: Query,
) -> int | None:
    if not query.count:
        return None
    some: Select[Any] = select(literal_column("1")).select_from(source).where(and_(*conditions)).limit(COUNTED + 1)
    return int(connection.execute(select(func.count()).select_from(some.subquery()), parameters).scalar_one())


def _values(
    connection: Connection,
    source: TextClause,
    conditions: list[ColumnElement[bool]],
    parameters: dict[str, Any],
    query: Query,
    columns: RecordColumns,
) -> tuple[tuple[Any, ...], ...] | None:
    """What is to be summed; looked for only as far as it is counted, so that it costs the same of a million records."""
    wanted = [columns.column((name,), query.form.fields[name].value_type) for name in query.totals]
    every = select(*wanted).select_from(source).where(and_(*conditions)).limit(COUNTED + 1)
    lines = connection.execute(every, parameters).all()
    return None if len(lines) > COUNTED else tuple(tuple(line) for line in lines)


# -- conditions ----------------------------------------------------------------------------------------------------


def _conditions(
    query: Query, columns: RecordColumns, dialect: str, way_in: Drive | None
) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    conditions: list[Any] = [text(form_is(query.form.name, "r.form"))]
    parameters: dict[str, Any] = {}
    if way_in is not None:
        conditions.append(text(way_in.condition))
        parameters |= way_in.parameters
    if query.filter is not None:
        conditions.append(_filter(query, columns))
    if query.scope is not None and not (way_in and way_in.of_unit):
        conditions.append(within(query.form.name, query.scope, dialect, parameters))
    if query.q is not None:
        conditions += _search(query, parameters)
    return conditions, parameters


def _filter(query: Query, columns: RecordColumns) -> ColumnElement[bool]:
    assert query.filter is not None
    if query.environment is None:
        raise ValueError("a filter needs an environment")
    try:
        return query.filter.sql(columns, query.environment)
    except NotInSql as error:
        says = words(f"This cannot be asked of a list: {error}", f"列表不支持此筛选条件：{error}")
        raise invalid_at("/filter", "not_for_lists", says) from error


def within(form: str, units: frozenset[str], dialect: str, parameters: dict[str, Any]) -> Any:
    """The condition that a record `r` of a form belongs to one of these units."""
    if not units:
        return false()
    inside = f"SELECT 1 FROM record_org o WHERE o.record = r.id AND {form_is(form, 'o.form')}"
    if len(units) == 1:
        parameters["scope_unit"] = next(iter(units))
        some = f"SELECT o.record FROM record_org o WHERE o.unit = :scope_unit AND {form_is(form, 'o.form')}"
        return text(f"r.id IN ({some})")
    parameters["scope_units"] = listed(dialect, sorted(units))
    return text(f"EXISTS ({inside} AND {one_of(dialect, 'o.unit', 'scope_units')})")


def _search(query: Query, parameters: dict[str, Any]) -> list[Any]:
    asked = asked_words(query.q or "")
    if not asked:
        return [false()] if (query.q or "").strip() else [always()]
    found = []
    for index, (word, beginning) in enumerate(asked):
        parameters[f"word_{index}"] = word
        same = f"k.token = :word_{index}"
        if beginning:
            parameters[f"past_{index}"] = following(word)
            same = f"k.token >= :word_{index} AND k.token < :past_{index}"
        some = f"SELECT k.record FROM record_token k WHERE {form_is(query.form.name, 'k.form')} AND {same}"
        found.append(text(f"r.id IN ({some})"))
    return found


# -- order ---------------------------------------------------------------------------------------------------------


def _keys(query: Query, columns: RecordColumns, way_in: Drive | None) -> list[Key]:
    """What the list is sorted by, then `created`, then the id; these two are read where the list is walked.

    So one index of a field serves its sort, and the filter by it that is sorted by time.
    """
    near = "f" if way_in else "r"
    wanted = dict(query.sort)
    last = list(wanted.values())[-1] if wanted else False
    by_id = wanted.pop("id", last)
    keys: list[Key] = []
    for path, descending in {**wanted, "created": wanted.get("created", last)}.items():
        if path == "created":
            keys.append(Key(literal_column(f"{near}.created", BigInteger()), descending, False))
        else:
            keys.append(Key(_sorted_by(query, columns, path), descending, path not in NEVER_EMPTY))
    return [*keys, Key(literal_column("f.record" if way_in else "r.id", Text()), by_id, False)]


def _sorted_by(query: Query, columns: RecordColumns, path: str) -> ColumnElement[Any]:
    found = query.form.fields.get(path)
    try:
        if path in CORE_TYPES:
            return columns.column((path,), Type("text"))
        if found is not None:
            return columns.column((path,), found.value_type)
    except NotInSql:
        pass
    raise invalid_at("/sort", "unknown_field", words("There is no such field.", "没有此字段。"))


def _asked(query: Query) -> list[Any]:
    """Who asks what: a cursor is good for this alone."""
    words = query.filter.text if query.filter else None
    return [query.owner, query.form.name, words, list(query.sort), query.q, list(query.asked)]
