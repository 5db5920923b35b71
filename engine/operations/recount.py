"""Recounting everything by other paths than those that wrote it: ledger and histories. For `stock` and bootstrap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Library
from engine.ledger import audit as ledger_audit
from engine.records import audit as records_audit

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Recount:
    """Figures by name, located faults in words, and one hash over everything."""

    figures: Mapping[str, Any]
    faults: tuple[str, ...]
    root: str


def report(connection: Connection, library: Library | None, counted: Iterable[str] = ()) -> Recount:
    """Recount the ledger and the records; the root depends on content only, not on the kind of database.

    `counted`: what recounting the facts found (`counting.faults`), told with the rest.
    """
    stock = ledger_audit.verify(connection)
    kept = records_audit.verify(connection, None if library is None else lambda stored: library.forms.get(stored.form))
    figures: dict[str, Any] = {**stock.figures, **kept.figures}
    root = hashlib.sha256(f"{stock.root}\n{kept.root}".encode()).hexdigest()
    faults = (*(f"{each.path}: {each.code}" for each in stock.faults), *map(str, kept.faults), *counted)
    return Recount(figures, faults, root)
