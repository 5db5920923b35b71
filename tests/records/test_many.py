"""Hundreds of new records at once leave exactly what they would have left one by one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from engine.database import Database, open_database
from engine.errors import Refusal
from engine.operations.together import merged
from engine.records import audit, journal, many
from engine.records.journal import Change, Entry
from engine.records.stored import Stored
from tests.records.makers import FORMS, keep, new_id, stored, units_of

KEPT = ("record_id", "record", "record_rows", "record_org", "record_ref", "record_unique", "record_token", "history")


@pytest.fixture
def fresh(database: Database, tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """Another empty database: what is kept does not depend on the kind."""
    shutil.copy(sqlite_template, tmp_path / "other.db")
    opened = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    yield opened
    opened.close()


def insert(connection: Connection, made: Sequence[Stored]) -> None:
    sealed, steps = journal.seal(
        connection, *(Change(None, each, [Entry("p1", "create", target=each.state)]) for each in made)
    )
    records = [many.Made(sealed[each.id], FORMS[each.form], units_of(each)) for each in made]
    many.insert(connection, records, merged(steps))


def everything(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        return {
            name: sorted(
                str([plain(value) for value in line]) for line in connection.execute(text(f"SELECT * FROM {name}"))
            )
            for name in KEPT
        }


def plain(value: Any) -> Any:
    """A document is what it says, however the database keeps it."""
    held = json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
    return json.dumps(held, sort_keys=True, ensure_ascii=False)


def a_hundred() -> list[Stored]:
    shops = [stored("shop", values={"code": f"S{n}", "name": f"Shop {n} 商店"}) for n in range(5)]
    orders = [
        stored(
            number=f"O-{n}",
            version=3,
            overlays=("west",),
            values={
                "shop": shops[n % 5].id,
                "code": f"A-{n}",
                "title": f"Order {n} 'quoted' \"twice\"",
                "total": "1.50",
            },
            rows={
                "lines": [
                    {"row": new_id(), "item": shops[(n + k) % 5].id, "remark": f"row {k} 蓝"} for k in range(n % 4)
                ],
                "codes": [{"row": new_id(), "code": f"c{n}"}],
            },
            memory={"did": {"submit": ["p1"]}},
        )
        for n in range(95)
    ]
    return shops + orders


def test_many_leave_what_one_by_one_would_have_left(database: Database, fresh: Database) -> None:
    made = a_hundred()
    database.transaction(lambda connection: (insert(connection, made[:5]), insert(connection, made[5:])))
    fresh.transaction(lambda connection: [keep(connection, each) for each in made])
    together = everything(database)
    assert together == everything(fresh)
    assert min(len(lines) for lines in together.values()) > 90
    with database.reading() as connection:
        assert audit.verify(connection, lambda each: FORMS[each.form]).faults == ()


def test_an_id_that_is_taken_refuses_all(database: Database) -> None:
    made = a_hundred()[:5]
    database.transaction(lambda connection: insert(connection, made[:1]))
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda connection: insert(connection, made))
    assert refused.value.code == "exists"
    assert everything(database) == before


@pytest.mark.parametrize("split", [0, 1], ids=["within", "before"])
def test_a_unique_value_that_is_there_refuses_all_and_is_named(database: Database, split: int) -> None:
    made = [stored("shop", values={"code": code, "name": "x"}) for code in ("A", "A", "B")]
    database.transaction(lambda connection: insert(connection, made[:split]))
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda connection: insert(connection, made[split:]))
    assert [(each.path, each.code) for each in refused.value.faults] == [("/code", "not_unique")]
    assert everything(database) == before


def test_a_word_of_ones_own_stays_ones_own_when_it_is_borrowed_too(database: Database) -> None:
    shop = stored("shop", values={"code": "TEA", "name": "Tea"})
    order = stored(values={"shop": shop.id, "title": "tea again"})
    database.transaction(lambda connection: (insert(connection, [shop]), insert(connection, [order])))
    with database.reading() as connection:
        sql = text("SELECT own FROM record_token WHERE record = :id AND token = 'tea'")
        assert connection.execute(sql, {"id": order.id}).scalars().all() == [1]


def test_steps_of_one_kind_become_one_and_others_stay() -> None:
    one, two = ("INSERT a", {"a": '[{"x":1}]'}), ("INSERT a", {"a": '[{"x":2},{"x":3}]'})
    other = ("UPDATE b", {"at": 1, "ids": "[]"})
    assert merged([one, other, two]) == [("INSERT a", {"a": '[{"x":1},{"x":2},{"x":3}]'}), other]
    assert merged([]) == []


def test_nothing_made_is_nothing_written(database: Database) -> None:
    before = everything(database)
    database.transaction(lambda connection: many.insert(connection, [], []))
    assert everything(database) == before
