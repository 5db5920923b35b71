"""Lists neither lose nor repeat a record, whatever is filtered, sorted and empty, and both databases agree."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from engine.database import Database
from engine.errors import Refusal
from engine.expressions import Environment, Expression, Reference, Type, Value, compile_expression
from engine.records import listing
from engine.records.listing import Page, Query
from engine.records.publishing import publish_storage
from engine.records.stored import Stored
from tests.records.makers import FORMS, ORDER, SHOP, keep, new_id, stored

SECRET = b"s" * 32
NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEPT = {"state": Type("text"), "number": Type("text"), "created": Type("moment")}


class OrderScope:
    """Names of a filter over orders: `it`, its fields, its rows."""

    def name(self, name: str) -> Type | None:
        return {
            "it": Type("reference", form="order"),
            "mine": Type("reference", form="shop"),
            "thing": Type("reference", form="shop"),
        }.get(name)

    def attribute(self, of: Type, name: str) -> Type | None:
        form = FORMS.get(of.form or "")
        if form is None:
            return None
        if of.table:
            found = form.fields[of.table].fields.get(name)
        else:
            found = form.fields.get(name)
            if name in KEPT:
                return KEPT[name]
        if found is None:
            return None
        if found.type == "table":
            return Type("table", form=form.name, table=name, of=Type("row", form=form.name, table=name))
        if found.type == "reference":
            return Type("reference", form="shop")
        return found.value_type

    def function(self, name: str) -> None:
        return None


class NoWorld:
    def fetch(self, of: Any, name: str) -> Value:
        raise AssertionError((of, name))

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        raise AssertionError(function)


def environment(**names: Value) -> Environment:
    return Environment(names, NoWorld(), NOW, date(2026, 11, 22))


def condition(words: str) -> Expression:
    return compile_expression(words, OrderScope(), Type("boolean"))


def query(**more: Any) -> Query:
    base = {"form": ORDER, "secret": SECRET, "forms": FORMS, "owner": "p1", "environment": environment()}
    return Query(**{**base, **more})


def walk(connection: Connection, asked: Query) -> list[Stored]:
    found: list[Stored] = []
    while True:
        page = listing.page(connection, asked)
        found += page.items
        assert len(page.items) <= asked.limit
        if page.next is None:
            return found
        assert len(page.items) == asked.limit
        asked = replace(asked, cursor=page.next)


def ask(database: Database, **more: Any) -> Page:
    with database.reading() as connection:
        return listing.page(connection, query(**more))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["", "a", "B", "b", "ä", "甲", "乙", "Z\U0001f600", "z"]),
        "total": st.sampled_from(["-0.50", "0.00", "0.50", "2.00", "10.00", "9.99", "1000000000000.01"]),
        "pieces": st.integers(-3, 3),
        "due": st.sampled_from(["2025-12-31", "2026-01-01", "2026-11-22"]),
        "urgent": st.booleans(),
    },
)
RECORDS = st.lists(st.tuples(FIELDS, st.integers(0, 4), st.sampled_from(["draft", "open"])), max_size=25)
SORTS = st.lists(
    st.tuples(
        st.sampled_from(["title", "total", "pieces", "due", "urgent", "created", "state", "number"]), st.booleans()
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
)
FILTERS = {
    "": lambda values, state: True,
    "it.total > 0.5": lambda values, state: "total" in values and Decimal(values["total"]) > Decimal("0.5"),
    "it.pieces == 1 or it.pieces == -1": lambda values, state: values.get("pieces") in (1, -1),
    "it.state == 'open' and it.urgent": lambda values, state: state == "open" and values.get("urgent") is True,
    "empty(it.due)": lambda values, state: "due" not in values,
    "it.due >= today": lambda values, state: values.get("due", "") >= "2026-11-22",
    "it.title == 'b'": lambda values, state: values.get("title") == "b",
}


def sort_value(record: Stored, path: str) -> tuple[bool, Any]:
    core = {"created": record.created, "state": record.state, "number": record.number}
    value = core[path] if path in core else record.values.get(path)
    return (
        value is not None,
        (Decimal(value) if path == "total" and value is not None else value) if value is not None else 0,
    )


def expected(records: Sequence[Stored], words: str, sort: Sequence[tuple[str, bool]]) -> list[str]:
    found = [each for each in records if FILTERS[words](each.values, each.state)]
    found.sort(key=lambda each: each.id, reverse=sort[-1][1] if sort else False)
    if "created" not in dict(sort):
        found.sort(key=lambda each: each.created, reverse=sort[-1][1] if sort else False)
    for path, descending in reversed(sort):
        found.sort(key=lambda each: sort_value(each, path), reverse=descending)
    return [each.id for each in found]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=RECORDS, sort=SORTS, words=st.sampled_from(sorted(FILTERS)), limit=st.integers(1, 7), indexed=st.booleans())
def test_pages_are_the_sorted_and_filtered_records_each_once(
    database: Database,
    made: list[tuple[dict[str, Any], int, str]],
    sort: list[tuple[str, bool]],
    words: str,
    limit: int,
    indexed: bool,
) -> None:
    class Undone(Exception):
        pass

    def work(connection: Connection) -> None:
        if indexed:
            publish_storage(connection, [ORDER])
        records = [
            keep(connection, stored(values=values, created=created, state=state, number=f"N{i}" if i % 2 else None))
            for i, (values, created, state) in enumerate(made)
        ]
        asked = query(sort=sort, limit=limit, filter=condition(words) if words else None)
        assert [each.id for each in walk(connection, asked)] == expected(records, words, sort)
        raise Undone

    with pytest.raises(Undone):
        database.transaction(work)


def some_orders(database: Database) -> dict[str, Stored]:
    def work(connection: Connection) -> dict[str, Stored]:
        north, south = (
            keep(connection, stored("shop", values={"code": code, "name": name}))
            for code, name in (("S01", "北京朝阳店"), ("S02", "South Gate"))
        )
        item, other = new_id(), new_id()
        first = stored(
            number="TR-S01-202611-00012",
            values={"shop": north.id, "title": "蓝色衬衫 Blue Shirts", "total": "5.00"},
            rows={"lines": [{"row": "a", "item": item, "quantity": "2.5", "remark": "轻微破损"}]},
        )
        second = stored(
            created=2_000,
            values={"shop": south.id, "other_shop": north.id, "title": "100% wool_socks", "total": "50.00"},
            rows={
                "lines": [{"row": "b", "item": other, "quantity": "10"}, {"row": "c", "item": item, "quantity": "3"}]
            },
        )
        third = stored(created=3_000, values={"shop": south.id, "title": "empty"})
        kept = {name: keep(connection, each) for name, each in (("1", first), ("2", second), ("3", third))}
        return {**kept, "north": north, "south": south, "item": stored(record=item)}

    return database.transaction(work)


def names(page: Page, held: Mapping[str, Stored]) -> set[str]:
    by_id = {each.id: name for name, each in held.items()}
    return {by_id[each.id] for each in page.items}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("衬", "1"),
        ("衬衫", "1"),
        ("色衬衫", "1"),
        ("衫衬", ""),
        ("blue", "1"),
        ("BLU shi", "1"),
        ("lue", ""),
        ("朝阳", "1"),
        ("S01", "1"),
        ("s0", "123"),
        ("south", "23"),
        ("破损", "1"),
        ("TR-S01", "1"),
        ("00012", "1"),
        ("１００", "2"),
        ("wool socks", "2"),
        ("%", ""),
        ("_____", ""),
        ('" OR NEAR(', ""),
        ("blue') OR 1=1 --", ""),
        ("", "123"),
        ("   ", "123"),
        ("蓝 south", ""),
        ("%" * 10_000, ""),
    ],
)
def test_search_finds_words_chinese_and_titles_of_what_is_referred_to(database: Database, q: str, found: str) -> None:
    held = some_orders(database)
    assert names(ask(database, q=q), held) == set(found)


def test_a_scope_shows_the_records_of_its_units_each_once(database: Database) -> None:
    held = some_orders(database)
    north, south = held["north"].id, held["south"].id
    assert names(ask(database, scope=frozenset([north])), held) == {"1", "2"}
    assert names(ask(database, scope=frozenset([north, south])), held) == {"1", "2", "3"}
    assert len(ask(database, scope=frozenset([north, south])).items) == 3
    assert names(ask(database, scope=frozenset([new_id()])), held) == set()
    assert names(ask(database, scope=frozenset()), held) == set()
    assert names(ask(database, scope=frozenset([new_id() for _ in range(150)] + [south])), held) == {"2", "3"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("any(it.lines, row.quantity >= 10)", "2"),
        ("sum(it.lines.quantity) == 13", "2"),
        ("count(it.lines) == 0", "3"),
        ("empty(it.lines)", "3"),
        ("any(it.lines, row.remark == '轻微破损')", "1"),
        ("it.shop.code == 'S02'", "23"),
        ("it.shop.name == it.other_shop.name", ""),
        ("it.shop == mine", "1"),
        ("it.other_shop == mine and it.total > 49.99", "2"),
    ],
)
def test_filters_reach_rows_and_what_is_referred_to(database: Database, words: str, found: str) -> None:
    held = some_orders(database)
    names_known = environment(mine=Reference("shop", held["north"].id))
    page = ask(database, filter=condition(words), environment=names_known)
    assert names(page, held) == set(found)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_list_of_one_unit_or_one_item_is_walked_page_by_page(
    database: Database, limit: int, descending: bool
) -> None:
    """Such lists are read from a narrow index; they must hold the same records as any other."""
    item, other, unit, away = (new_id() for _ in range(4))

    def work(connection: Connection) -> list[Stored]:
        made = []
        for index in range(7):
            lines = [
                {"row": str(row), "item": item if index % 3 else other, "quantity": str(index)} for row in range(2)
            ]
            values = {"shop": unit if index % 2 else away, "other_shop": unit}
            made.append(keep(connection, stored(created=index // 2, values=values, rows={"lines": lines})))
        return made

    made = database.transaction(work)
    known = environment(thing=Reference("thing", item))
    with_item = [
        each for each in made if each.rows["lines"][0]["item"] == item and each.rows["lines"][0]["quantity"] != "1"
    ]
    asked = query(limit=limit, sort=[("created", descending)], environment=known, scope=frozenset([unit]))
    both = condition("any(it.lines, thing == row.item and row.quantity != 1)")
    with database.reading() as connection:
        plain = replace(asked, scope=None)
        for narrow, fitting in (
            (asked, made),
            (replace(plain, filter=both), with_item),
            (replace(asked, filter=both), with_item),
        ):
            found = [each.id for each in walk(connection, narrow)]
            ordered = sorted(fitting, key=lambda each: (each.created, each.id), reverse=descending)
            assert found == [each.id for each in ordered]
            assert listing.page(connection, replace(narrow, count=True)).count == len(fitting)
        away_only = replace(asked, scope=frozenset([away]))
        assert {each.id for each in walk(connection, away_only)} == {each.id for each in made[::2]}


def test_a_unique_field_of_an_item_in_a_row_is_looked_up(database: Database) -> None:
    def work(connection: Connection) -> tuple[Stored, Stored]:
        code = keep(connection, stored("shop", values={"code": "S01"}))
        row = {"row": "a", "item": code.id, "quantity": "1"}
        return code, keep(connection, stored(rows={"lines": [row]}))

    _, order = database.transaction(work)
    assert [each.id for each in ask(database, filter=condition("any(it.lines, row.item.code == 'S01')")).items] == [
        order.id
    ]
    assert ask(database, filter=condition("any(it.lines, row.item.code == 'S02')")).items == ()


def test_rows_come_along_when_asked(database: Database) -> None:
    held = some_orders(database)
    assert [each.rows for each in ask(database).items] == [{}, {}, {}]
    assert list(ask(database, with_rows=True, sort=[("created", False)]).items) == [held["1"], held["2"], held["3"]]


def test_counting_stops_beyond_a_thousand(database: Database) -> None:
    def many(connection: Connection) -> None:
        keep(connection, stored("shop"))
        sql = (
            "INSERT INTO record SELECT form, 'x' || n, NULL, state, revision, version, overlays, data, memory, "
            "created, created_by, submitted, submitted_by, updated, head, seq FROM record, "
        )
        numbers = {
            "sqlite": (
                "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1200) SELECT n FROM c)"
            ),
            "postgresql": "generate_series(1, 1200) AS c(n)",
        }
        connection.execute(text(sql + numbers[database.dialect]))

    database.transaction(many)
    assert ask(database, form=SHOP, count=True).count == 1_001
    assert ask(database, count=True).count == 0
    assert ask(database).count is None


def test_a_cursor_is_for_one_asker_and_one_question_only(database: Database) -> None:
    some_orders(database)
    cursor = ask(database, limit=1).next
    assert cursor is not None
    assert ask(database, limit=1, cursor=cursor).next is not None
    forged = base64.urlsafe_b64encode(b"0" * 32 + b'[9,"x"]').decode()
    turned = ("A" if cursor[50] != "A" else "B").join((cursor[:50], cursor[51:]))
    others: list[dict[str, Any]] = [
        {"cursor": cursor, "owner": "p2"},
        {"cursor": cursor, "sort": [("created", False)]},
        {"cursor": cursor, "filter": condition("it.total > 0")},
        {"cursor": cursor, "q": "blue"},
        {"cursor": cursor, "form": SHOP},
        {"cursor": cursor, "secret": b"t" * 32},
        {"cursor": forged},
        {"cursor": turned},
        {"cursor": "é"},
        {"cursor": "not a cursor"},
        {"cursor": ""},
    ]
    for other in others:
        with pytest.raises(Refusal) as refused:
            ask(database, **{"limit": 1, **other})
        assert refused.value.faults[0].code == "bad_cursor"


@pytest.mark.parametrize("path", ["secret_field", "lines", "lines.item", "data", "r.id; --", "shop.code"])
def test_an_unknown_sort_is_refused(database: Database, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(database, sort=[(path, False)])
    assert (refused.value.faults[0].path, refused.value.faults[0].code) == ("/sort", "unknown_field")


@pytest.mark.parametrize("limit", [0, -1, 501, 10**9])
def test_an_odd_limit_is_refused(database: Database, limit: int) -> None:
    with pytest.raises(Refusal):
        ask(database, limit=limit)


def test_records_made_while_paging_move_nothing(database: Database) -> None:
    first = [database.transaction(lambda c, i=i: keep(c, stored(created=i))) for i in range(6)]
    page = ask(database, limit=3)
    database.transaction(lambda c: keep(c, stored(created=9)))
    after = ask(database, limit=10, cursor=page.next)
    assert [each.id for each in (*page.items, *after.items)] == [each.id for each in reversed(first)]


def test_the_signing_secret_stays(database: Database) -> None:
    first = database.transaction(listing.signing_secret)
    assert len(first) == 32
    assert database.transaction(listing.signing_secret) == first


def test_publishing_moves_records_to_their_partition_and_may_be_repeated(database: Database) -> None:
    held = some_orders(database)
    for _ in range(2):
        database.transaction(lambda c: publish_storage(c, [ORDER, SHOP]))
    database.transaction(lambda c: keep(c, stored("shop", values={"code": "S03"})))
    assert names(ask(database), held) == {"1", "2", "3"}
    with database.reading() as connection:
        assert len(walk(connection, query(form=SHOP, limit=1))) == 3
        if database.dialect == "postgresql":
            left = connection.execute(text("SELECT count(*) FROM record_default")).scalar_one()
            plan = "\n".join(
                connection.execute(
                    text("EXPLAIN SELECT 1 FROM record r WHERE r.form = 'order' AND r.id = 'x'")
                ).scalars()
            )
            assert left == 0
            assert "record_of_order" in plan
            assert "record_of_shop" not in plan


def test_a_declared_sort_is_served_by_an_index(database: Database) -> None:
    some_orders(database)
    database.transaction(lambda c: publish_storage(c, [ORDER]))
    with database.reading() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))
            sql = (
                "EXPLAIN SELECT 1 FROM record r WHERE r.form = 'order' "
                "ORDER BY ((r.data ->> 'total')::numeric) NULLS FIRST, r.created, r.id"
            )
            plan = "\n".join(connection.execute(text(sql)).scalars())
            assert "ix_order_total" in plan
            assert "Sort" not in plan
        else:
            asked = "r.form = 'order' AND json_extract(r.data, '$.code') = 'A'"
            plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN SELECT 1 FROM record r WHERE {asked}")).all())
            assert "ix_order_code" in plan
