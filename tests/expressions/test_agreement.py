"""Properties: what type-checks never breaks, the value has the type that was said, and SQL agrees with Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.errors import Refusal
from engine.expressions import (
    EvaluationFault,
    Expression,
    ExpressionFault,
    NotInSql,
    Place,
    Reference,
    Subject,
    Type,
    places,
)
from engine.expressions.exact import limit
from engine.expressions.sql_parts import EPOCH
from engine.expressions.words import WORDS
from tests.expressions.deeds import compiled, deed, environment, parameters, plain
from tests.expressions.tables import DeedColumns, answer, fill

FIELDS = {
    "number": ["it.n", "it.m", "it.z", "it.rate", "0", "1", "7", "2.5", "0.001", "it.q", "it.p", "it.e", "row.n"],
    "money": ["it.total", "it.cost", "100", "0.01", "record.total"],
    "text": ["it.note", "it.blank", "it.none", "it.zh", "it.state", "'Hello'", "''", "'é'", "record.note"],
    "date": ["it.day", "it.later", "it.noday", "today", "date('2026-03-31')", "record.day"],
    "moment": ["it.at", "it.noat", "now"],
    "boolean": ["it.yes", "it.no", "it.maybe", "true", "false", "record.maybe"],
    "record": ["it.store", "it.other", "it.nostore", "record.store", "actor.store"],
}
SIGNS = ("==", "!=", "<", "<=", ">", ">=")


def leaf(kind: str) -> st.SearchStrategy[str]:
    """A field or a written value of a kind."""
    return st.sampled_from(FIELDS[kind])


def numbers(depth: int) -> st.SearchStrategy[str]:
    """A number worked out in some way."""
    if depth == 0:
        return leaf("number")
    below = numbers(depth - 1)
    return st.one_of(
        leaf("number"),
        st.tuples(below, st.sampled_from("+-*"), below).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(below, below).map(lambda t: f"otherwise({t[0]}, {t[1]})"),
        st.tuples(st.sampled_from(("min", "max")), below, below).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(st.sampled_from(("round", "floor", "ceil", "abs", "-")), below).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(below, st.integers(0, 6)).map(lambda t: f"round({t[0]}, {t[1]})"),
        st.tuples(below, conditions(depth - 1), below).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.sampled_from(
            ("sum(it.lines.n)", "sum(it.lines.a)", "count(it.lines)", "max(it.lines.n)", "min(it.lines.a)")
        ),
        conditions(depth - 1).map(lambda c: f"count(it.lines, row.n > 1 or {c})"),
        leaf("date").flatmap(lambda d: leaf("date").map(lambda e: f"days_between({d}, {e})")),
        leaf("date").map(lambda d: f"year({d})"),
        leaf("text").map(lambda t: f"len({t})"),
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    """A condition of some depth."""
    if depth == 0:
        return leaf("boolean")
    below = conditions(depth - 1)
    number = numbers(depth - 1)
    compared = [
        st.tuples(number, st.sampled_from(SIGNS), number),
        st.tuples(leaf("money"), st.sampled_from(SIGNS), leaf("money")),
        st.tuples(leaf("text"), st.sampled_from(SIGNS), leaf("text")),
        st.tuples(leaf("date"), st.sampled_from(SIGNS), leaf("date")),
        st.tuples(leaf("moment"), st.sampled_from(SIGNS), leaf("moment")),
        st.tuples(leaf("moment").map(lambda m: f"date({m})"), st.sampled_from(SIGNS), leaf("date")),
        st.tuples(leaf("record"), st.sampled_from(SIGNS[:2]), leaf("record")),
    ]
    return st.one_of(
        leaf("boolean"),
        st.one_of(compared).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        st.tuples(below, st.sampled_from(("and", "or")), below).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        below.map(lambda c: f"not ({c})"),
        number.map(lambda n: f"empty({n})"),
        st.tuples(number, st.lists(number, min_size=1, max_size=3)).map(lambda t: f"{t[0]} in [{', '.join(t[1])}]"),
        st.tuples(leaf("text"), leaf("text")).map(lambda t: f"contains({t[0]}, lower({t[1]}))"),
        st.tuples(leaf("text"), leaf("text")).map(lambda t: f"starts({t[0]}, {t[1]})"),
        st.tuples(st.sampled_from(("any", "all")), number).map(lambda t: f"{t[0]}(it.lines, row.n > {t[1]})"),
        st.tuples(st.sampled_from(("any", "all")), number).map(lambda t: f"{t[0]}(it.lines, row.a >= {t[1]})"),
    )


whole = st.one_of(st.none(), st.integers(-1000, 1000), st.sampled_from([2**63 - 1, -(2**63 - 1), 10**12]))
exact = st.one_of(
    st.none(),
    st.decimals(-1000, 1000, places=6),
    st.sampled_from([Decimal("9223372036854.775807"), Decimal("-9223372036854.775807"), Decimal("0.000001")]),
)
words = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6))
deeds = st.fixed_dictionaries(
    {
        "n": whole,
        "z": whole,
        "q": exact,
        "e": exact,
        "note": words,
        "none": words,
        "maybe": st.one_of(st.none(), st.booleans()),
        "day": st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2200, 1, 1))),
        "at": st.one_of(
            st.none(), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))
        ),
    }
)

KINDS: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "decimal": (Decimal, int),
    "money": (Decimal, int),
    "quantity": (Decimal, int),
    "text": (str,),
    "choice": (str,),
    "boolean": (bool,),
    "date": (date,),
    "moment": (datetime,),
    "reference": (Reference, Subject),
    "place": (Place, Reference, Subject),
    "list": (list, tuple),
    "table": (list,),
    "row": (dict,),
    "empty": (),
}


def sound(value: Any, of: Type) -> bool:
    """Whether a value has the type, the places and the size that the checker said."""
    if value is None:
        return True
    if not isinstance(value, KINDS[of.kind]) or (isinstance(value, bool) and of.kind != "boolean"):
        return False
    if isinstance(value, list | tuple) and of.of is not None and of.kind == "list":
        return all(sound(each, of.of) for each in value)
    if isinstance(value, Decimal):
        return value == round(value, places(of)) and value.is_finite()
    return True


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(conditions(3), numbers(3)), deeds)
def test_what_type_checks_gives_its_type_or_a_named_refusal(text: str, changes: dict[str, Any]) -> None:
    """Never a `TypeError`: the code `evaluation` stands for what nobody foresaw."""
    code = _refused_or_sound(text, **changes)
    assert code in {None, "type", "scale", "unknown_option", "too_deep", "number", "fuel"}


PIECES = st.sampled_from(
    [
        *(each for kind in FIELDS.values() for each in kind),
        *(f"{word.name}(" for word in WORDS),
        *SIGNS,
        *("+", "-", "*", "/", "(", ")", "[", "]", ",", ".", "and", "or", "not", "in", "if", "else", "lines"),
        *(".code", ".region", ".a", ".store", "item=", "at=", "lookup('price', ", "traced(row, ", "row.a"),
    ]
)


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, min_size=1, max_size=12))
def test_any_heap_of_words_is_refused_or_sound(pieces: list[str]) -> None:
    """Whatever the reader lets through."""
    _refused_or_sound(" ".join(pieces))


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=60))
def test_any_text_is_refused_or_sound(text: str) -> None:
    """Also what nobody would write."""
    _refused_or_sound(text)


def _refused_or_sound(text: str, **changes: Any) -> str | None:
    code: str | None = None
    try:
        expression = compiled(text)
        value = expression.evaluate(environment(it=deed(**changes)))
    except (ExpressionFault, EvaluationFault) as fault:
        code = fault.code
    else:
        assert sound(value, expression.type), (text, value, expression.type)
    assert code != "evaluation", text
    return code


def _asked(database: Database, expression: Expression) -> Any:
    element = expression.sql(DeedColumns(), parameters())
    with database.reading() as connection:
        value = connection.execute(answer(element)).scalar_one()
    if expression.type.kind == "boolean" and value is not None:
        return bool(value)
    if expression.type.kind == "moment" and isinstance(value, int):
        return EPOCH + timedelta(microseconds=value)
    return value


def _evaluated(expression: Expression, changes: dict[str, Any]) -> Any:
    try:
        return plain(expression.evaluate(environment(it=deed(**changes))))
    except EvaluationFault:
        return "refused"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(conditions(3), numbers(3)), min_size=8, max_size=8), deeds)
def test_sql_agrees_with_python_or_says_that_it_cannot(
    database: Database, texts: list[str], changes: dict[str, Any]
) -> None:
    """The same value; and where Python has none, SQL has none that Python would not give."""
    database.transaction(lambda connection: fill(connection, **changes))
    for text in texts:
        try:
            expression = compiled(text)
            found = plain(_asked(database, expression))
        except (ExpressionFault, NotInSql, Refusal, DBAPIError):
            continue
        right = _evaluated(expression, changes)
        assert right in (found, "refused"), (text, changes, found, right)


def test_the_limit_of_a_number_is_what_the_ledger_keeps() -> None:
    """64 bits of its last place, of the sixth at the finest."""
    assert limit(Type("integer")) == 2**63 - 1
    assert limit(Type("money")) == Decimal("92233720368547758.07")
    assert limit(Type("quantity")) == Decimal("9223372036854.775807")
    assert limit(Type("decimal", scale=12)) == Decimal("9223372036854.775807")
