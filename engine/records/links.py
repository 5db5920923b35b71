"""Links with quantities: what a row of one record took of a row of another. Used by operations for traced quantities.

A link never changes; it is reversed once, with what caused it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_rows, run
from engine.quantities import from_scaled, to_scaled

COLUMNS: Mapping[str, str] = {
    "id": "words",
    "from_form": "words",
    "from_record": "words",
    "from_row": "words",
    "to_form": "words",
    "to_record": "words",
    "to_row": "words",
    "quantity": "whole",
    "effect": "words",
    "seq": "whole",
    "reversed": "whole",
}


@dataclass(frozen=True)
class Link:
    """`to` took `quantity` of `from`; a row is empty where the whole record is meant."""

    id: str
    from_form: str
    from_record: str
    from_row: str
    to_form: str
    to_record: str
    to_row: str
    quantity: Decimal
    effect: str
    seq: int
    reversed: int | None = None


def add(connection: Connection, links: Sequence[Link]) -> None:
    """Keep links, in one statement."""
    lines = [{name: getattr(each, name) for name in COLUMNS} | {"quantity": to_scaled(each.quantity)} for each in links]
    insert_rows(connection, "link", COLUMNS, lines)


def of(connection: Connection, record: str, with_reversed: bool = False) -> list[Link]:
    """Links from and to a record, in the order they were made; those that were reversed only when asked."""
    names = ", ".join(COLUMNS)
    kept = "" if with_reversed else " AND reversed IS NULL"
    sql = (
        f"SELECT {names} FROM link WHERE from_record = :record{kept} UNION "
        f"SELECT {names} FROM link WHERE to_record = :record{kept} ORDER BY seq, id"
    )
    return [_link(line) for line in run(connection, sql, {"record": record})]


def reverse(connection: Connection, record: str, seq: int, effect: str | None = None) -> int:
    """Reverse what this record took (by one effect, when named); says how many links that were."""
    sql = "UPDATE link SET reversed = :seq WHERE to_record = :record AND reversed IS NULL"
    parameters: dict[str, Any] = {"record": record, "seq": seq}
    if effect is not None:
        sql += " AND effect = :effect"
        parameters["effect"] = effect
    return run(connection, sql, parameters).rowcount


def _link(line: Any) -> Link:
    return Link(**{**line._mapping, "quantity": from_scaled(line.quantity)})
