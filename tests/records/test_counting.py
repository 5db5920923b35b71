"""Numbers, keys and facts come out right however many ask at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from engine.database import Database
from engine.database.dialects import run_together
from engine.definitions.models import Fact, Source
from engine.errors import Refusal
from engine.expressions import Environment, Reference, Subject, Type, compile_expression
from engine.records import facts, numbering, requests
from tests.records.test_listing import NoWorld, OrderScope

PARTS = ["TR-", "S01", "-", "202611", "-", 5]


def at_once(count: int, work: Callable[[int], None]) -> None:
    start = threading.Barrier(count)
    broken: list[BaseException] = []

    def run(index: int) -> None:
        start.wait()
        try:
            work(index)
        except BaseException as error:  # shown below, in the test's own thread
            broken.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert broken == []


def test_numbers_run_per_form_and_per_everything_else_in_the_text(database: Database) -> None:
    def work(connection: Connection) -> list[str]:
        asked: list[tuple[str, list[str | int]]] = [
            ("order", PARTS),
            ("order", PARTS),
            ("order", ["TR-", "S02", "-", "202611", "-", 5]),
            ("other", PARTS),
            ("order", [2, "/26"]),
            ("order", ["{5}", 1]),
        ]
        return [numbering.next_number(connection, form, parts) for form, parts in asked]

    assert database.transaction(work) == [
        "TR-S01-202611-00001", "TR-S01-202611-00002", "TR-S02-202611-00001", "TR-S01-202611-00001", "01/26", "{5}1",
    ]  # fmt: skip


def test_two_hundred_submissions_at_once_get_two_hundred_numbers_without_a_gap(database: Database) -> None:
    given_out: list[str] = []

    def work(_: int) -> None:
        for _ in range(10):
            given_out.append(database.transaction(lambda c: numbering.next_number(c, "order", PARTS)))

    at_once(20, work)
    assert sorted(given_out) == [f"TR-S01-202611-{number:05d}" for number in range(1, 201)]


def test_who_is_refused_gives_the_number_back(database: Database) -> None:
    def refused(connection: Connection) -> None:
        numbering.next_number(connection, "order", PARTS)
        raise KeyError

    with pytest.raises(KeyError):
        database.transaction(refused)
    assert database.transaction(lambda c: numbering.next_number(c, "order", PARTS)).endswith("00001")


# -- keys ----------------------------------------------------------------------------------------------------------

ANSWER = {"form": "order", "id": "x", "number": None, "state": "open", "revision": 1, "version": 2, "seq": 3}
FIRST = requests.Remembered("hash", 200, ANSWER)


def test_a_key_gives_its_answer_again_in_the_order_of_its_words(database: Database) -> None:
    assert database.transaction(lambda c: requests.keep(c, "a", "k", FIRST, 5))
    found = database.transaction(lambda c: requests.recall(c, "a", "k"))
    assert found == FIRST
    assert list(found.answer) == list(ANSWER)
    assert database.transaction(lambda c: requests.recall(c, "b", "k")) is None
    assert database.transaction(lambda c: requests.recall(c, "a", "K")) is None


def test_an_answer_is_never_replaced(database: Database) -> None:
    other = requests.Remembered("other", 409, {})
    assert database.transaction(lambda c: requests.keep(c, "a", "k", FIRST, 5))
    assert not database.transaction(lambda c: requests.keep(c, "a", "k", other, 6))
    assert database.transaction(lambda c: requests.recall(c, "a", "k")) == FIRST


def test_many_keys_are_kept_and_recalled_as_one_is(database: Database) -> None:
    answers = {f"k{number}": requests.Remembered(f"h{number}", 200, {"n": number}) for number in range(30)}
    assert database.transaction(lambda c: requests.keep_all(c, "a", answers, 5))
    asked = [*answers, "never", "k1'; --"]
    assert database.transaction(lambda c: requests.recall_all(c, "a", asked)) == answers
    assert database.transaction(lambda c: requests.recall_all(c, "b", asked)) == {}
    assert database.transaction(lambda c: requests.recall_all(c, "a", [])) == {}
    assert database.transaction(lambda c: requests.recall(c, "a", "k7")) == answers["k7"]


def test_many_keys_are_not_kept_when_one_of_them_has_an_answer(database: Database) -> None:
    assert database.transaction(lambda c: requests.keep(c, "a", "k", FIRST, 5))
    assert not database.transaction(lambda c: requests.keep_all(c, "a", {"k": FIRST, "l": FIRST}, 6))
    assert database.transaction(lambda c: requests.keep_all(c, "b", {"k": FIRST, "l": FIRST}, 6))


class _Late(Exception):
    pass


def test_of_many_duplicates_at_once_one_works_and_the_others_replay(database: Database) -> None:
    answers: list[Any] = []

    def send(index: int) -> None:
        def work(connection: Connection) -> Any:
            answer = {"number": numbering.next_number(connection, "order", PARTS), "by": index}
            if not requests.keep(connection, "a", "k", requests.Remembered("hash", 200, answer), 5):
                raise _Late
            return answer

        try:
            answers.append(database.transaction(work))
        except _Late:
            found = database.transaction(lambda c: requests.recall(c, "a", "k"))
            answers.append(found.answer if found else None)

    at_once(16, send)
    assert len({answer["by"] for answer in answers}) == 1
    assert [answer["number"] for answer in answers] == ["TR-S01-202611-00001"] * 16


def test_once_is_once(database: Database) -> None:
    made: list[bool] = []
    at_once(8, lambda index: made.append(database.transaction(lambda c: requests.once(c, "night:S01", str(index)))))
    assert sorted(made) == [False] * 7 + [True]


# -- facts ---------------------------------------------------------------------------------------------------------


def fact(
    where: str | None = "it.state == 'open'", sum_: str | None = "row.quantity", table: str | None = "lines"
) -> Fact:
    scope = RowScope()
    keys = {"shop": "it.shop", "item": "row.item"} if table else {"shop": "it.shop"}
    return Fact(
        name="open_pieces",
        parameters={name: Type("reference") for name in keys},
        sources=(
            Source(
                name="",
                form="order",
                table=table,
                keys={name: compile_expression(words, scope) for name, words in keys.items()},
                where=compile_expression(where, scope, Type("boolean")) if where else None,
                sum=compile_expression(sum_, scope) if sum_ else None,
            ),
        ),
        except_this=False,
        gives=Type("quantity"),
    )


class RowScope(OrderScope):
    def name(self, name: str) -> Type | None:
        return Type("row", form="order", table="lines") if name == "row" else super().name(name)


def an_order(state: str, *rows: tuple[str | None, str | None]) -> Subject:
    lines = [
        {"row": str(index), "item": item and Reference("thing", item), "quantity": quantity and Decimal(quantity)}
        for index, (item, quantity) in enumerate(rows)
    ]
    return Subject("order", "o", {"state": state, "shop": Reference("shop", "s"), "lines": lines})


def added(of: Fact, subject: Subject) -> dict[str, Decimal]:
    environment = Environment({}, NoWorld(), datetime(2026, 11, 22, tzinfo=UTC), date(2026, 11, 22))
    return facts.contributions(of, subject, environment)


def key(item: str) -> str:
    return facts.key_of({"shop": Reference("shop", "s"), "item": Reference("thing", item)})


def test_a_record_adds_its_rows_by_their_parameters() -> None:
    rows = an_order("open", ("a", "2.5"), ("b", "1"), ("a", "0.5"), (None, "9"), ("c", None), ("d", "1"), ("d", "-1"))
    assert added(fact(), rows) == {key("a"): Decimal("3.0"), key("b"): Decimal(1)}
    assert added(fact(), an_order("draft", ("a", "2.5"))) == {}
    assert added(fact(where=None, sum_=None), rows)[key("d")] == 2


def test_a_fact_over_records_counts_each_once() -> None:
    by_shop = facts.key_of({"shop": "s"})
    assert added(fact(sum_=None, table=None), an_order("open")) == {by_shop: Decimal(1)}


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(-9, 9), st.text(max_size=5), st.booleans())))
def test_the_key_does_not_depend_on_the_order_of_parameters(parameters: dict[str, Any]) -> None:
    assert facts.key_of(parameters) == facts.key_of(dict(reversed(parameters.items())))


def test_a_fact_moves_by_after_minus_before(database: Database) -> None:
    of = fact()
    one, other = added(of, an_order("open", ("a", "2.5"), ("b", "1"))), added(of, an_order("open", ("a", "3")))
    database.transaction(lambda c: run_together(c, facts.moving(c, [(of, {}, one)])))
    database.transaction(lambda c: run_together(c, facts.moving(c, [(of, one, other)])))
    with database.reading() as connection:
        assert facts.value(connection, of, key("a")) == 3
        assert facts.value(connection, of, key("b")) == 0
        assert facts.value(connection, of, key("never")) == 0
        assert facts.differences(connection, of, [other]) == {}
        assert facts.differences(connection, of, [one, other]) == {
            key("a"): (Decimal(3), Decimal("5.5")),
            key("b"): (Decimal(0), Decimal(1)),
        }
    database.transaction(lambda c: facts.rebuild(c, of, [one, other]))
    with database.reading() as connection:
        assert facts.differences(connection, of, [one, other]) == {}


def test_a_total_that_cannot_be_kept_is_refused(database: Database) -> None:
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: run_together(c, facts.moving(c, [(fact(), {}, {"k": Decimal("1e18")})])))
    assert refused.value.code == "too_large"


def test_a_limit_on_a_fact_holds_against_all_who_pass_it_at_once(database: Database) -> None:
    of, limit, passed = fact(), Decimal(5), []

    def take(connection: Connection) -> bool:
        if facts.value(connection, of, key("a"), lock=True) + 1 > limit:
            return False
        run_together(connection, facts.moving(connection, [(of, {}, {key("a"): Decimal(1)})]))
        return True

    at_once(12, lambda _: passed.append(database.transaction(take)))
    assert sorted(passed) == [False] * 7 + [True] * 5
    with database.reading() as connection:
        assert facts.value(connection, of, key("a")) == limit


def test_facts_settled_by_many_add_up(database: Database) -> None:
    of = fact()
    keys = [key(item) for item in "abcdefgh"]

    def work(index: int) -> None:
        mine = {each: Decimal(1) for each in (keys if index % 2 else reversed(keys))}
        for _ in range(10):
            database.transaction(lambda c: run_together(c, facts.moving(c, [(of, {}, mine)])))

    at_once(8, work)
    with database.reading() as connection:
        assert {facts.value(connection, of, each) for each in keys} == {Decimal(80)}
        assert connection.execute(text("SELECT count(*) FROM fact_value")).scalar_one() == 8
