"""A set of rows is looked up row by row, whatever other indexes the table has."""

from __future__ import annotations

from sqlalchemy import create_engine

from engine.database.dialects import run


def test_sqlite_reads_the_set_first_and_searches_the_table_for_each() -> None:
    with create_engine("sqlite://").connect() as connection:
        for sql in (
            "CREATE TABLE thing (form TEXT, id TEXT, kind TEXT, PRIMARY KEY (form, id))",
            "CREATE INDEX ix_thing_kind ON thing (form, kind) WHERE form = 'a'",
        ):
            run(connection, sql)
        sql = "SELECT t.kind FROM @asked(id words) @find(thing t ON t.form = 'a' AND t.id = asked.id)"
        run(connection, "INSERT INTO thing VALUES ('a', 'x', 'one'), ('a', 'y', 'two'), ('b', 'z', 'three')")
        assert run(connection, sql, {"asked": '[{"id":"y"},{"id":"z"}]'}).scalars() == ["two"]
        plan = [line.detail for line in run(connection, f"EXPLAIN QUERY PLAN {sql}", {"asked": "[]"})]
        assert plan[0].startswith("SCAN e")
        assert "form=? AND id=?" in plan[1]
