"""PostgreSQL statements through libpq, prepared once per connection: a third of what a cursor costs. Used by `driver`.

Parameters go as text with the few types that our statements use; whoever has another type takes the cursor. The
cursors of such a connection prepare nothing (`prepare_threshold=None`), since they would discard what is prepared here.
What libpq refuses is raised as psycopg would.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import errors, pq
from psycopg.abc import Buffer
from psycopg.adapt import Transformer

OFTEN = 3
"""A statement that comes as often is prepared; lists with a filter of somebody's own mostly are not."""
MOST = 400
GENERIC = b"SET plan_cache_mode = force_generic_plan"
"""Writers ask the same few statements for a few rows; to plan them anew each time costs more than to run them."""
_READING = "READ ONLY; SET LOCAL plan_cache_mode = auto"
"""What a list asks is planned for what it asks: a limit that is not known looks like a tenth of the table."""
KEPT = "chainstock.prepared"
"""Where a connection keeps its `Prepared`."""
_NAMED = re.compile(r"%\((\w+)\)s")
_WHOLE, _BOOLEAN, _UNKNOWN = 20, 16, 0
"""Types by PostgreSQL's numbers; what is unknown gets its type from the statement."""


@dataclass(slots=True)
class _Statement:
    times: int = 0
    name: bytes | None = None
    columns: tuple[str, ...] | None = None


class Prepared:
    """The statements of one connection."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._connection = driver.pgconn
        self._reader = Transformer(driver)
        self._statements: OrderedDict[tuple[str, tuple[int, ...]], _Statement] = OrderedDict()
        self._made = 0

    def run(self, sql: str, parameters: Mapping[str, Any], *, begin: bool = True) -> Answered | None:
        """What a statement came to; None when it must go another way. Raises `psycopg.Error`.

        With `begin`, a transaction begins if there is none; without, the statement is one of its own.
        """
        text, names = _numbered(sql)
        values: list[Buffer | None] = []
        types: list[int] = []
        for name in names:
            spelled = _spelled(parameters[name])
            if spelled is None:
                return None
            values.append(spelled[0])
            types.append(spelled[1])
        if begin:
            self._begin()
        statement = self._statement(text, tuple(types))
        if statement.name is None:
            result = self._connection.exec_params(text.encode(), values, types)
        else:
            result = self._connection.exec_prepared(statement.name, cast("Sequence[Buffer]", values))
        return self._answered(result, statement)

    def _begin(self) -> None:
        """Begin a transaction as a cursor of this connection would."""
        if self._connection.transaction_status != pq.TransactionStatus.IDLE or self._driver.autocommit:
            return
        level = self._driver.isolation_level
        words = "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"
        self._raise_if_failed(
            self._connection.exec_(f"{words} {_READING}".encode() if self._driver.read_only else words.encode())
        )

    def _statement(self, text: str, types: tuple[int, ...]) -> _Statement:
        found = self._statements.get((text, types))
        if found is None:
            self._make_room()
            found = self._statements[text, types] = _Statement()
        else:
            self._statements.move_to_end((text, types))
        found.times += 1
        if found.name is None and found.times >= OFTEN:
            name = f"chainstock_{self._made}".encode()
            self._raise_if_failed(self._connection.prepare(name, text.encode(), types))
            self._made += 1
            found.name = name
        return found

    def _make_room(self) -> None:
        if len(self._statements) >= MOST:
            _, oldest = self._statements.popitem(last=False)
            if oldest.name is not None:
                self._raise_if_failed(self._connection.exec_(b"DEALLOCATE " + oldest.name))

    def _answered(self, result: pq.abc.PGresult, statement: _Statement) -> Answered:
        self._raise_if_failed(result)
        if result.status != pq.ExecStatus.TUPLES_OK:
            return Answered((), [], result.command_tuples or 0)
        if statement.columns is None:
            statement.columns = tuple((result.fname(each) or b"").decode() for each in range(result.nfields))
        self._reader.set_pgresult(result)
        lines = self._reader.load_rows(0, result.ntuples, tuple)
        return Answered(statement.columns, lines, len(lines))

    def _raise_if_failed(self, result: pq.abc.PGresult) -> None:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return
        if self._connection.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(self._connection.get_error_message())
        raise errors.error_from_result(result)


@dataclass(frozen=True, slots=True)
class Answered:
    """Names of columns, rows, and how many rows were read or written."""

    columns: tuple[str, ...]
    lines: list[tuple[Any, ...]]
    rowcount: int


def prepared(driver: psycopg.Connection[Any], kept: MutableMapping[Any, Any]) -> Prepared:
    """The statements of this connection, kept in `kept` for as long as it lives."""
    found: Prepared | None = kept.get(KEPT)
    if found is None:
        found = kept[KEPT] = Prepared(driver)
    return found


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1`, `$2` for `%(name)s`, and the names in that order."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    text = _NAMED.sub(number, sql)
    return text.replace("%%", "%"), tuple(names)


def _spelled(value: Any) -> tuple[Buffer | None, int] | None:
    """A value as libpq takes it, and its type; None for a kind that is not known here."""
    spell = _KINDS.get(type(value))
    return spell(value) if spell is not None else None


def _list(value: list[Any]) -> tuple[Buffer | None, int] | None:
    kinds = {type(each) for each in value}
    if kinds <= {str}:
        return _words("{" + ",".join(map(_quoted, value)) + "}"), _UNKNOWN
    return (("{" + ",".join(map(str, value)) + "}").encode(), _UNKNOWN) if kinds == {int} else None


def _words(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL keeps no text with a NUL in it")
    return value.encode()


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_KINDS: Mapping[type, Callable[[Any], tuple[Buffer | None, int] | None]] = {
    str: lambda value: (_words(value), _UNKNOWN),
    int: lambda value: (b"%d" % value, _WHOLE),
    bool: lambda value: (b"t" if value else b"f", _BOOLEAN),
    type(None): lambda _value: (None, _UNKNOWN),
    list: _list,
}
