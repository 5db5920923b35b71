"""What ended or was decided under a version, for whoever looks it over after rolling back. Used by `commands`.

Rolling back takes nothing back: what was decided stays decided. Here is which records that were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.database.dialects import run
from engine.errors import invalid_at, not_found, text
from engine.operations import carrying, loading, presenting, versions
from engine.operations.calls import Answer
from engine.operations.operation import unfolded
from engine.operations.paging import known_only, read_limit
from engine.records import archive

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

MOST_LETTERS = 128


def page(operation: Operation, version: str, query: Mapping[str, str]) -> Answer:
    """`{items, next}`: the records of a version that are finished, form by form in the order of ids."""
    versions.require(operation, "publish")
    known_only(query, {"form", "limit", "cursor"})
    wanted = versions.number(version)
    if wanted is None or not 0 < wanted <= operation.library.version:
        raise not_found()
    limit, (begin, after) = read_limit(query), _cursor(query.get("cursor", "/"))
    items: list[dict[str, Any]] = []
    for form in sorted(loading.library(operation.services, operation.connection, wanted).forms):
        if form < begin or query.get("form", form) != form:
            continue
        for folder in _finished(operation, wanted, form, after if form == begin else ""):
            items.append(presenting.head(operation, folder))
            if len(items) == limit:
                return Answer(200, {"items": items, "next": f"{form}/{folder.id}"})
    return Answer(200, {"items": items, "next": None})


def _cursor(sent: str) -> tuple[str, str]:
    """The form and the id behind which it goes on."""
    form, slash, after = sent.partition("/")
    if not slash or len(sent) > MOST_LETTERS:
        raise invalid_at("/cursor", "bad_cursor", text("This cursor is not good here.", "游标无效。"))
    return form, after


def _finished(operation: Operation, version: int, form: str, after: str) -> Iterator[Folder]:
    """The finished records of a form, a few hundred read at a time: of one form the database finds them in order."""
    sql = "SELECT id FROM record WHERE form = :form AND version = :version AND id > :after ORDER BY id LIMIT :most"
    asked = {"form": form, "version": version, "after": after, "most": archive.AT_ONCE}
    while ids := list(run(operation.connection, sql, asked).scalars()):
        for stored in archive.load(operation.connection, ids).values():
            folder = unfolded(operation, stored)
            if folder is not None and carrying.is_finished(operation, folder):
                yield folder
        asked["after"] = ids[-1]
