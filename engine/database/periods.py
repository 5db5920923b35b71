"""Days of moments, and the periods that days lie in, spelled for both databases. Used by reports.

A day is ISO text. SQLite knows no time zones: a function of ours answers there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

PERIODS = ("day", "week", "month", "quarter", "year")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LocalDay(FunctionElement[Any]):
    """The day of a moment in a time zone: `(microseconds, name of the zone)`."""

    inherit_cache = True
    name = "local_day"
    type = Text()


class FirstDay(FunctionElement[Any]):
    """The first day of the period that a day lies in: `(day, week | month | quarter | year)`; weeks begin on Monday."""

    inherit_cache = True
    name = "first_day"
    type = Text()


def local_day(micros: int | None, zone: str) -> str | None:
    """What SQLite calls."""
    if micros is None:
        return None
    return (EPOCH + timedelta(microseconds=micros)).astimezone(_zone(zone)).date().isoformat()


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, options: Any) -> list[str]:
    return [compiler.process(each, **options) for each in element.clauses]


@compiles(LocalDay, "sqlite")
def _local_day_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    moment, zone = _parts(element, compiler, options)
    return f"local_day({moment}, {zone})"


@compiles(LocalDay, "postgresql")
def _local_day_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    moment, zone = _parts(element, compiler, options)
    return f"to_char(to_timestamp(floor({moment} / 1000000.0)) AT TIME ZONE {zone}, 'YYYY-MM-DD')"


@compiles(FirstDay, "sqlite")
def _first_day_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    day, period = _parts(element, compiler, options)
    match period.strip("'"):
        case "week":
            return f"date({day}, '-6 days', 'weekday 1')"
        case "month":
            return f"(substr({day}, 1, 7) || '-01')"
        case "quarter":
            month = f"CAST(substr({day}, 6, 2) AS INTEGER)"
            return f"(substr({day}, 1, 5) || printf('%02d', ({month} - 1) / 3 * 3 + 1) || '-01')"
        case _:
            return f"(substr({day}, 1, 4) || '-01-01')"


@compiles(FirstDay, "postgresql")
def _first_day_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    day, period = _parts(element, compiler, options)
    return f"to_char(date_trunc({period}, CAST({day} AS DATE)), 'YYYY-MM-DD')"
