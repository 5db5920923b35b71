"""Attacks on the language (X), and what exhausts it (D): each refused quickly, each with its positive twin."""

from __future__ import annotations

import ast
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Kind, Refusal
from engine.expressions import Environment, EvaluationFault, ExpressionFault, Place, Reference, Subject, Value, holds
from engine.expressions.expression import STEPS
from engine.expressions.reading import LONGEST, TOKENS
from tests.expressions.deeds import DeedWorld, compiled, deed, environment, plain


def refused(text: str) -> str:
    """The code with which a text is refused, within a second and little memory."""
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(ExpressionFault) as fault:
        compiled(text)
    taken = time.perf_counter() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1
    assert peak < 100_000_000
    return fault.value.code


def value(text: str) -> Any:
    """The positive twin's value."""
    return plain(compiled(text).evaluate(environment()))


@pytest.mark.parametrize(
    "text",
    [
        "getattr(record, 'n')",
        "setattr(record, 'n', 1)",
        "__import__('os').system('id')",
        "eval('1')",
        "exec('1')",
        "open('/etc/passwd')",
        "globals()",
        "type(record)",
        "vars(record)",
        "(lambda: 1)()",
        "[x for x in lines]",
        "{x for x in lines}",
        "{x: 1 for x in lines}",
        "(x for x in lines)",
        "sum(x for x in lines)",
        "(y := 1)",
        "f'{record.n}'",
        "f'{record.__class__}'",
        "match record: case 1: 2",
        "await record.n",
        "yield 1",
        "(yield 1)",
        "import os",
        "record.n = 1",
        "del record",
        "record.n; record.m",
        "lines[0]",
        "lines[0:1]",
        "*lines",
        "sum(*lines)",
        "lookup('price', **record)",
        "{'a': 1}",
        "{1, 2}",
        "(1, 2)",
        "record.n is 1",
        "b'x'",
        "`id`",
        "$n",
        "n!",
        "record.n @ 2",
        "...",
        "record?.n",
        "print(1)",
        "raise record",
        "async",
        "not",
        "record.n\n; 1",
        "1 if",
    ],
)
def test_x02_what_python_knows_beyond_the_language_is_refused(text: str) -> None:
    """By the closed list of nodes, words and characters."""
    assert refused(text) in {
        "not_allowed",
        "unknown_word",
        "unknown_name",
        "character",
        "syntax",
        "name",
        "text",
        "arguments",
    }


def test_x02_twin_fields_words_and_conditions_work() -> None:
    """What the language does have."""
    assert value("record.n if sum(lines.n) > 2 else record.m") == 7


@pytest.mark.parametrize(
    "text",
    [
        "'{0.__class__}'.format(record)",
        "'%s'.__mod__(record)",
        "'a'.join(lines)",
        "'a'.upper()",
        "'%s' % record.n",
        "record.__class__.__mro__",
        "record.values",
        "record._values",
        "lines.append",
        "row.keys",
        "row.__class__",
        "today.year",
        "now.tzinfo",
        "record.total.real",
        "record.note.encode",
    ],
)
def test_x03_no_attribute_of_python_is_reached(text: str) -> None:
    """Only declared fields have a dot before them."""
    assert refused(text) in {"not_allowed", "unknown_field", "character", "name", "type"}


def test_x03_twin_declared_fields_are_reached() -> None:
    """Through references as well."""
    assert value("record.store.region.code") == "WEST"
    assert value("year(today)") == 2026


@pytest.mark.parametrize(
    "text",
    [
        "'a' * 1000000000",
        "'a' * 10**9",
        "'%1000000000d' % 1",
        "[0] * 1000000000",
        "pad('x', 1000000000)",
        "'a' * record.n",
    ],
)
def test_x05_nothing_multiplies_texts_or_lists(text: str) -> None:
    """The checker knows no such operator or word."""
    assert refused(text) in {"type", "not_allowed", "unknown_word", "character"}


def test_x05_a_text_that_grows_too_long_is_refused() -> None:
    """Joining has a budget."""
    doubled = "record.note"
    for _ in range(5):
        doubled = f"({doubled} + {doubled})"
    long = Subject("deed", "d1", {**deed().values, "note": "x" * 400})
    with pytest.raises(EvaluationFault) as fault:
        compiled(doubled).evaluate(environment(record=long))
    assert fault.value.code == "text"
    assert value("record.note + record.note") == "HelloHello"


def test_x05_a_list_is_bounded() -> None:
    """A written list has at most a thousand elements."""
    within = ", ".join(["1"] * 900)
    beyond = ", ".join(["1"] * 1_900)
    assert value(f"record.n in [{within}]") is False
    assert refused(f"record.n in [{beyond}]") in {"list", "too_long"}


@pytest.mark.parametrize(
    "text",
    [
        "-" * 100_000 + "1",
        "- " * 3_900 + "1",
        "not " * 1_900 + "true",
        "-" * 41 + "1",
        "(" * 300 + "1" + ")" * 300,
        "(" * 100_000,
        "[" * 200_000,
        "+".join(["1"] * 50_000),
        "+".join(["1"] * 900),
        "1" + "-1" * 65,
        " and ".join(["true"] * 50_000),
        "1 if true else " * 70 + "1",
        "abs(" * 60 + "1" + ")" * 60,
        "record" + ".store" * 1_000,
        "a" * 100_000,
        "'" + "a" * 100_000 + "'",
        "9" * 100_000,
        "9" * 5_000,
        "0." + "1" * 5_000,
        "record.n in [" * 60 + "1" + "]" * 60,
        "\n" * 100_000 + "1",
        "((((((((((" * 4_000,
    ],
    ids=range(22),
)
def test_x06_what_is_too_deep_or_too_long_is_refused_before_pythons_parser_could_break(text: str) -> None:
    """Never a memory or recursion error, and quickly."""
    assert refused(text) in {"too_deep", "too_long", "number", "character"}


def test_x06_twin_ordinary_depth_and_length_work() -> None:
    """A long expression of a real form is far below the limits."""
    assert value("-" * 20 + "1") == 1
    assert value("(" * 40 + "1" + ")" * 40) == 1
    assert value("+".join(["1"] * 60)) == 60
    assert value(" and ".join(["true"] * 500)) is True
    assert value("record.note == '" + "a" * 5_000 + "'") is False


def test_x06_the_limits_are_exact() -> None:
    """One more is too much."""
    assert value("1".rjust(LONGEST)) == 1
    assert refused("1".rjust(LONGEST + 1)) == "too_long"
    assert refused(" and ".join(["true"] * TOKENS)) == "too_long"


class Breaking(DeedWorld):
    """A world that breaks in a chosen way."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Never answers."""
        raise self.error

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """Never answers."""
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(1),
        KeyboardInterrupt(),
        RecursionError(),
        MemoryError(),
        ValueError("x"),
        TypeError(),
        AssertionError(),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("text", ["limit('deed', 'store') > 0", "record.store.open", "not did('x')"])
def test_x08_whatever_an_outside_function_raises_is_a_refusal(error: BaseException, text: str) -> None:
    """And never lets a guard through."""
    guard = compiled(text)
    with pytest.raises(EvaluationFault) as fault:
        guard.evaluate(environment(Breaking(error)))
    assert fault.value.kind is Kind.RULE
    assert holds(guard, environment(Breaking(error))) is False


def test_x08_twin_a_world_that_answers_lets_the_guard_through() -> None:
    """The same guards."""
    assert value("limit('deed', 'store') > 0") is True
    assert value("record.store.open") is True


def test_x08_what_the_world_itself_refuses_is_not_reworded() -> None:
    """Its refusal is the answer; it is no yes either."""
    refusal = Refusal(Kind.UNAVAILABLE, "unavailable", {"en": "away", "zh": "away"})
    with pytest.raises(Refusal) as found:
        compiled("limit('deed', 'store') > 0").evaluate(environment(Breaking(refusal)))
    assert found.value is refusal


def test_x09_another_record_is_only_had_through_the_world_that_was_given() -> None:
    """So it is seen with the eyes of whoever evaluates; a record that is not seen is empty, and the guard is no."""

    class Blind(DeedWorld):
        """Sees no other record."""

        def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
            """Nothing."""
            return None

        def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
            """Nothing."""
            self.asked.append((function, tuple(args), dict(named)))
            return None

    seen = compiled("lookup('price', store=record.other).amount > 0")
    blind = Blind()
    assert seen.evaluate(environment(blind)) is None
    assert blind.asked == [("lookup", ("price",), {"store": Reference("store", "s2")})]
    assert holds(seen, environment(blind)) is False
    assert holds(seen, environment()) is True
    assert refused("lookup(record.note, store=record.other).amount") == "literal"


@pytest.mark.parametrize(
    "text",
    [
        "record.note > 5",
        "record.day > '2026-01-01'",
        "record.at > record.day",
        "record.n == 'NaN'",
        "None == None",
        "nan == nan",
        "record.z == empty",
        "record.store == 's1'",
        "record.yes == 1",
        "record.total > record.q",
        "record.n and true",
        "not record.n",
        "'' or true",
        "lines",
        "record.n",
        "'true'",
    ],
)
def test_x11_what_cannot_mean_anything_is_refused_when_it_is_checked(text: str) -> None:
    """A guard must be a boolean of comparable things."""
    from_scope = compiled("true").type
    with pytest.raises(ExpressionFault):
        compiled(text, from_scope)
    assert compiled("record.n > 5", from_scope).type.kind == "boolean"


@pytest.mark.parametrize(
    "bad", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), float("nan"), "5", [5], {}, True], ids=repr
)
@pytest.mark.parametrize(
    "text", ["limit('a', 'b') >= 0 or true", "limit('a', 'b') != 5 or false", "not limit('a', 'b') < 0"]
)
def test_x11_an_answer_of_another_type_is_a_refusal_not_a_yes(bad: Any, text: str) -> None:
    """Whatever the world gives."""

    class Odd(DeedWorld):
        """Answers what it should not."""

        def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
            """The odd value."""
            found: Value = bad
            return found

    guard = compiled(text)
    with pytest.raises(EvaluationFault):
        guard.evaluate(environment(Odd()))
    assert holds(guard, environment(Odd())) is False
    assert holds(guard, environment()) is True


@pytest.mark.parametrize(
    "text", ["record.total / (record.n - 7) > 0", "1 / 0 > 0", "record.total > limit('x', 'y') / 0"]
)
def test_x12_a_division_by_zero_refuses(text: str) -> None:
    """Also inside a negation, where a wrong no would be a yes."""
    for guard in (text, f"not ({text})", f"({text}) or true", f"empty({text})"):
        with pytest.raises(EvaluationFault) as fault:
            compiled(guard).evaluate(environment())
        assert fault.value.code == "division"


def test_x12_an_absent_amount_or_limit_is_empty_and_never_a_yes() -> None:
    """Neither the condition nor its negation holds."""
    without = {"record": Subject("deed", "d1", {**deed().values, "total": None})}
    for text in ("record.total > 100", "not record.total > 100", "record.total <= 100"):
        assert compiled(text).evaluate(environment(**without)) is None
        assert holds(compiled(text), environment(**without)) is False
    assert holds(compiled("record.total >= 100"), environment()) is True


def test_x12_a_name_that_the_environment_does_not_have_refuses() -> None:
    """Nothing stands in for it."""
    bare = Environment({}, DeedWorld(), environment().now, environment().today)
    with pytest.raises(EvaluationFault) as fault:
        compiled("not decided").evaluate(bare)
    assert fault.value.code == "missing"
    assert holds(compiled("not decided"), bare) is False
    assert holds(compiled("not decided"), environment()) is True


@pytest.mark.parametrize("text", ["1e21", "1e-400", "0.1e1", "١", "1.0e5", "0b1", "1l"])
def test_x14_a_number_is_written_in_one_way(text: str) -> None:
    """What browsers and Python read differently cannot be written."""
    assert refused(text) in {"number", "syntax"}


def test_x14_the_classics_are_exact() -> None:
    """Minus zero is zero, a tenth is a tenth."""
    assert value("0.1 + 0.2 == 0.3") is True
    assert value("-0.0 == 0") is True
    assert value("1000000000000000000 * 9 == 9000000000000000000") is True
    assert value("lower('İẞÄ') == 'İẞÄ'") is True


def test_d_fuel_stops_loops_within_loops() -> None:
    """A thousand rows by a thousand rows is more than one operation may spend."""
    rows = [{"row": f"r{index}", "a": Decimal(index), "n": index} for index in range(1_000)]
    many = {"record": Subject("deed", "d1", {**deed().values, "lines": rows})}
    begun = time.perf_counter()
    with pytest.raises(EvaluationFault) as fault:
        compiled("count(lines, any(lines, row.n + row.n + row.n > 5000))").evaluate(environment(**many))
    assert fault.value.code == "fuel"
    assert time.perf_counter() - begun < 5
    assert compiled("count(lines, row.n > 500)").evaluate(environment(**many)) == 499


def test_d_children_share_the_fuel() -> None:
    """A row's own environment does not begin anew."""
    parent = environment(fuel=50)
    summed = compiled("sum(lines, row.n + 1)")
    for _ in range(4):
        assert summed.evaluate(parent.with_names(extra=1)) == 5
    parent.fuel[0] = 8
    with pytest.raises(EvaluationFault):
        summed.evaluate(parent.with_names(extra=1))


def test_d_outside_answers_cost_fuel() -> None:
    """Nobody asks a million questions."""
    poor = environment(fuel=50)
    limit = compiled("limit('a', 'b')")
    assert [plain(limit.evaluate(poor)) for _ in range(2)] == [3000, 3000]
    with pytest.raises(EvaluationFault):
        limit.evaluate(poor)


def test_every_kind_of_node_python_knows_is_either_a_step_or_refused() -> None:
    """A new Python cannot widen the language."""
    from_python = {each for each in vars(ast).values() if isinstance(each, type) and issubclass(each, ast.expr)}
    steps = set(STEPS)
    assert steps <= from_python
    assert {each.__name__ for each in steps} == {
        "Attribute", "BinOp", "BoolOp", "Call", "Compare", "Constant", "IfExp", "List", "Name", "UnaryOp",
    }  # fmt: skip


def test_control_characters_and_surrogates_are_refused() -> None:
    """They neither reach a database nor a log."""
    bad: Sequence[Callable[[], str]] = [lambda: "'\x00'", lambda: "'\ud800'", lambda: "'\x1b'", lambda: "'\x85'"]
    assert {refused(make()) for make in bad} == {"character"}
    assert value("'仓库'") == "仓库"
