"""Facts counted anew over every record: put right when definitions change, held against what is kept by `verify`.

Used by `publishing` and `recount`. Records are read a few hundred at a time, whatever a form holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.definitions.models import Fact
from engine.quantities import write
from engine.records import archive, facts

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def rebuild(operation: Operation) -> None:
    """Every fact of the library, from the records themselves; nobody else is writing."""
    for fact in operation.library.facts.values():
        facts.rebuild(operation.connection, fact, _parts(operation, fact))


def faults(operation: Operation) -> Iterator[str]:
    """Where a fact is not what the records add up to, in words for whoever runs the database."""
    for fact in operation.library.facts.values():
        found = facts.differences(operation.connection, fact, _parts(operation, fact))
        for key, (kept, should) in found.items():
            yield f"{fact.name} {key}: {write(kept)} is kept, the records add up to {write(should)}"


def _parts(operation: Operation, fact: Fact) -> Iterator[Mapping[str, Decimal]]:
    for form in fact.forms:
        for stored in archive.walk(operation.connection, form):
            yield operation.facts.contributions(fact, operation.unfold(stored))
