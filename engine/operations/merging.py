"""Rows that an effect makes: put into a new record or into one that is there, merged by key, with their shares.

Used by `applying`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any
from zlib import crc32

from engine.database.dialects import close_gate
from engine.effects import outcomes as o
from engine.expressions import holds
from engine.operations import writing
from engine.operations.folder import Folder, Share
from engine.operations.ids import id_or_value, references
from engine.records import listing

if TYPE_CHECKING:
    from engine.operations.operation import Operation

TRIED = 20
GATES = 7_330 << 32
"""Below it no other gate lies."""


def target(operation: Operation, outcome: o.Create) -> Folder | None:
    """The oldest record that is to be filled up, locked and looked at again; None: a new one is made."""
    into = outcome.into
    if into is None:
        return None
    form, _ = operation.definition(outcome.form)
    close_gate(operation.connection, _gate(form.name))
    for held in operation.folders.values():
        if held.form.name == form.name and not held.discarded and _fits(held, into):
            return held
    query = listing.Query(
        form=form,
        filter=into.condition,
        environment=into.environment.without("it", "record"),
        sort=(("created", False),),
        limit=TRIED,
        secret=operation.services.secret,
        forms=operation.library.forms,
    )
    operation.looked.add(form.name)
    for each in listing.page(operation.connection, query).items:
        found = operation.open(form.name, each.id, lock=True)
        if _fits(found, into):
            return found
    return None


def _gate(form: str) -> int:
    """Whoever would fill up a record of this form waits here, so that two who find none do not make two."""
    return GATES + crc32(form.encode())


def _fits(folder: Folder, into: o.Into) -> bool:
    return holds(into.condition, into.environment.with_names(it=folder.subject))


def fresh(operation: Operation, new: o.NewRow) -> dict[str, Any]:
    """A row to be made."""
    return {"row": operation.new_id(), **new.values, **new.sums}


def fill(operation: Operation, folder: Folder, filled: Folder, outcome: o.Create) -> None:
    """Put rows into a record: onto the row of the same key, or below the others."""
    sent: dict[str, list[dict[str, Any]]] = {}
    placed: list[tuple[str, str, o.NewRow]] = []
    for table, new in outcome.rows.items():
        rows = filled.values.get(table) or []
        lines = {row["row"]: {"row": row["row"]} for row in rows}
        for each in new:
            same = next((row for row in rows if each.key is not None and _same(row, each.key)), None)
            line = fresh(operation, each)
            if same is not None:
                line = {"row": same["row"]}
                line |= {name: (same.get(name) or Decimal(0)) + added for name, added in each.sums.items()}
            lines[line["row"]] = line
            placed.append((table, line["row"], each))
        sent[table] = list(lines.values())
    writing.propose(operation, filled, sent)
    filled.touched |= {(f"{table}.{name}", row["row"]) for table, new in sent.items() for row in new for name in row}
    operation.shelf.prefetch(references(filled.form, filled.values))
    writing.derive(operation, filled)
    for table, row, each in placed:
        share(operation, folder, filled, table, row, each, outcome.effect)
    writing.require_whole(operation, filled, "")


def _same(row: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    return all(id_or_value(row.get(name)) == id_or_value(value) for name, value in key.items())


def share(operation: Operation, folder: Folder, made: Folder, table: str, row: str, new: o.NewRow, effect: str) -> None:
    """Give a row its shares; where what it has of nobody is less than they offer, divided as the definition says."""
    amounts = [each.quantity for each in new.traces]
    if new.share is not None:
        line = next(each for each in made.values.get(table) or () if each["row"] == row)
        free = operation.trails.untraced(made, [line])
        if free is not None:
            amounts = divided(new.share, free, amounts)
    made.shares += [
        Share(each.origin or folder.id, each.row, row, amount, effect)
        for each, amount in zip(new.traces, amounts, strict=True)
        if amount
    ]


def divided(way: str, whole: Decimal, offered: Sequence[Decimal]) -> list[Decimal]:
    """How much each gives when no more than `whole` is taken: the first first, or each its part.

    Parts are rounded down at the places that the numbers have; what is left goes to the largest.
    """
    total = sum(offered, Decimal(0))
    if whole >= total:
        return list(offered)
    left = max(whole, Decimal(0))
    if way == "oldest_first":
        out = []
        for each in offered:
            out.append(min(each, left))
            left -= out[-1]
        return out
    places = Decimal(1).scaleb(min(int(each.normalize().as_tuple().exponent) for each in (whole, *offered)))
    unit = min(places, Decimal(1))
    out = [(left * each / total).quantize(unit, ROUND_DOWN) for each in offered]
    largest = max(range(len(offered)), key=lambda index: offered[index])
    out[largest] += left - sum(out, Decimal(0))
    return out
