"""What ended or was decided under a version, for whoever looks it over after rolling back. Used by `commands`.

Rolling back takes nothing back: what was decided stays decided. Here is which records that were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.database.dialects import run
from engine.errors import invalid_at, not_found, text
from engine.operations import carrying, presenting, versions
from engine.operations.calls import Answer
from engine.operations.operation import unfolded
from engine.operations.paging import known_only, read_limit
from engine.records import archive

if TYPE_CHECKING:
    from engine.operations.operation import Operation

MOST_LETTERS = 64


def page(operation: Operation, version: str, query: Mapping[str, str]) -> Answer:
    """`{items, next}`: the records of a version that are finished, in the order of ids, of one form or of all."""
    versions.require(operation, "publish")
    known_only(query, {"form", "limit", "cursor"})
    wanted = versions.number(version)
    if wanted is None or not 0 < wanted <= operation.library.version:
        raise not_found()
    limit, after = read_limit(query), query.get("cursor", "")
    if len(after) > MOST_LETTERS:
        raise invalid_at("/cursor", "bad_cursor", text("This cursor is not good here.", "游标无效。"))
    items: list[dict[str, Any]] = []
    while len(items) < limit:
        ids = _ids(operation, wanted, query.get("form"), after)
        there = archive.load(operation.connection, ids)
        for after in ids:
            folder = unfolded(operation, there[after])
            if folder is not None and carrying.is_finished(operation, folder):
                items.append(presenting.head(operation, folder))
            if len(items) == limit:
                return Answer(200, {"items": items, "next": after})
        if len(ids) < archive.AT_ONCE:
            break
    return Answer(200, {"items": items, "next": None})


def _ids(operation: Operation, version: int, form: str | None, after: str) -> list[str]:
    sql = (
        "SELECT id FROM record WHERE version = :version AND (:form = '' OR form = :form) AND id > :after "
        "ORDER BY id LIMIT :most"
    )
    asked = {"version": version, "form": form or "", "after": after, "most": archive.AT_ONCE}
    return list(run(operation.connection, sql, asked).scalars())
