"""`chainstock verify` finds what was changed behind the engine's back: in stock, records, history, facts and tasks.

Each corruption is planted by plain SQL, with the triggers that forbid it taken off first, and must be told of with its
place. Before it the same database verifies clean.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.operations import counting, recount
from engine.operations.calls import Actor, Call
from engine.operations.operation import Operation
from tests.invariants.building import SIGNED, Chain
from tests.serving import command, environment

TABLES = ("movement", "posting", "history", "vote", "link")

CALL = Call(Actor("system", "system", "system", "system"), "en", route="verify")
CORRUPTIONS: dict[str, tuple[str, str]] = {
    "a movement's quantity": (
        "UPDATE movement SET quantity = quantity + 1000000 WHERE id = (SELECT max(id) FROM movement)",
        "/posting/",
    ),
    "a movement's kind": ("UPDATE movement SET kind = 'x' WHERE id = (SELECT max(id) FROM movement)", "hash"),
    "a movement taken out": ("DELETE FROM movement WHERE id = (SELECT max(id) FROM movement)", "/balance/"),
    "a posting taken out": ("DELETE FROM posting WHERE seq = (SELECT max(seq) FROM posting)", "/movement/"),
    "who posted": ("UPDATE posting SET person = 'x' WHERE seq = (SELECT max(seq) FROM posting)", "/posting/"),
    "a balance": (
        "UPDATE balance SET on_hand = on_hand + 1000000 WHERE (place, item) = "
        "(SELECT place, item FROM balance WHERE on_hand > 1000000 ORDER BY place, item LIMIT 1)",
        "/balance/",
    ),
    "what is reserved": (
        "UPDATE balance SET reserved = reserved + 1000000 WHERE reserved > 0",
        "reserved",
    ),
    "a reservation taken out": ("DELETE FROM reservation", "reserved"),
    "where a serial number is": (
        "UPDATE serial_at SET place = (SELECT id FROM ledger_place WHERE key = 'chain/opening') "
        "WHERE lot = (SELECT min(lot) FROM serial_at)",
        "/serial_at/",
    ),
    "a field of a record": (
        "UPDATE record SET created_by = 'x' WHERE id = '{done}'",
        "the content is not what history left",
    ),
    "a record's state": (
        "UPDATE record SET state = 'cancelled' WHERE id = '{open}'",
        "the content is not what history left",
    ),
    "a revision": ("UPDATE record SET revision = revision + 1 WHERE id = '{done}'", "{done}"),
    "a record taken out": ("DELETE FROM record WHERE id = '{done}'", "the record is missing"),
    "the rows of a record": ("DELETE FROM record_rows WHERE record = '{done}'", "{done}"),
    "a line of history": (
        "UPDATE history SET actor = 'x' WHERE record = '{done}' AND n = 2",
        "{done}, line 2: the line was changed",
    ),
    "a line of history taken out": ("DELETE FROM history WHERE record = '{done}' AND n = 2", "{done}"),
    "the last line of history taken out": (
        "DELETE FROM history WHERE record = '{done}' AND n = (SELECT max(n) FROM history WHERE record = '{done}')",
        "{done}",
    ),
    "a link's record": ("UPDATE link SET to_record = 'x'", "a link of no record"),
    "a fact": ("UPDATE fact_value SET value = value + 1000000", "incoming"),
    "a fact taken out": ("DELETE FROM fact_value", "incoming"),
    "an org unit": ("UPDATE record_org SET unit = 'x' WHERE record = '{done}'", "{done}"),
    "an org unit's state": ("UPDATE record_org SET state = 'x' WHERE record = '{done}'", "{done}"),
    "two org units exchanged": (
        "UPDATE record_org SET unit = CASE WHEN unit = '{s01}' THEN '{s02}' ELSE '{s01}' END WHERE record = '{done}'",
        "{done}",
    ),
    "a word that is searched for": ("DELETE FROM record_token WHERE record = '{done}' AND own = 1", "{done}"),
    "a reference in a row": ("DELETE FROM record_ref WHERE record = '{item}'", "{item}"),
    "a unique value": ("DELETE FROM record_unique WHERE record = '{item}'", "{item}"),
    "a task's record": ("UPDATE task SET record = 'x' WHERE ended IS NULL", "an open task of no record"),
    "whom an open task asks": (
        "UPDATE task SET ended = 1, ended_by = 'x' WHERE record = '{open}' AND ended IS NULL",
        "an ended task that still asks somebody",
    ),
}


@pytest.fixture
def written(house: Chain) -> dict[str, str]:
    """A chain with a difference, a reservation and goods on their way; the ids that the corruptions name."""

    def asked(quantity: str) -> str:
        line = {"item": {"code": "A100"}, "requested": quantity}
        values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}
        return house.be("clerk2").makes("transfer", values, "submit")

    ids = {name: asked(quantity) for name, quantity in (("done", "4"), ("way", "3"), ("open", "2"))}
    for each in ids.values():
        house.be("mgr1").decides(each)
    for name in ("done", "way"):
        house.be("clerk1").takes("transfer", ids[name], "ship")
    row = house.books().rows_of(ids["done"])[0]["row"]
    came = {"lines": [{"row": row, "received": "3", "damaged": "0", "remark": "one is missing"}]}
    house.be("clerk2").takes("transfer", ids["done"], "receive", came, SIGNED)
    item = house.id("item", "A100")
    seen = house.one("SELECT revision FROM record WHERE id = :id", id=item)
    house.be("adm").does(f"records/item/{item}", {"barcodes": [{"barcode": "6901234567892"}]}, "PATCH", seen)
    return {**ids, "item": item, "s01": house.id("store", "S01"), "s02": house.id("store", "S02")}


def unlocked(house: Chain) -> list[str]:
    """Statements that take the triggers off every table that has some."""
    if house.services.database.dialect == "postgresql":
        return [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
    return [f"DROP TRIGGER {row.name}" for row in house.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")]


class Undone(Exception):
    """Ends a transaction that must leave nothing."""


def told(house: Chain, *statements: str) -> tuple[str, ...]:
    """What a recount says after these statements; nothing of them stays."""
    found: list[str] = []

    def work(connection: Connection) -> None:
        for statement in statements:
            done = connection.exec_driver_sql(statement)
            assert done.rowcount != 0, statement
        operation = Operation(house.services, connection, CALL)
        found.extend(recount.report(connection, operation.library, counting.faults(operation)).faults)
        raise Undone

    with pytest.raises(Undone):
        house.services.database.transaction(work)
    return tuple(found)


def test_verify_finds_every_corruption_that_sql_can_plant(house: Chain, written: dict[str, str]) -> None:
    assert told(house) == ()
    free = unlocked(house)
    missed: list[str] = []
    for name, (sql, says) in CORRUPTIONS.items():
        faults = told(house, *free, sql.format(**written))
        if not any(says.format(**written) in each for each in faults):
            missed.append(f"{name}: {faults[:3]}")
    assert not missed, "\n".join(missed)
    assert house.be("aud").does("verify")["faults"] == []


@pytest.mark.parametrize("name", ["a fact"])
def test_the_command_tells_it_and_fails(
    house: Chain, written: dict[str, str], small_url: str, tmp_path: Path, name: str
) -> None:
    env = environment(small_url, tmp_path / "data")
    assert command("verify", env=env).returncode == 0
    sql, says = CORRUPTIONS[name]
    with house.sql() as connection:
        for statement in [*unlocked(house), sql.format(**written)]:
            connection.exec_driver_sql(statement)
    done = command("verify", env=env)
    assert done.returncode != 0
    assert says.format(**written) in done.stdout, done.stdout
