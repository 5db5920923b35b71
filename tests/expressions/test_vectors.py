"""Every vector in every back end: Python, SQLite, PostgreSQL. The browser runs the same file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.errors import Refusal
from engine.expressions import EvaluationFault, Expression, ExpressionFault, NotInSql
from engine.expressions.sql_parts import EPOCH
from engine.expressions.words import WORDS
from tests.expressions.deeds import VECTORS, compiled, environment, parameters, plain, wanted
from tests.expressions.tables import DeedColumns, answer, fill

Vector = Mapping[str, Any]
RUNNING = [each for each in VECTORS if "fault" not in each]


def _named(vector: Vector) -> str:
    return str(vector["x"])[:60].encode("ascii", "replace").decode()


@pytest.mark.parametrize("vector", VECTORS, ids=_named)
def test_python_answers_every_vector(vector: Vector) -> None:
    """Values, faults of the text and refusals of the evaluation."""
    if "fault" in vector:
        with pytest.raises(ExpressionFault) as fault:
            compiled(vector["x"])
        assert fault.value.code == vector["fault"]
        assert 1 <= fault.value.column <= len(vector["x"]) + 1
        assert set(fault.value.says) == {"en", "zh"}
        return
    expression = compiled(vector["x"])
    if "refused" in vector:
        with pytest.raises(EvaluationFault) as refusal:
            expression.evaluate(environment())
        assert refusal.value.code == vector["refused"]
        return
    assert plain(expression.evaluate(environment())) == wanted(vector["is"], expression.type)


def _ask(database: Database, expression: Expression) -> Any:
    element = expression.sql(DeedColumns(), parameters())
    with database.reading() as connection:
        value = connection.execute(answer(element)).scalar_one()
    if expression.type.kind == "boolean" and value is not None:
        return bool(value)
    if expression.type.kind == "moment" and isinstance(value, int):
        return EPOCH + timedelta(microseconds=value)
    return value


def _fault_of(database: Database, vector: Vector) -> str | None:
    expression = compiled(vector["x"])
    if expression.type.kind in ("list", "table", "row"):
        return None
    if vector.get("sql") is False:
        try:
            found = _ask(database, expression)
        except NotInSql:
            return None
        return f"{vector['x']}: SQL answered {found!r}"
    if "refused" in vector:
        try:
            found = _ask(database, expression)
        except (NotInSql, Refusal, DBAPIError):
            return None
        return f"{vector['x']}: SQL answered {found!r} where Python refuses"
    try:
        found = plain(_ask(database, expression))
    except (NotInSql, DBAPIError, Refusal) as error:
        return f"{vector['x']}: {error!r}"[:500]
    right = wanted(vector["is"], expression.type)
    if found != right or isinstance(found, datetime):
        return f"{vector['x']}: SQL answered {found!r}, not {right!r}"
    return None


def test_both_databases_answer_every_vector_or_say_that_they_cannot(database: Database) -> None:
    """A value, `NotInSql` where the vector says so, and never a value where Python refuses."""
    database.transaction(fill)
    faults = [fault for vector in RUNNING if (fault := _fault_of(database, vector)) is not None]
    assert faults == []


def test_there_are_enough_vectors_and_none_stands_twice() -> None:
    """At least five hundred, and many of them answered by SQL."""
    assert len(VECTORS) >= 500
    assert [x for x, times in Counter(each["x"] for each in VECTORS).items() if times > 1] == []
    assert sum(1 for each in RUNNING if "is" in each and "it." in each["x"] and each.get("sql", True)) >= 200


@pytest.mark.parametrize("word", [each.name for each in WORDS])
def test_every_word_has_a_vector_with_a_value_and_one_with_a_fault_or_refusal(word: str) -> None:
    """No word without its twin."""
    of_word = [each for each in VECTORS if f"{word}(" in each["x"]]
    assert any("is" in each for each in of_word)
    assert any("fault" in each or "refused" in each or each["is"] is None for each in of_word)
