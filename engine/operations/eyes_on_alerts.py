"""Whether somebody may see the figure that an alert watches. Used by `wording`, when a notice is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Alert, Source
from engine.operations import rights

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def sees_figure(operation: Operation, alert: Alert, names: Mapping[str, Any]) -> bool:
    """Of stock: by the right to see it there. Of a fact: who sees whatever it counts, and every field that it sums."""
    if alert.of_stock:
        within = rights.reach(operation, "stock", "see")
        return within is None or bool(within & set(operation.directory.path(str(names["place"]))))
    fact = operation.library.facts.get(alert.figure)
    return fact is not None and all(_sees(operation, each) for each in fact.sources)


def _sees(operation: Operation, source: Source) -> bool:
    if rights.reach(operation, source.form, "see") is not None:
        return False
    hidden = rights.everywhere_hidden(operation, operation.library.forms[source.form])
    read = source.sum.names if source.sum is not None else ()
    return all(len(each) == 2 and _path(source, each) not in hidden for each in read)


def _path(source: Source, words: tuple[str, ...]) -> str:
    return f"{source.table}.{words[1]}" if words[0] == "row" else words[1]
