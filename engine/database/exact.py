"""Exact numbers and comparisons that mean the same in both databases. Used by the SQL back end of expressions.

A number with `scale` places is an integer of 10^-scale in SQLite, which knows no decimals, and `numeric` in PostgreSQL.
What would leave 64 bits breaks the statement in both; it is never answered roughly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Numeric, Text, literal_column
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.quantities import to_scaled


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal of a fixed number of places."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`numeric`, or an integer."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """A decimal or an integer goes in exactly."""
        if value is None:
            return None
        return to_scaled(Decimal(value), self.scale) if dialect.name == "sqlite" else Decimal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """And comes out exactly."""
        if value is None:
            return None
        return Decimal(value).scaleb(-self.scale) if dialect.name == "sqlite" else Decimal(value)


class _Spelled(FunctionElement[Any]):
    """A function that each database spells in its own way."""

    inherit_cache = True

    def operands(self, compiler: SQLCompiler, **options: Any) -> list[str]:
        """The rendered arguments."""
        return [compiler.process(each, **options) for each in self.clauses]


class Rescaled(_Spelled):
    """A number with more places: `(number, power of ten)`."""

    inherit_cache = True
    name = "rescaled"


class Fitting(_Spelled):
    """A number that must fit 64 bits of its last place: `(number, power of ten)`."""

    inherit_cache = True
    name = "fitting"


class Rounded(_Spelled):
    """Half away from zero: `(number, places left, power of ten of the places that go)`."""

    inherit_cache = True
    name = "rounded"


class Floored(_Spelled):
    """The whole number below: `(number, power of ten of the places that go)`."""

    inherit_cache = True
    name = "floored"


class Raised(_Spelled):
    """The whole number above: `(number, power of ten of the places that go)`."""

    inherit_cache = True
    name = "raised"


class Least(_Spelled):
    """The least of its arguments, nothing if one of them is nothing."""

    inherit_cache = True
    name = "least_of"


class Greatest(_Spelled):
    """The greatest of its arguments, nothing if one of them is nothing."""

    inherit_cache = True
    name = "greatest_of"


class ByCodePoint(_Spelled):
    """A text that is ordered by its code points."""

    inherit_cache = True
    name = "by_code_point"
    type = Text()


class Lowered(_Spelled):
    """A text with a to z in place of A to Z."""

    inherit_cache = True
    name = "lowered"
    type = Text()


class Found(_Spelled):
    """Where the second text stands in the first, from 1; 0 if it does not."""

    inherit_cache = True
    name = "found"
    type = BigInteger()


class DaysBetween(_Spelled):
    """Days from the first ISO date to the second."""

    inherit_cache = True
    name = "days_between"
    type = BigInteger()


def overflowed(error: DBAPIError) -> bool:
    """Whether a statement broke because a number would have left 64 bits."""
    if getattr(error.orig, "sqlstate", None) == "22003":
        return True
    return str(error.orig) == "integer overflow"


def digits(number: int) -> ColumnElement[Any]:
    """A whole number that is part of the statement itself."""
    return literal_column(str(number))


@compiles(Rescaled, "sqlite")
def _rescaled_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, power = element.operands(compiler, **options)
    return f"({number} * {power})"


@compiles(Rescaled, "postgresql")
def _rescaled_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({element.operands(compiler, **options)[0]} AS NUMERIC)"


@compiles(Fitting, "sqlite")
def _fitting_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, _ = element.operands(compiler, **options)
    broken = f"typeof({number}) = 'real' OR {number} < -9223372036854775807"
    return f"(CASE WHEN {broken} THEN abs(-9223372036854775807 - ({number} <> 0)) ELSE {number} END)"


@compiles(Fitting, "postgresql")
def _fitting_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, power = element.operands(compiler, **options)
    last = Decimal(1) / int(power)
    return f"(-CAST(-(({number}) * {power}) AS BIGINT) * {last:f})"  # turned twice: -2^63 is one too many as well


@compiles(Rounded, "sqlite")
def _rounded_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, _, power = element.operands(compiler, **options)
    return f"(({number}) / {power} + (2 * (({number}) % {power})) / {power})"


@compiles(Rounded, "postgresql")
def _rounded_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, places, _ = element.operands(compiler, **options)
    return f"round({number}, {places})"


@compiles(Floored, "sqlite")
def _floored_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, power = element.operands(compiler, **options)
    return f"(({number}) / {power} - (({number}) % {power} < 0))"


@compiles(Raised, "sqlite")
def _raised_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    number, power = element.operands(compiler, **options)
    return f"(({number}) / {power} + (({number}) % {power} > 0))"


@compiles(Floored, "postgresql")
def _floored_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"floor({element.operands(compiler, **options)[0]})"


@compiles(Raised, "postgresql")
def _raised_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"ceil({element.operands(compiler, **options)[0]})"


@compiles(Least, "sqlite")
def _least_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"min({', '.join(element.operands(compiler, **options))})"


@compiles(Greatest, "sqlite")
def _greatest_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({', '.join(element.operands(compiler, **options))})"


def _unless_empty(function: str, parts: list[str]) -> str:
    known = " AND ".join(f"({part}) IS NOT NULL" for part in parts)
    return f"(CASE WHEN {known} THEN {function}({', '.join(parts)}) END)"


@compiles(Least, "postgresql")
def _least_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return _unless_empty("least", element.operands(compiler, **options))


@compiles(Greatest, "postgresql")
def _greatest_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return _unless_empty("greatest", element.operands(compiler, **options))


@compiles(ByCodePoint, "sqlite")
def _by_code_point_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return element.operands(compiler, **options)[0]


@compiles(ByCodePoint, "postgresql")
def _by_code_point_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f'(({element.operands(compiler, **options)[0]}) COLLATE "C")'


@compiles(Lowered, "sqlite")
def _lowered_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({element.operands(compiler, **options)[0]})"


@compiles(Lowered, "postgresql")
def _lowered_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({element.operands(compiler, **options)[0]}) COLLATE "C")'


@compiles(Found, "sqlite")
def _found_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({', '.join(element.operands(compiler, **options))})"


@compiles(Found, "postgresql")
def _found_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({', '.join(element.operands(compiler, **options))})"


@compiles(DaysBetween, "sqlite")
def _days_between_sqlite(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    start, end = element.operands(compiler, **options)
    return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _days_between_postgresql(element: _Spelled, compiler: SQLCompiler, **options: Any) -> str:
    start, end = element.operands(compiler, **options)
    return f"(CAST({end} AS DATE) - CAST({start} AS DATE))"
