"""Numbers that grow when something shared changes (`people`, `library`), so that every process notices at once.

`bump` is called in the transaction that changes the thing; `read` at the start of every operation.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.database.dialects import run

_COUNTED = "stamps_counted_in"
_BUMP = (
    "INSERT INTO stamp (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = stamp.value + 1 RETURNING value"
)


def read(connection: Connection) -> Mapping[str, int]:
    """Every stamp by its name; a name that was never bumped is not there."""
    return {row.name: row.value for row in run(connection, "SELECT name, value FROM stamp")}


def bump(connection: Connection, name: str) -> int:
    """Count one change of `name`, and give the number it has now."""
    connection.info[_COUNTED] = connection.get_transaction()
    return int(run(connection, _BUMP, {"name": name}).scalar_one())


def has_counted(connection: Connection) -> bool:
    """Whether this transaction has counted a change: its number may be taken back, and then stands for another one."""
    transaction = connection.get_transaction()
    return transaction is not None and connection.info.get(_COUNTED) is transaction


_PUT = "INSERT INTO stamp (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def put(connection: Connection, name: str, value: int) -> None:
    """Set a number that comes from elsewhere: the library's version, the settable clock."""
    connection.info[_COUNTED] = connection.get_transaction()
    run(connection, _PUT, {"name": name, "value": value})
